-- SPDX-License-Identifier: MIT
-- busted under the Lua that runs this file; the command of that name may run under another one.
-- Debian has MessagePack in the folder for Lua 5.3 only. It is plain Lua and runs under 5.4 as it is.
package.path = package.path .. ";/usr/share/lua/5.3/?.lua"
require("busted.runner")({ standalone = false })
