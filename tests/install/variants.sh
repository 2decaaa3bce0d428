#!/bin/sh
# SPDX-License-Identifier: MIT
# The libraries installed in other ways than by default: for a distribution (under /usr, shared only, in its own library
# folder), static only, and not at all, as a subdirectory of the project that uses them.
# usage: variants.sh SOURCE_FOLDER HAS_LIVE, with CMAKE and CC in the environment
#     HAS_LIVE: ON, or OFF where what live nodes need is not here
set -eu
source=$1 has_live=$2
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

quietly() {
    "$@" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
}

fail() {
    echo "$1"
    exit 1
}

# TARGETS, then options
install_as() {
    targets=$1
    shift
    quietly "$CMAKE" -S "$source" -B "$work/build" -DCMAKE_BUILD_TYPE=Debug -DETP_TESTS=OFF -DCMAKE_INSTALL_PREFIX=/usr "$@"
    quietly "$CMAKE" --build "$work/build" --parallel 2 --target $targets
    rm -rf "$work/root"
    quietly env DESTDIR="$work/root" "$CMAKE" --install "$work/build" --component development
}

consume() { # WANTED
    rm -rf "$work/consumer"
    quietly "$CMAKE" -S "$here/package" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$work/root/usr" \
        -DEXAMPLES="$source/examples" "-DWANTED=$1" "-DETP_LIVE=$has_live"
}

install_as "etp-shared etp-lua-shared" -DETP_STATIC=OFF -DETP_LIVE=OFF
# Debian's libraries lie in a folder that is named after the machine; /etc/debian_version tells it from others.
machine=$("$CC" -print-multiarch 2>/dev/null || true)
if [ -f /etc/debian_version ] && [ -n "$machine" ]; then
    [ -f "$work/root/usr/lib/$machine/libetp.so" ] || fail "libetp is not in lib/$machine"
fi
find "$work/root" -name '*.a' | grep . && fail "static libraries were installed though ETP_STATIC is OFF"
libdir=$(dirname "$(find "$work/root" -name libetp.so)")
PKG_CONFIG_PATH="$libdir/pkgconfig" quietly sh -ec "
    $CC -std=c11 '$source/examples/embed-minimal/main.c' -o '$work/minimal' \$(pkg-config --cflags --libs etp)
    LD_LIBRARY_PATH='$libdir' '$work/minimal'"
[ ! -e "$work/root/usr/include/etp/live.h" ] || fail "headers of live nodes were installed without their library"
consume "REQUIRED;COMPONENTS;lua"
if ! "$CMAKE" -S "$here/package" -B "$work/consumer" "-DWANTED=REQUIRED;COMPONENTS;static" 2>&1 | tr -s ' \n' '  ' |
    grep -qF "etp was installed without static libraries: build it with -DETP_STATIC=ON."; then
    fail "a missing static library got no sentence"
fi

# What live nodes add to the libraries, and to what their user asks for and builds.
libraries= components= programs=
if [ "$has_live" = ON ]; then
    libraries=etp-live components=";live" programs=embed-live
fi
install_as "etp etp-lua $libraries" -DETP_STATIC=ON -DETP_SHARED=OFF "-DETP_LIVE=$has_live"
find "$work/root" -name '*.so*' | grep . && fail "shared libraries were installed though ETP_SHARED is OFF"
consume "REQUIRED;COMPONENTS;lua$components"
quietly "$CMAKE" --build "$work/consumer" --target embed-minimal native-strategy $programs
quietly "$work/consumer/embed-minimal"

if "$CMAKE" -S "$source" -B "$work/neither" -DETP_TESTS=OFF -DETP_SHARED=OFF -DETP_STATIC=OFF >"$work/log" 2>&1; then
    fail "neither shared nor static libraries, and no word about it"
fi
consume subdirectory

# What is only for some parts of the program is asked for, by default; a rock goes without.
# WHAT, then options, the last of them what must be said
configures() {
    what=$1
    shift
    options=
    while [ $# -gt 1 ]; do
        options="$options $1"
        shift
    done
    "$CMAKE" -S "$source" -B "$work/parts" -DETP_TESTS=OFF $options 2>&1 | tr -s ' \n' '  ' >"$work/log"
    grep -qF "$1" "$work/log" || { cat "$work/log"; fail "$what with$options: not \"$1\""; }
}
another_d3="-DETP_LIVE=OFF -DD3_SCRIPT=$work/d3.js"
echo '// https://d3js.org v7.8.5 Copyright' >"$work/d3.js"
configures "another D3" $another_d3 -DETP_REPORT=ON "is not D3 5"
rm "$work/d3.js"
configures "no D3" $another_d3 -DETP_REPORT=ON "is not D3 5"
configures "no D3" $another_d3 -DETP_REPORT=AUTO "Build files have been written"
grep -qF "etp-engine writes no pages" "$work/log" || fail "nothing says that there will be no pages"
configures "no D3" $another_d3 -DETP_REPORT=OFF "Build files have been written"

no_nng="-DETP_REPORT=OFF -DNNG_LIBRARY="
configures "no NNG" $no_nng -DETP_LIVE=ON "NNG (package libnng-dev)"
grep -qF -- "-DETP_LIVE=OFF builds without nodes on a real network." "$work/log" || fail "nothing says how to build without NNG"
configures "no NNG" $no_nng -DETP_LIVE=AUTO "Build files have been written"
grep -qF "etp-engine is built without nodes on a real network." "$work/log" || fail "nothing says that there will be no live nodes"
configures "no NNG" $no_nng -DETP_LIVE=OFF "Build files have been written"
