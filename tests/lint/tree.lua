-- SPDX-License-Identifier: MIT
-- The files of a source tree, for the checks beside this file.
local tree = {}

local function quote(text)
  return "'" .. text:gsub("'", "'\\''") .. "'"
end

-- The paths below root, relative to it and sorted. Hidden folders and build folders are left out.
function tree.paths(root)
  local command = "cd " .. quote(root) .. " && find . -type d \\( -name '.?*' -o -name build -o -name 'build-*' "
    .. "-o -name 'build.*' \\) -prune -o -type f -print"
  local pipe = assert(io.popen(command))
  local paths = {}
  for line in pipe:lines() do
    paths[#paths + 1] = line:sub(3)
  end
  assert(pipe:close(), "cannot list the files of " .. root)
  table.sort(paths)
  return paths
end

function tree.read(root, path)
  local file = assert(io.open(root .. "/" .. path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- The files below root that `wants(path)`, as a table from path to text.
function tree.files(root, wants)
  local files = {}
  for _, path in ipairs(tree.paths(root)) do
    if wants(path) then
      files[path] = tree.read(root, path)
    end
  end
  return files
end

function tree.sorted_keys(map)
  local keys = {}
  for key in pairs(map) do
    keys[#keys + 1] = key
  end
  table.sort(keys)
  return keys
end

-- What a check ends with when it is run as a program: its findings, and success only if it saw files and found nothing.
function tree.finish(name, files, findings)
  local count = #tree.sorted_keys(files)
  if count == 0 then
    findings[1] = "there are no files to check"
  end
  for _, finding in ipairs(findings) do
    io.stderr:write(finding, "\n")
  end
  print(("%s: %d files, %d findings"):format(name, count, #findings))
  os.exit(#findings == 0)
end

return tree
