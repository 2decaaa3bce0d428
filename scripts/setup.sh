#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs what is missing from scripts/packages-run.txt or, with "test", "docs" or "rock", from packages-test.txt
# and so on too.
# When nothing is missing it only asks dpkg, so that it may stand before every build.
set -eu

usage() {
    echo "usage: scripts/setup.sh [run|test|docs|rock]" >&2
    exit 2
}

# The lists without comments, one entry a line.
wanted() {
    for list in $lists; do
        sed -e 's/#.*//' -e 's/[[:space:]]//g' -e '/^$/d' "$here/$list"
    done
}

is_installed() {
    [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# An entry a|b is there when one of its names is.
has_entry() {
    for name in $(echo "$1" | tr '|' ' '); do
        if is_installed "$name"; then return 0; fi
    done
    return 1
}

missing_entries() {
    wanted | while read -r entry; do
        has_entry "$entry" || echo "$entry"
    done
}

# The first name of an entry that apt could install; if it knows none, the first, so that apt's error names it.
pick_name() {
    for name in $(echo "$1" | tr '|' ' '); do
        if apt-cache show "$name" >/dev/null 2>&1; then
            echo "$name"
            return
        fi
    done
    echo "${1%%|*}"
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

install_entries() {
    as_root apt-get update -qq || echo "setup: apt-get update failed; trying with the package lists at hand." >&2
    names=""
    for entry in $1; do
        names="$names $(pick_name "$entry")"
    done
    echo "Installing:$names"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends -o Dpkg::Use-Pty=0 $names
}

case "${1:-run}" in
run) lists="packages-run.txt" ;;
test) lists="packages-run.txt packages-test.txt" ;;
docs) lists="packages-run.txt packages-docs.txt" ;;
rock) lists="packages-run.txt packages-rock.txt" ;;
*) usage ;;
esac
here=$(dirname "$0")

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
    echo "setup: there is no apt-get here, so nothing is installed. The build needs, by their Debian names:" >&2
    wanted | sed 's/^/  /' >&2
    exit 0
fi

missing=$(missing_entries)
if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
    echo "setup: these packages are missing, and installing them takes root or sudo:" >&2
    echo "$missing" | sed 's/^/  /' >&2
    echo "setup: ask an administrator to run: scripts/setup.sh ${1:-run}" >&2
    exit 1
fi
install_entries "$missing"
