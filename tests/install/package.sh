#!/bin/sh
# SPDX-License-Identifier: MIT
# What find_package(etp ...) says to what it is asked for.
# usage: package.sh TREE VERSION, with CMAKE, CC and SANITIZERS in the environment
set -eu
tree=$1 version=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# WANTED, the status to end with, and what must be said
asks() {
    wanted=$1 expected=$2 sentence=$3 status=0
    rm -rf "$work/build"
    "$CMAKE" -S "$here/package" -B "$work/build" -DCMAKE_PREFIX_PATH="$tree" \
        -DCMAKE_C_FLAGS="${SANITIZERS:+-fsanitize=$SANITIZERS}" -DEXAMPLES="$here/../../examples" \
        "-DWANTED=$wanted" >"$work/log" 2>&1 || status=1
    # cmake breaks its lines
    if [ "$status" != "$expected" ] || ! tr -s ' \n' '  ' <"$work/log" | grep -qF "$sentence"; then
        echo "find_package(etp $wanted): status $status, and not \"$sentence\":"
        cat "$work/log"
        exit 1
    fi
}

asks "" 0 "found: 1 $version"
asks "${version%.*};REQUIRED" 0 "found: 1 $version"
asks "$version;EXACT;REQUIRED;COMPONENTS;lua" 0 "found: 1 $version"
asks "COMPONENTS;lua;OPTIONAL_COMPONENTS;live" 0 "found: 1 $version"
# Until 1.0 a minor version may change everything, so neither an older nor a newer one will do.
asks "0.0.9;REQUIRED" 1 "configuration files were considered but not accepted"
asks "0.99;REQUIRED" 1 "configuration files were considered but not accepted"
if [ -f "$tree/include/etp/live.h" ]; then
    asks "REQUIRED;COMPONENTS;live" 0 "found: 1 $version"
    asks "REQUIRED;COMPONENTS;live;static" 0 "found: 1 $version"
else
    asks "COMPONENTS;live" 0 "etp was built without nodes on a real network: build it with -DETP_LIVE=ON."
    asks "REQUIRED;COMPONENTS;live" 1 "etp was built without nodes on a real network: build it with -DETP_LIVE=ON."
fi
asks "REQUIRED;COMPONENTS;lau" 1 "has no component lau; it has lua (strategies in Lua), live (nodes on a real network) and static (static libraries)."
asks "REQUIRED;COMPONENTS;lua;static" 0 "found: 1 $version"

run_both() {
    "$CMAKE" --build "$work/build" --target embed-minimal native-strategy >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    for program in embed-minimal native-strategy; do
        (cd "$here/../../examples/$program" && "$work/build/$program") >"$work/printed"
        [ -s "$work/printed" ]
        if readelf -d "$work/build/$program" | grep -F libetp; then
            echo "$program was to be linked statically"
            exit 1
        fi
    done
}
run_both
