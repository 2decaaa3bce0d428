-- SPDX-License-Identifier: MIT
-- The program codec-sample, which prints encoded messages and decodes what it is given, for the specs of both codecs.
local codec_sample = {}

local program <const> = (os.getenv("ETP_BUILD_DIR") or "build") .. "/tests/tools/codec-sample"

-- What it prints, line by line.
function codec_sample.lines(arguments)
  local command = program .. " " .. arguments
  local pipe = assert(io.popen(command))
  local lines = {}
  for line in pipe:lines() do
    lines[#lines + 1] = line
  end
  assert(pipe:close(), command .. " failed")
  return lines
end

-- name=1 other=2 -> { name = 1, other = 2 }
function codec_sample.fields(text)
  local values = {}
  for name, value in text:gmatch("([%w_]+)=(%d+)") do
    values[name] = math.tointeger(value)
  end
  return values
end

function codec_sample.from_hex(text)
  return (text:gsub("%x%x", function(digits) return string.char(tonumber(digits, 16)) end))
end

function codec_sample.to_hex(text)
  return (text:gsub(".", function(char) return string.format("%02x", char:byte()) end))
end

-- What the decoder answers to each of `messages`; `options` before --decode.
function codec_sample.decode(messages, options)
  local name = os.tmpname()
  local file = assert(io.open(name, "w"))
  for _, message in ipairs(messages) do
    file:write(codec_sample.to_hex(message), "\n")
  end
  file:close()
  local answers = codec_sample.lines((options or "") .. " --decode < " .. name)
  os.remove(name)
  assert(#messages == #answers, "not one answer for each message")
  return answers
end

return codec_sample
