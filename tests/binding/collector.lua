-- SPDX-License-Identifier: MIT
-- Loaded before each spec of the Lua module. Skips where the module cannot be loaded; and, when asked, has the
-- collector at work all the time: a new cycle begins as soon as one ends, and a whole one is made every so many
-- instructions, on every thread.
local skip = os.getenv("ETP_SKIP")
if skip then
  print("skipped: " .. skip)
  os.exit(77)
end

if os.getenv("ETP_COLLECTOR") == "stress" then
  local EVERY <const> = 50000
  collectgarbage("incremental", 1, 1000)
  local function hook()
    collectgarbage()
  end
  debug.sethook(hook, "", EVERY)
  local create = coroutine.create
  -- A thread has a hook of its own.
  function coroutine.create(body) -- luacheck: ignore
    local thread = create(body)
    debug.sethook(thread, hook, "", EVERY)
    return thread
  end
end
