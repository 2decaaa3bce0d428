-- SPDX-License-Identifier: MIT
std = "lua54"
max_line_length = 120
files["tests/spec"].std = "lua54+busted"
files["tests/theory"].std = "lua54+busted"
files["tests/binding"].std = "lua54+busted"

-- What a strategy finds in its sandbox. math.random, os.time, print and the like are not there, and a check that says
-- so is sooner than a run that does.
stds.sandbox = {
  read_globals = {
    "_G", "_VERSION", "assert", "error", "getmetatable", "ipairs", "next", "pairs", "pcall", "rawequal", "rawget",
    "rawlen", "rawset", "require", "select", "setmetatable", "tonumber", "tostring", "type", "xpcall",
    math = {
      fields = {
        "abs", "ceil", "exp", "floor", "fmod", "huge", "log", "max", "maxinteger", "min", "mininteger", "modf", "pi",
        "sqrt", "tointeger", "type", "ult",
      },
    },
    string = {
      fields = {
        "byte", "char", "find", "format", "gmatch", "gsub", "len", "lower", "match", "rep", "reverse", "sub", "upper",
      },
    },
    table = { fields = { "concat", "insert", "move", "pack", "remove", "sort", "unpack" } },
    utf8 = { fields = { "char", "charpattern", "codepoint", "codes", "len", "offset" } },
  },
}
-- A folder of programs, with arguments.
files["examples"] = { std = "lua54" }
-- A hook is given more than most strategies use.
files["strategies"] = { std = "sandbox", unused_args = false }
files["tests/theory/bidders"] = { std = "sandbox", unused_args = false }
-- What `new --spec` writes is run by busted.
files["strategies/templates/*_spec.lua"] = { std = "lua54+busted" }
-- Annotations declare what others define.
files["bindings/lua/meta"] = { ignore = { "1", "2" } }
