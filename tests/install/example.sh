#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds an example against the installed tree, as somebody else would, runs it, and compares what it prints with the
# block in its README.
# usage: example.sh EXAMPLE WAY TREE, with CMAKE, CC, CXX and SANITIZERS in the environment
#     WAY: cmake, shared and static (pkg-config and the bare compiler), c++ (c++20: named initializers), valgrind (shared, without leak or error)
set -eu
name=$1 way=$2 tree=$3
source=$(cd "$(dirname "$0")/../../examples/$name" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

skip() {
    echo "Skipped: $1"
    exit 77
}

# The folder of the libraries has another name on some systems: lib, lib64, lib/x86_64-linux-gnu.
libdir=$(dirname "$(find "$tree" -name 'libetp.*' -print -quit)")
PKG_CONFIG_PATH=$libdir/pkgconfig${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
export PKG_CONFIG_PATH
flags="-D_POSIX_C_SOURCE=200809L -g -Wall -Wextra -Wpedantic -Wconversion -Werror ${SANITIZERS:+-fsanitize=$SANITIZERS}"
modules=etp
if grep -Eq 'etp/(script|lua).h' "$source/main.c"; then modules="etp-lua $modules"; fi
if grep -q 'etp/live.h' "$source/main.c"; then modules="etp-live $modules"; fi
if grep -q 'lauxlib.h' "$source/main.c"; then
    for lua in lua5.4 lua-5.4 lua54 lua; do
        if pkg-config --exists "$lua"; then break; fi
    done
    modules="$modules $lua"
fi
if grep -q 'event2/event.h' "$source/main.c"; then
    modules="$modules libevent_core"
    pkg-config --exists libevent_core || skip "there is no libevent here"
fi
program=$work/build/$name
mkdir "$work/build"

with_cmake() {
    if ! { "$CMAKE" -S "$source" -B "$work/build" -DCMAKE_PREFIX_PATH="$tree" \
        -DCMAKE_C_FLAGS="$flags" && "$CMAKE" --build "$work/build"; } >"$work/log" 2>&1; then
        cat "$work/log"
        exit 1
    fi
}

# A compiler and its options; the libraries follow as pkg-config names them.
with_pkg_config() {
    "$@" $flags "$source/main.c" -o "$program" $(pkg-config $static --cflags --libs $modules) "-Wl,-rpath,$libdir"
}

static=
under=
case $way in
cmake) with_cmake ;;
shared) with_pkg_config "$CC" -std=c11 ;;
static)
    [ -z "$SANITIZERS" ] || skip "a sanitizer cannot be linked into a static program"
    echo 'int main(void) { return 0; }' >"$work/probe.c"
    "$CC" -static "$work/probe.c" -o "$work/probe" 2>/dev/null || skip "there is no static C library here"
    static=--static
    with_pkg_config "$CC" -std=c11 -static
    ;;
c++)
    [ -n "$CXX" ] || skip "there is no C++ compiler here"
    with_pkg_config "$CXX" -std=c++20 -Wno-missing-field-initializers -x c++
    ;;
valgrind)
    [ -z "$SANITIZERS" ] || skip "valgrind cannot run what a sanitizer watches"
    command -v valgrind >/dev/null || skip "there is no valgrind here"
    under="valgrind --quiet --error-exitcode=3 --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all"
    with_pkg_config "$CC" -std=c11
    ;;
esac

cd "$source"
$under "$program" >"$work/printed"
# The README's block after "$ NAME".
sed -n "/^\\\$ .*$name\$/,/^\`\`\`/p" README.md | sed -e 1d -e '$d' >"$work/promised"
[ -s "$work/promised" ] || { echo "README.md does not say what $name prints"; exit 1; }
diff -u "$work/promised" "$work/printed"
