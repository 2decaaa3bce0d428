-- SPDX-License-Identifier: MIT
-- What the shared libraries show and need: exactly the functions marked ETP_API in their public headers, and no library
-- that libetp promises to do without.
--
--     lua5.4 exports.lua ROOT SONAME_VERSION LIBETP LIBETP_LUA [LIBETP_LIVE]
local root, version, libetp, libetp_lua, libetp_live = table.unpack(arg)
local tree = dofile(root .. "/tests/lint/tree.lua")
local findings = {}

local function report(...)
  findings[#findings + 1] = string.format(...)
end

local function lines_of(command)
  local pipe = assert(io.popen("LC_ALL=C " .. command))
  local lines = {}
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  assert(pipe:close(), "cannot run: " .. command)
  return lines
end

-- Names of the functions that a header exports.
local function declared(text)
  local names = {}
  local plain = text:gsub("/%*.-%*/", " "):gsub("#[^\n]*\\\n", ""):gsub("\n%s*#[^\n]*", "\n")
  for name in plain:gmatch("ETP_API[^;]-([%w_]+)%s*%(") do
    names[name] = true
  end
  return names
end

-- etp.h takes in every header of libetp; of the others, these are libetp-live's and the rest libetp-lua's.
local function is_live(path)
  return path == "identity.h" or path:match("^live") ~= nil
end

local function promised()
  local umbrella = tree.read(root, "core/include/etp/etp.h")
  local core, script, live, count = {}, {}, {}, 0
  for _, path in ipairs(tree.paths(root .. "/core/include/etp")) do
    local of = umbrella:find('"etp/' .. path .. '"', 1, true) and core or is_live(path) and live or script
    for name in pairs(declared(tree.read(root, "core/include/etp/" .. path))) do
      of[name] = path
      count = count + 1
    end
  end
  assert(count > 100, "the headers were not understood")
  return core, script, live
end

local function check_exports(library, wanted)
  local shown = {}
  for _, line in ipairs(lines_of("nm -D --defined-only '" .. library .. "'")) do
    local name = line:match("%x+ %a ([^@%s]+)")
    if name and not name:match("^__odr_asan") and not name:match("^__asan") then
      shown[name] = true
    end
  end
  for _, name in ipairs(tree.sorted_keys(shown)) do
    if not wanted[name] then
      report("%s shows %s, which no header of its own marks ETP_API", library, name)
    end
  end
  for _, name in ipairs(tree.sorted_keys(wanted)) do
    if not shown[name] then
      report("%s declares %s, which %s does not show", wanted[name], name, library)
    end
  end
end

local function check_dynamic(library, soname, may_need)
  local found
  for _, line in ipairs(lines_of("readelf -d '" .. library .. "'")) do
    found = line:match("%(SONAME%).*%[(.-)%]") or found
    local needed = line:match("%(NEEDED%).*%[(.-)%]")
    local known = needed == nil
    for _, pattern in ipairs(may_need) do
      known = known or needed:match(pattern) ~= nil
    end
    if not known then
      report("%s needs %s", library, needed)
    end
  end
  if found ~= soname then
    report("the SONAME of %s is %s, not %s", library, found, soname)
  end
end

local SYSTEM = { "^libc%.so", "^libm%.so", "^ld%-linux", "^libasan%.so", "^libubsan%.so", "^libtsan%.so",
  "^libgcc_s%.so" }
local core, script, live = promised()
check_exports(libetp, core)
check_exports(libetp_lua, script)
check_dynamic(libetp, "libetp.so." .. version, { "^libdeflate%.so", table.unpack(SYSTEM) })
check_dynamic(libetp_lua, "libetp-lua.so." .. version, { "^libetp%.so", "^liblua", table.unpack(SYSTEM) })
if libetp_live then
  check_exports(libetp_live, live)
  check_dynamic(libetp_live, "libetp-live.so." .. version,
    { "^libetp%.so", "^libnng%.so", "^libevent_core", "^libsodium%.so", table.unpack(SYSTEM) })
end
for _, finding in ipairs(findings) do
  io.stderr:write(finding, "\n")
end
os.exit(#findings == 0)
