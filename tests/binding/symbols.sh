#!/bin/sh
# SPDX-License-Identifier: MIT
# The C half of the Lua module shows its entry alone, so that a host with an engine of its own meets no second copy; and it
# brings no Lua along: its symbols are to be those of the program that loads it.
#     symbols.sh MODULE
command -v nm >/dev/null && command -v readelf >/dev/null || { echo "skipped: there is no nm or readelf here"; exit 77; }
shown=$(nm -D --defined-only "$1" | awk '{ print $NF }' | grep -v -e '^__asan' -e '^__odr_asan' -e '^__ubsan' -e '^_fini$' -e '^_init$')
[ "$shown" = luaopen_etp_core ] || { printf '%s shows more than luaopen_etp_core:\n%s\n' "$1" "$shown"; exit 1; }
brought=$(readelf -d "$1" | grep NEEDED | grep -i lua)
[ -z "$brought" ] || { printf '%s brings a Lua of its own along:\n%s\n' "$1" "$brought"; exit 1; }
