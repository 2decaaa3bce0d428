-- SPDX-License-Identifier: MIT
-- Blocks of a document that show a command and what it prints: "$ build/etp-engine ..." and then the output.
local shown = { PREFIX = "build/etp-engine " }

-- Bodies of the fenced blocks that are marked with `language`.
function shown.blocks(text, language)
  local list = {}
  for fence, body in ("\n" .. text):gmatch("\n```(%w*)\n(.-\n)```") do
    if fence == language then
      list[#list + 1] = body
    end
  end
  return list
end

-- The arguments of a line that calls the program, or nil.
function shown.arguments_of(line, before)
  local start = before .. shown.PREFIX
  return line:sub(1, #start) == start and line:sub(#start + 1) or nil
end

-- { arguments, output } of each command that is shown with what it prints.
function shown.commands(text)
  local list = {}
  for _, body in ipairs(shown.blocks(text, "")) do
    local line, output = body:match("^(%$[^\n]*)\n(.*)$")
    local arguments = line and shown.arguments_of(line, "$ ")
    if arguments then
      list[#list + 1] = { arguments = arguments, output = output }
    end
  end
  return list
end

return shown
