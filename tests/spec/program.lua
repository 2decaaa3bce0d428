-- SPDX-License-Identifier: MIT
-- The program, run from outside as a person runs it, and files for it to read.
local json = require("cjson")

local program = {
  engine = os.getenv("ETP_ENGINE"),
  has_live = os.getenv("ETP_HAS_LIVE") ~= nil, -- whether it was built with nodes on a real network
}

local folder -- of this spec's files

function program.setup()
  assert(program.engine, "ETP_ENGINE must name the program")
  folder = os.tmpname()
  os.remove(folder)
  assert(os.execute("mkdir '" .. folder .. "'"))
end

function program.teardown()
  assert(os.execute("rm -r '" .. folder .. "'"))
end

function program.path(name)
  return folder .. "/" .. name
end

function program.read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- Writes a file of that name and returns its path.
function program.write(name, text)
  local path = program.path(name)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
  return path
end

-- The time of day, as the program writes it.
function program.now()
  local date <close> = assert(io.popen("date -u +%FT%T.%3NZ"))
  return date:read()
end

-- { status, out, err } of the program with these arguments, a text that a shell reads. `before` stands in front of the
-- program: variables for its environment.
function program.run(arguments, before)
  local out, err = program.path("out"), program.path("err")
  local command = ("%s '%s' %s >'%s' 2>'%s'"):format(before or "", program.engine, arguments, out, err)
  local _, how, status = os.execute(command)
  assert(how == "exit", "the program was killed: " .. command)
  return { status = status, out = program.read(out), err = program.read(err) }
end

-- The result as a table, of a run that must go well.
function program.result(arguments, before)
  local done = program.run(arguments .. " --json -", before)
  assert(done.status == 0, done.err)
  return json.decode(done.out)
end

-- The text must have each of these sentences in it.
function program.says(text, sentences)
  for _, words in ipairs(sentences) do
    assert(text:find(words, 1, true), words .. " is not in: " .. text)
  end
end

-- The text with its sentences on one line each, however they were broken.
function program.unwrapped(text)
  return (text:gsub("\n? +", " "))
end

-- Events as a list of tables.
function program.events(path)
  local list = {}
  for line in io.lines(path) do
    list[#list + 1] = json.decode(line)
  end
  local head = table.remove(list, 1)
  assert(head.kind == "run" and head.schema_version == 1, "the first line says what the file is")
  return list, head
end

-- A price file in AEMO's form. `price(i)` is that of the i-th five minutes after midnight of 1 January 2025, in A$/MWh.
function program.prices(name, days, price)
  local lines = { "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE" }
  for i = 1, days * 288 do
    local minutes = i * 5
    lines[#lines + 1] = ("VIC1,2025/01/%02d %02d:%02d:00,5000,%s,TRADE"):format(
      1 + minutes // 1440, minutes // 60 % 24, minutes % 60, price(i))
  end
  return program.write(name, table.concat(lines, "\n") .. "\n")
end

return program
