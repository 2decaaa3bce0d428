#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the rock from a copy of the sources, throws the copy away, and uses the rock from another folder as its user would:
# the module, the program, the strategies. Needs no network.
# usage: rock.sh SOURCES LUA
set -eu
sources=$1 lua=$2
command -v luarocks >/dev/null || { echo "skipped: there is no luarocks here"; exit 77; }
luarocks --lua-version 5.4 config lua_version >/dev/null 2>&1 || { echo "skipped: luarocks knows no Lua 5.4"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/copy" "$work/elsewhere"
(cd "$sources" && tar -c --exclude=./.git --exclude=./build --exclude='./build-*' --exclude='./build.*' .) |
    tar -x -C "$work/copy"

(cd "$work/copy" && HOME="$work" CMAKE_BUILD_PARALLEL_LEVEL=2 \
    luarocks --lua-version 5.4 --tree "$work/tree" make etp-engine-scm-1.rockspec) >"$work/log" 2>&1 || {
    tail -n 40 "$work/log"
    exit 1
}
# What was installed is used, also while the sources lie where the rock was made, edited since.
echo 'error("of the sources")' >"$work/copy/strategies/greedy.lua"
"$work/tree/bin/etp-engine" greedy --bess 1 --digest >/dev/null
LUA_PATH="$work/tree/share/lua/5.4/?.lua;$work/tree/share/lua/5.4/?/init.lua" LUA_CPATH="$work/tree/lib/lua/5.4/?.so" \
    "$lua" -e 'assert(require("etp").market { homes = 1, firms = { "greedy" } }):close()'
cd "$work/elsewhere"
# While the sources are still there, the program uses nothing of them.
"$work/tree/bin/etp-engine" new strategy mine >/dev/null
if grep -F "$work/copy" .luarc.json; then
    echo "the installed program refers to the sources that it was built from"
    exit 1
fi
rm -rf "$work/copy"
annotations=$(sed -n 's/^ *"\(.*\/meta\/script\)".*/\1/p' .luarc.json)
[ -f "$annotations/api.lua" ] || { echo "an editor finds no annotations in \"$annotations\""; exit 1; }
unset LUA_PATH LUA_CPATH LUA_INIT
LUA_PATH_5_4="$work/tree/share/lua/5.4/?.lua;$work/tree/share/lua/5.4/?/init.lua"
LUA_CPATH_5_4="$work/tree/lib/lua/5.4/?.so"
export LUA_PATH_5_4 LUA_CPATH_5_4
digest=$("$lua" -e '
    local etp = require "etp"
    assert(io.open(etp.strategies().greedy)):close()
    local mine = function(_, offer) return offer.value - 1 end
    assert(etp.market({ homes = 2, firms = { mine, "greedy" } }):run().trades > 0)
    assert(require("etp.testing").load("greedy"):offer { value = 12 } == 11.5)
    local market <close> = etp.market { homes = 5, firms = { "greedy" }, rivals = 4 }
    market:run()
    io.write(market:digest())')
program=$("$work/tree/bin/etp-engine" greedy --bess 5 --digest)
[ "$digest" = "$program" ] || {
    echo "the module's digest is $digest, the program's $program"
    exit 1
}
