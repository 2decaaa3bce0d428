#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the reference of the public headers as `make docs` does: whatever is undocumented there is an error. And that of
# the Lua module, where ldoc is there.
# usage: reference.sh BUILD_FOLDER
set -eu
command -v doxygen >/dev/null || { echo "skipped: there is no doxygen here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
[ -f "$1/Doxyfile" ] || { echo "skipped: configured before doxygen was there"; exit 77; }
{ cat "$1/Doxyfile"; echo "OUTPUT_DIRECTORY = $work"; } | doxygen -

if command -v ldoc >/dev/null; then
    ldoc bindings/lua/etp -c bindings/lua/config.ld --dir "$work/lua" --fatalwarnings >"$work/log" 2>&1 || {
        cat "$work/log"
        exit 1
    }
    for module in etp etp.market etp.testing; do
        [ -f "$work/lua/modules/$module.html" ] || { echo "ldoc did not see the module $module"; exit 1; }
    done
fi
