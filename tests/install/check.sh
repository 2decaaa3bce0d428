#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the build into a folder of its own, and builds and runs a program there that finds the library by pkg-config.
# usage: check.sh CMAKE BUILD_FOLDER C_COMPILER SANITIZERS HAS_PROGRAM
set -eu
cmake=$1 build=$2 compiler=$3 sanitizers=$4 has_program=$5
here=$(dirname "$0")
prefix=$(mktemp -d)
trap 'rm -rf "$prefix"' EXIT

"$cmake" --install "$build" --prefix "$prefix" >/dev/null
# The folder of the libraries has another name on some systems: lib, lib64, lib/x86_64-linux-gnu.
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name etp.pc)")
export PKG_CONFIG_PATH

flags="-std=c11 -Wall -Wextra -Wpedantic -Werror ${sanitizers:+-fsanitize=$sanitizers}"
"$compiler" $flags "$here/consumer.c" -o "$prefix/consumer" $(pkg-config --cflags --libs etp)
"$prefix/consumer"

# The headers say that C++ may include them.
if command -v c++ >/dev/null; then
    for header in "$prefix"/include/etp/*.h; do
        c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only -x c++ -I "$prefix/include" "$header" 2>"$prefix/c++.log" || {
            cat "$prefix/c++.log" >&2
            exit 1
        }
    done
fi

if [ "$has_program" = 1 ]; then
    "$prefix/bin/etp-engine" --version
    diff -r "$here/../../strategies" "$prefix/share/etp-engine/strategies"
fi
