# SPDX-License-Identifier: MIT
# A thin front over the presets in CMakePresets.json: everything here can be done with cmake and ctest by hand.
.DEFAULT_GOAL := build
.NOTPARALLEL:
.PHONY: build run test test-asan test-tsan test-clang bench docs format lint clean help setup setup-test setup-docs setup-rock

JOBS ?= $(shell nproc 2>/dev/null || echo 2)
ARGS ?= strategies/greedy.lua

# cmake starts a make of its own; this one must not hand its flags and variables down to it.
BUILD = env -u MAKEFLAGS -u MAKELEVEL cmake --build --parallel $(JOBS) --preset

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## install what is missing for building and running (apt)
	@scripts/setup.sh run

setup-docs: ## install what is missing for the reference too (apt)
	@scripts/setup.sh docs

setup-rock: ## install what is missing for the rock too (apt)
	@scripts/setup.sh rock

setup-test: ## install what is missing for the tests too (apt)
	@scripts/setup.sh test

# A folder that is configured already, with tests or without, is left as it is: cmake itself sees when it is stale.
build/configured:
	cmake --preset release -DETP_TESTS=OFF

build: build/configured ## build what the folder build/ is configured for; at first without tests
	$(BUILD) release

run: setup build/configured ## build and run the program: make run ARGS="strategies/greedy.lua --seed 7"
	$(BUILD) release --target etp-engine
	build/etp-engine $(ARGS)

test: setup-test ## build everything and run every test and check
	cmake --preset release -DETP_TESTS=ON
	$(BUILD) release
	ctest --preset release --parallel $(JOBS)

test-asan: setup-test ## the tests under AddressSanitizer and UndefinedBehaviorSanitizer, in build-asan/
	cmake --preset asan
	$(BUILD) asan
	ctest --preset asan --parallel $(JOBS)

test-tsan: setup-test ## the tests of threads and of live nodes under ThreadSanitizer, in build-tsan/
	cmake --preset tsan
	$(BUILD) tsan
	ctest --preset tsan --parallel $(JOBS)

test-clang: setup-test ## the tests built by clang, in build-clang/
	cmake --preset clang
	$(BUILD) clang
	ctest --preset clang --parallel $(JOBS)

bench: setup-test ## build and run the benchmarks, whose figures are this machine's
	cmake --preset release -DETP_TESTS=ON
	$(BUILD) release
	@set -e; for program in build/tests/bench/bench_*; do echo; echo "$$program"; "$$program"; done

docs: setup-docs build/configured ## the reference of the public headers, in build/reference/html
	cmake --preset release
	$(BUILD) release --target docs

format: ## lay out every C file by .clang-format
	@tests/lint/format.sh fix

lint: setup-test ## the checks that need no build: include directions, layout, luacheck, licence lines
	cmake --preset release -DETP_TESTS=ON
	ctest --preset release --label-regex lint

clean: ## remove the build folders
	rm -rf build build-asan build-tsan build-clang build-debug
