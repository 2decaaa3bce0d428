#!/bin/sh
# SPDX-License-Identifier: MIT
# luacheck, given as the first argument, over every Lua file. .luacheckrc says which names each folder may use.
set -eu
cd "$(dirname "$0")/../.."
find . -type d \( -name '.?*' -o -name build -o -name 'build-*' -o -name 'build.*' \) -prune \
    -o -type f -name '*.lua' -print |
    LC_ALL=C sort | xargs "$1" --quiet --no-color
