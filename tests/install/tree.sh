#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the build, and moves what was installed: what is used from there must not remember where it was made.
# usage: tree.sh CMAKE BUILD_FOLDER TREE LUA
set -eu
cmake=$1 build=$2 tree=$3 lua=$4
here=$(dirname "$0")
rm -rf "$tree" "$tree.first"
"$cmake" --install "$build" --prefix "$tree.first" >/dev/null
mv "$tree.first" "$tree"
"$tree/bin/etp-engine" --version
diff -r "$here/../../strategies" "$tree/share/etp-engine/strategies"
diff -r "$here/../../scenarios" "$tree/share/etp-engine/scenarios"
diff -r "$here/../../bindings/lua/meta" "$tree/share/etp-engine/meta"
# The program and the Lua module use the strategies that were installed with them, and not those of the sources.
cp "$tree/share/etp-engine/strategies/greedy.lua" "$tree/share/etp-engine/strategies/only_here.lua"
"$tree/bin/etp-engine" only_here --bess 2 --digest >/dev/null
# (A module with sanitizers cannot be loaded by a Lua without them.)
if [ -d "$tree/lib/lua/5.4" ] && [ -z "${SANITIZERS:-}" ]; then
    LUA_PATH="$tree/share/lua/5.4/?.lua;$tree/share/lua/5.4/?/init.lua" LUA_CPATH="$tree/lib/lua/5.4/?.so" \
        "$lua" -e 'assert(require("etp").strategies().only_here, "the module looked elsewhere for strategies")'
fi
rm "$tree/share/etp-engine/strategies/only_here.lua"
# A study from an empty folder takes the installed scenario, and is made of nothing of the sources.
mkdir "$tree/study"
sed 's/^\( *title = \)".*",$/\1"of the tree",/' "$here/../../scenarios/study.lua" >"$tree/share/etp-engine/scenarios/study.lua"
(cd "$tree/study" && "$tree/bin/etp-engine" evidence --data built-in --quick --quiet --set homes.count=1 --set seeds.count=2 \
    --set estimate.resamples=100)
grep -qF '"of the tree"' "$tree/study/report.json"
if grep -qF "$(cd "$here/../.." && pwd)" "$tree/study/report.json"; then
    echo "a study names a folder of the sources"
    exit 1
fi
cp "$here/../../scenarios/study.lua" "$tree/share/etp-engine/scenarios/study.lua"
rm -r "$tree/study"
# An editor is sent to the annotations that were installed.
"$tree/bin/etp-engine" new strategy mine --dir "$tree" >/dev/null
grep -qF "\"$tree/share/etp-engine/meta/script\"" "$tree/.luarc.json" || {
    cat "$tree/.luarc.json"
    exit 1
}
rm "$tree/mine.lua" "$tree/.luarc.json"
# Paths of the build or of the first prefix in what other builds read would be found only on this machine.
if find "$tree" -name '*.cmake' -o -name '*.pc' -o -name '*.h' | xargs -r grep -lF -e "$tree.first" -e "$build"; then
    echo "these installed files name a folder of the build"
    exit 1
fi
