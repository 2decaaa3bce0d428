#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the reference of the public headers as `make docs` does: whatever is undocumented there is an error.
# usage: reference.sh BUILD_FOLDER
set -eu
command -v doxygen >/dev/null || { echo "skipped: there is no doxygen here"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{ cat "$1/Doxyfile"; echo "OUTPUT_DIRECTORY = $work"; } | doxygen -
