-- SPDX-License-Identifier: MIT
---@meta _

-- What a script finds in its environment, in place of what lua-language-server knows of Lua's own library, which the
-- .luarc.json of `etp-engine new` switches off: os, print or math.random are marked in an editor, since the engine
-- refuses them. docs/scripting.md says what differs from Lua's own. A test compares the names with the engine's.

---@type table<string, any>
_G = {}

---@type string
_VERSION = "Lua 5.4"

---@generic T
---@param value? T
---@param message? any
---@param ... any
---@return T
---@return any ...
function assert(value, message, ...) end

---@param message any
---@param level? integer
function error(message, level) end

---@param object any
---@return any metatable
function getmetatable(object) end

---@generic T: table, V
---@param list T
---@return fun(list: V[], i?: integer): integer, V
---@return T
---@return integer i
function ipairs(list) end

---Keys in order: numbers, strings byte by byte, false, true. Looks at the whole table: not for a hot path.
---@generic K, V
---@param of table<K, V>
---@param key? K
---@return K?
---@return V?
function next(of, key) end

---Keys in order: numbers, strings byte by byte, false, true. Sorts a copy of the keys: not for a hot path.
---@generic T: table, K, V
---@param of T
---@return fun(of: table<K, V>, key?: K): K, V
---@return T
function pairs(of) end

---Catches errors, but not a limit that was passed. Counts for 1000 instructions.
---@param call function
---@param ... any
---@return boolean done
---@return any ...
function pcall(call, ...) end

---@param a any
---@param b any
---@return boolean
function rawequal(a, b) end

---@param of table
---@param key any
---@return any
function rawget(of, key) end

---@param of table|string
---@return integer
function rawlen(of) end

---@param of table
---@param key any
---@param value any
---@return table
function rawset(of, key, value) end

---Loads `name.lua` from the script's own folder, once, while the script loads.
---@param name string
---@return any
function require(name) end

---@param from integer|"#"
---@param ... any
---@return any ...
function select(from, ...) end

---Takes the events as they are now. Refuses __gc and __mode; a chain has at most 16 __index tables.
---@param of table
---@param metatable? table
---@return table
function setmetatable(of, metatable) end

---@param value any
---@param base? integer
---@return number?
function tonumber(value, base) end

---Without addresses: "table", "function".
---@param value any
---@return string
function tostring(value) end

---@param value any
---@return "nil"|"number"|"string"|"boolean"|"table"|"function"|"userdata"
function type(value) end

---@generic V
---@param list V[]
---@param first? integer
---@param last? integer
---@return V ...
function unpack(list, first, last) end

---@param call function
---@param handler function
---@param ... any
---@return boolean done
---@return any ...
function xpcall(call, handler, ...) end

---@class mathlib
---@field huge number
---@field maxinteger integer
---@field mininteger integer
---@field pi number
math = {}

---@generic N: number
---@param x N
---@return N
function math.abs(x) end

---@param x number
---@return integer
function math.ceil(x) end

---@param x number
---@return number
function math.exp(x) end

---@param x number
---@return integer
function math.floor(x) end

---@param x number
---@param y number
---@return number
function math.fmod(x, y) end

---@param x number
---@param base? number
---@return number
function math.log(x, base) end

---@generic N: number
---@param x N
---@param ... N
---@return N
function math.max(x, ...) end

---@generic N: number
---@param x N
---@param ... N
---@return N
function math.min(x, ...) end

---@param x number
---@return number whole
---@return number fraction
function math.modf(x) end

---@param x number
---@return number
function math.sqrt(x) end

---@param x any
---@return integer?
function math.tointeger(x) end

---@param x any
---@return "integer"|"float"|nil
function math.type(x) end

---@param a integer
---@param b integer
---@return boolean
function math.ult(a, b) end

---@class stringlib
string = {}

---@param text string|number
---@param first? integer
---@param last? integer
---@return integer ...
function string.byte(text, first, last) end

---@param ... integer
---@return string
function string.char(...) end

---@param text string|number
---@param pattern string|number
---@param from? integer
---@param plain? boolean
---@return integer? first
---@return integer? last
---@return any ... captures
function string.find(text, pattern, from, plain) end

---No %p: an address would be another in each run.
---@param form string|number
---@param ... any
---@return string
function string.format(form, ...) end

---@param text string|number
---@param pattern string|number
---@param from? integer
---@return fun(): string, ...
function string.gmatch(text, pattern, from) end

---@param text string|number
---@param pattern string|number
---@param by string|number|table|function
---@param most? integer
---@return string
---@return integer count
function string.gsub(text, pattern, by, most) end

---@param text string|number
---@return integer
function string.len(text) end

---@param text string|number
---@return string
function string.lower(text) end

---@param text string|number
---@param pattern string|number
---@param from? integer
---@return any ... captures
function string.match(text, pattern, from) end

---A string has at most 64 KiB.
---@param text string|number
---@param times integer
---@param between? string|number
---@return string
function string.rep(text, times, between) end

---@param text string|number
---@return string
function string.reverse(text) end

---@param text string|number
---@param first integer
---@param last? integer
---@return string
function string.sub(text, first, last) end

---@param text string|number
---@return string
function string.upper(text) end

---@class tablelib
table = {}

---@param list table
---@param between? string|number
---@param first? integer
---@param last? integer
---@return string
function table.concat(list, between, first, last) end

---@param list table
---@param place integer
---@param value any
---@overload fun(list: table, value: any)
function table.insert(list, place, value) end

---@param from table
---@param first integer
---@param last integer
---@param place integer
---@param to? table
---@return table to
function table.move(from, first, last, place, to) end

---@param ... any
---@return { n: integer, [integer]: any }
function table.pack(...) end

---@param list table
---@param place? integer
---@return any
function table.remove(list, place) end

---Stable, and any comparator gives some order.
---@generic V
---@param list V[]
---@param below? fun(a: V, b: V): boolean
function table.sort(list, below) end

---@generic V
---@param list V[]
---@param first? integer
---@param last? integer
---@return V ...
function table.unpack(list, first, last) end

---@class utf8lib
---@field charpattern string
utf8 = {}

---@param ... integer
---@return string
function utf8.char(...) end

---@param text string
---@param first? integer
---@param last? integer
---@param lax? boolean
---@return integer ...
function utf8.codepoint(text, first, last, lax) end

---@param text string
---@param lax? boolean
---@return fun(text: string, at?: integer): integer, integer
---@return string
---@return integer
function utf8.codes(text, lax) end

---@param text string
---@param first? integer
---@param last? integer
---@param lax? boolean
---@return integer? count
---@return integer? bad
function utf8.len(text, first, last, lax) end

---@param text string
---@param count integer
---@param from? integer
---@return integer?
function utf8.offset(text, count, from) end
