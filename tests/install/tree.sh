#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the build, and moves what was installed: what is used from there must not remember where it was made.
# usage: tree.sh CMAKE BUILD_FOLDER TREE
set -eu
cmake=$1 build=$2 tree=$3
here=$(dirname "$0")
rm -rf "$tree" "$tree.first"
"$cmake" --install "$build" --prefix "$tree.first" >/dev/null
mv "$tree.first" "$tree"
"$tree/bin/etp-engine" --version
diff -r "$here/../../strategies" "$tree/share/etp-engine/strategies"
# It uses what was installed with it, though the sources are there too.
echo 'error("this one")' >"$tree/share/etp-engine/strategies/only_here.lua"
said=$("$tree/bin/etp-engine" only_here --bess 1 2>&1) && status=0 || status=$?
rm "$tree/share/etp-engine/strategies/only_here.lua"
case "$status $said" in
"1 "*"this one"*) ;;
*)
    echo "an installed strategy is not what the installed program takes: $said"
    exit 1
    ;;
esac
# Paths of the build or of the first prefix in what other builds read would be found only on this machine.
if find "$tree" -name '*.cmake' -o -name '*.pc' -o -name '*.h' | xargs -r grep -lF -e "$tree.first" -e "$build"; then
    echo "these installed files name a folder of the build"
    exit 1
fi
