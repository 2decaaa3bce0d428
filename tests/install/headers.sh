#!/bin/sh
# SPDX-License-Identifier: MIT
# Each installed header compiles alone as C++.
# usage: headers.sh TREE, with CXX in the environment
set -eu
tree=$1
[ -n "$CXX" ] || { echo "Skipped: there is no C++ compiler here"; exit 77; }
for header in "$tree"/include/etp/*.h; do
    "$CXX" -std=c++11 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -fsyntax-only -x c++ -I "$tree/include" - <<END
#include <etp/$(basename "$header")>
END
done
