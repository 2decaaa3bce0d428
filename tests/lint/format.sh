#!/bin/sh
# SPDX-License-Identifier: MIT
# Compares the layout of every C file with .clang-format ("check") or lays them out ("fix").
# Versions of clang-format differ in what they do with the same settings, so one version decides. Exit 77 = skipped.
set -eu
major=14
cd "$(dirname "$0")/../.."

find_formatter() {
    for program in clang-format-$major clang-format; do
        if "$program" --version 2>/dev/null | grep -q "version $major\."; then
            echo "$program"
            return
        fi
    done
}

c_files() {
    find core tests examples bindings -type f \( -name '*.c' -o -name '*.h' \) 2>/dev/null | LC_ALL=C sort
}

formatter=$(find_formatter)
if [ -z "$formatter" ]; then
    echo "Skipped: there is no clang-format $major here, and another version lays out C differently."
    exit 77
fi
case "${1:-check}" in
check) c_files | xargs "$formatter" --dry-run -Werror ;;
fix) c_files | xargs "$formatter" -i ;;
*)
    echo "usage: tests/lint/format.sh [check|fix]" >&2
    exit 2
    ;;
esac
