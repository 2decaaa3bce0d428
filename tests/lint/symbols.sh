#!/bin/sh
# SPDX-License-Identifier: MIT
# Whoever links the static libraries must not meet names that are not ours: all that they define begins with etp_.
#     symbols.sh LIBRARY...
command -v nm >/dev/null || { echo "skipped: there is no nm here"; exit 77; }
found=0
for library in "$@"; do
    defined=$(nm --defined-only --extern-only "$library" | awk 'NF == 3 { print $3 }')
    [ -n "$defined" ] || { echo "$library: nm lists no symbols in it"; exit 1; }
    strangers=$(printf '%s\n' "$defined" | grep -v -e '^etp_' -e '^__asan' -e '^__odr_asan')
    if [ -n "$strangers" ]; then
        printf '%s: these names do not begin with etp_:\n%s\n' "$library" "$strangers"
        found=1
    fi
done
exit $found
