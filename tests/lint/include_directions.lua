-- SPDX-License-Identifier: MIT
-- Keeps the directions of the architecture: which room of core/ may include the headers of which other room, which
-- room may use which library, and that a room's private headers stay private. bindings/ are built on what is installed:
-- public headers, and nothing else of ours.
--
-- As a program: lua5.4 tests/lint/include_directions.lua ROOT. As a module: check(files) -> list of findings.
local here = debug.getinfo(1, "S").source:match("^@(.*/)") or "./"
local tree = dofile(here .. "tree.lua")

local function set(text)
  local result = {}
  for word in text:gmatch("%S+") do
    result[word] = true
  end
  return result
end

-- What stands to the left of each room. A room that is not here is new: add it when it gets its first file.
local CORE = "base wire market engine"
local MAY_INCLUDE = {
  base = set "",
  wire = set "base",
  market = set "base wire",
  engine = set "base wire market",
  script = set(CORE),
  sim = set(CORE),
  world = set(CORE),
  live = set(CORE),
  store = set(CORE),
  data = set(CORE .. " world"),
  run = set(CORE .. " sim world"),
  report = set(CORE .. " sim world run"),
  program = set(CORE .. " script sim world run"),
  node = set(CORE .. " script world data live program report"),
  study = set(CORE .. " script sim world data run report program"),
  gateway = set(CORE .. " live store"),
  cli = set(CORE .. " script sim world data live node store run report program study gateway"),
  bindings = set(CORE .. " script sim world run"),
}

-- Which room the headers in core/include/etp belong to.
local PUBLIC_HEADERS = {
  base = "version error alloc log rng histogram",
  wire = "units message codec older",
  market = "battery auction",
  engine = "hooks engine",
  script = "script rehearsal script_api watch lua",
  sim = "network sim",
  world = "trace tariff home home_source profiles buyer utility owner",
  run = "ledger run",
  live = "identity live live_clock live_older",
}
local room_of_header = {}
for room, names in pairs(PUBLIC_HEADERS) do
  for name in names:gmatch("%S+") do
    room_of_header["etp/" .. name .. ".h"] = room
  end
end

-- Headers that are not installed and yet for every room to the right: tools of the house, and what the program's own
-- rooms share. All others that lie in a room are private to it.
local SHARED_HEADERS = {
  ["base/explog.h"] = "base", ["base/heap.h"] = "base", ["base/locale.h"] = "base", ["base/memory.h"] = "base",
  ["base/nearest.h"] = "base", ["base/utf8.h"] = "base", ["base/wheel.h"] = "base",
  ["data/about.h"] = "data", ["data/catalogue.h"] = "data", ["data/columns.h"] = "data", ["data/csv.h"] = "data",
  ["data/format.h"] = "data", ["data/gunzip.h"] = "data", ["data/households/batteries.h"] = "data",
  ["data/households/household.h"] = "data", ["data/households/profiles_load.h"] = "data",
  ["data/households/tariffs.h"] = "data", ["data/price_caps.h"] = "data", ["data/price_unit.h"] = "data",
  ["data/prices.h"] = "data",
  ["data/text_file.h"] = "data", ["node/check.h"] = "node", ["node/config/keys.h"] = "node",
  ["node/station.h"] = "node",
  ["report/document/document.h"] = "report",
  ["report/document/document_json.h"] = "report", ["report/events_writer.h"] = "report",
  ["report/json_pieces.h"] = "report", ["report/pages/pages.h"] = "report", ["script/table/table.h"] = "script",
  ["report/report.h"] = "report", ["report/statistics.h"] = "report", ["report/table.h"] = "report",
  ["program/crew.h"] = "program", ["program/lineup.h"] = "program", ["program/output.h"] = "program",
  ["program/progress.h"] = "program", ["program/settings.h"] = "program", ["program/share.h"] = "program",
  ["program/shipped.h"] = "program", ["program/status.h"] = "program", ["program/unfinished.h"] = "program",
  ["program/values.h"] = "program", ["program/whole_run.h"] = "program",
  ["program/workers.h"] = "program", ["program/world_params.h"] = "program",
  ["study/estimate/estimate.h"] = "study", ["study/knobs.h"] = "study",
  ["study/result.h"] = "study", ["study/study.h"] = "study", ["world/calendar.h"] = "world",
  ["world/text.h"] = "world",
}

local UMBRELLA = "etp/etp.h"
-- libetp needs no Lua and no network, so neither does the header that takes in all of it.
local NOT_IN_UMBRELLA = set "script live"

-- Libraries, by a pattern on what is included, and the only rooms, or the only folder of a room, that may use them.
local LIBRARIES = {
  { pattern = "^lua%.h$", rooms = set "bindings script" },
  { pattern = "^luaconf%.h$", rooms = set "bindings script" },
  { pattern = "^lauxlib%.h$", rooms = set "bindings script" },
  { pattern = "^lualib%.h$", rooms = set "bindings script" },
  { pattern = "^sqlite3%.h$", rooms = set "store" },
  { pattern = "^event2?[/.]", rooms = set "live gateway node" },
  { pattern = "^sodium%.h$", rooms = set "live" },
  { pattern = "^nng/", rooms = set "live", folder = "live/carrier/" },
  { pattern = "^msgpack[/.]", rooms = set "wire" },
  { pattern = "^jansson%.h$", rooms = set "report study cli node" },
  { pattern = "^libdeflate%.h$", rooms = set "data wire" },
  { pattern = "^xxhash%.h$", rooms = set "world data script run report study cli" },
}

-- C11 and POSIX. Another header is a library that nobody has decided about yet.
local SYSTEM = set [[
  assert.h ctype.h errno.h fenv.h float.h inttypes.h limits.h locale.h math.h setjmp.h signal.h stdalign.h stdarg.h
  stdatomic.h stdbool.h stddef.h stdint.h stdio.h stdlib.h stdnoreturn.h string.h strings.h threads.h time.h uchar.h
  wchar.h wctype.h dirent.h fcntl.h getopt.h glob.h libgen.h poll.h pthread.h termios.h unistd.h arpa/inet.h net/if.h
  netdb.h netinet/in.h netinet/tcp.h sys/file.h sys/ioctl.h sys/mman.h sys/resource.h sys/select.h sys/socket.h
  sys/stat.h sys/time.h sys/types.h sys/uio.h sys/un.h sys/utsname.h sys/wait.h spawn.h
]]

-- The sans-I/O rooms and the folder of a connection's protocol are handed time and the world; they take neither from
-- the system.
local SANS_IO = set "wire market engine sim"
local SANS_IO_FOLDER = "core/live/channel/"
local IO_HEADERS = set [[
  time.h dirent.h fcntl.h poll.h pthread.h threads.h unistd.h arpa/inet.h net/if.h netdb.h netinet/in.h netinet/tcp.h
  sys/file.h sys/mman.h sys/select.h sys/socket.h sys/stat.h sys/time.h sys/uio.h sys/un.h sys/wait.h
]]

local function without_comments(text)
  -- Comments become as many newlines as they had, so that line numbers stay.
  return (text:gsub("/%*.-%*/", function(comment)
    return (comment:gsub("[^\n]", ""))
  end):gsub("//[^\n]*", ""))
end

-- { line, name, quoted } of each #include; `odd` holds what is neither "..." nor <...>.
local function includes_of(text)
  local found = {}
  local number = 0
  for line in (without_comments(text) .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    local rest = line:match("^%s*#%s*include%s*(.*)$")
    if rest then
      local quoted, angled = rest:match('^"([^"]+)"'), rest:match("^<([^>]+)>")
      found[#found + 1] = { line = number, name = quoted or angled, quoted = quoted ~= nil, odd = rest }
    end
  end
  return found
end

local function room_of_path(path)
  local header = path:match("^core/include/(.+)$")
  if header then
    return header == UMBRELLA and "umbrella" or room_of_header[header]
  end
  return path:match("^core/([^/]+)/") or path:match("^(bindings)/")
end

local function check_direction(from, to, name)
  if from == "umbrella" then
    if NOT_IN_UMBRELLA[to] then
      return ("%s must not take in %s: libetp needs no Lua"):format(UMBRELLA, name)
    end
    return nil
  end
  if from ~= to and not MAY_INCLUDE[from][to] then
    return ("%s/ may not include %s, which belongs to %s/"):format(from, name, to)
  end
end

local function check_public(from, name)
  if name == UMBRELLA and from == "bindings" then
    return nil
  end
  if name == UMBRELLA then
    return ("nothing in core/ includes %s; include the headers that are used"):format(UMBRELLA)
  end
  local to = room_of_header[name]
  if not to then
    return ("%s is not in the table of public headers in tests/lint/include_directions.lua"):format(name)
  end
  return check_direction(from, to, name)
end

local function check_private(path, from, name, files)
  local folder = path:match("^(.*)/")
  if path:match("^core/include/") then
    return ("a public header includes %s, which is not installed"):format(name)
  end
  if name:find("..", 1, true) then
    return ("%s leaves its folder"):format(name)
  end
  if SHARED_HEADERS[name] and from ~= "bindings" then
    return check_direction(from, SHARED_HEADERS[name], name)
  end
  if files[folder .. "/" .. name] then
    return nil
  end
  local room = name:match("^([^/]+)/")
  if room == from and files["core/" .. name] then
    return nil
  end
  if room and MAY_INCLUDE[room] then
    return ("%s is a private header of %s/"):format(name, room)
  end
  return ("%s is neither a header of %s/ nor a public one"):format(name, from)
end

local function check_library(path, from, name)
  for _, library in ipairs(LIBRARIES) do
    if name:match(library.pattern) then
      if path:match("^core/include/") then
        return ("a public header includes <%s>, so that its users would need that library"):format(name)
      end
      local rooms = table.concat(tree.sorted_keys(library.rooms), "/, ")
      if library.folder and not path:find("core/" .. library.folder, 1, true) then
        return ("<%s> belongs in %s only"):format(name, library.folder)
      end
      if not library.rooms[from] then
        return ("<%s> belongs in %s/ only"):format(name, rooms)
      end
      return nil
    end
  end
  if not SYSTEM[name] then
    return ("<%s> is not in the tables of tests/lint/include_directions.lua"):format(name)
  end
  if path:find(SANS_IO_FOLDER, 1, true) and IO_HEADERS[name] then
    return ("%s is handed time and I/O and may not include <%s>"):format(SANS_IO_FOLDER, name)
  end
  if SANS_IO[from] and IO_HEADERS[name] then
    return ("%s/ is handed time and I/O and may not include <%s>"):format(from, name)
  end
end

local function check_include(path, from, include, files)
  local name = include.name
  if not name then
    return ("cannot tell what is included: #include %s"):format(include.odd)
  end
  if name:match("^etp/") then
    if not include.quoted then
      return ('write "%s", in quotes: it is a header of ours'):format(name)
    end
    return check_public(from, name)
  end
  if include.quoted then
    return check_private(path, from, name, files)
  end
  return check_library(path, from, name)
end

local function check_file(path, files, findings)
  local function report(line, sentence)
    findings[#findings + 1] = ("%s:%d: %s"):format(path, line, sentence)
  end
  local from = room_of_path(path)
  if not from then
    return report(1, "this public header is not in the table in tests/lint/include_directions.lua")
  end
  if from ~= "umbrella" and not MAY_INCLUDE[from] then
    return report(1, ("the room %s/ is not in the table in tests/lint/include_directions.lua"):format(from))
  end
  for _, include in ipairs(includes_of(files[path])) do
    local sentence = check_include(path, from, include, files)
    if sentence then
      report(include.line, sentence)
    end
  end
end

-- files: path from the root -> text. Returns a list of "path:line: sentence".
local function check(files)
  local findings = {}
  for _, path in ipairs(tree.sorted_keys(files)) do
    check_file(path, files, findings)
  end
  return findings
end

local function is_core_source(path)
  return (path:match("^core/.+/.+%.[ch]$") or path:match("^bindings/.+%.[ch]$")) ~= nil
end

if arg and arg[0] and arg[0]:match("include_directions%.lua$") then
  local root = arg[1] or "."
  local files = tree.files(root, is_core_source)
  tree.finish("include directions", files, check(files))
end

return { check = check }
