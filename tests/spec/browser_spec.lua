-- SPDX-License-Identifier: MIT
-- Pages in a real browser: every figure is drawn, with finite numbers and no complaint, narrow and wide, light, dark
-- and on paper. Without Chromium, or where it cannot show even a plain page (it needs /proc and /dev/shm), these
-- tests are pending, and say so.
local page = require("page")
local program = require("program")
local sample = require("report_sample")

local BROWSER = os.getenv("ETP_BROWSER")
local FLAGS = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
  .. "--disable-extensions --disable-component-update --hide-scrollbars --enable-logging=stderr"
-- What the page writes on the console, as the browser logs it.
local COMPLAINT = "CONSOLE"

local html
-- Why nothing can be tested, if so.
local hindrance = (not BROWSER or BROWSER == "") and "there is no Chromium here (package chromium)" or nil

-- Whether the browser ended well, what it printed and what it logged, with a profile that is new each time.
local function start(arguments, file)
  local profile, out, log = program.path("profile"), program.path("out.txt"), program.path("log.txt")
  local command = ("timeout 120 '%s' %s --user-data-dir='%s' %s 'file://%s' >'%s' 2>'%s'"):format(BROWSER, FLAGS,
    profile, arguments, file, out, log)
  local done = os.execute(command)
  os.execute("rm -rf '" .. profile .. "'")
  return done, program.read(out), program.read(log)
end

local function browse(arguments, file)
  local done, printed, logged = start(arguments, file or html)
  assert(done, "the browser failed: " .. logged)
  return printed, logged
end

local function try_browser()
  local _, printed, logged = start("--dump-dom", program.write("plain.html", "<p>here</p>"))
  if not printed:find("<p>here</p>", 1, true) then
    hindrance = "Chromium cannot show a plain page here: " .. logged:sub(1, 400)
  end
end

setup(function()
  program.setup()
  if not hindrance then
    try_browser()
  end
  local result = program.write("sample.json", sample.text())
  html = program.path("page.html")
  local done = program.run("report '" .. result .. "' --out '" .. html .. "'")
  assert(done.status == 0, done.err)
end)
teardown(program.teardown)

local function in_browser(name, test)
  it(name, function()
    if hindrance then
      pending(hindrance)
      return
    end
    test()
  end)
end

-- The figures of a page as it stands after its scripts ran: from <figure> to </figure>, by their ids.
local function figures_of(dom)
  local found = {}
  for id, inner in dom:gmatch('<figure id="([^"]+)">(.-)</figure>') do
    found[id] = inner
  end
  return found
end

-- Numbers in what places and shapes marks.
local function check_shapes(id, svg)
  for name, value in svg:gmatch('%s([%w-]+)="([^"]*)"') do
    if name ~= "aria-label" then
      for _, bad in ipairs({ "NaN", "Infinity", "undefined", "null" }) do
        assert.is_nil(value:find(bad, 1, true), id .. ": " .. name .. "=" .. value)
      end
    end
    if name == "width" or name == "height" or name == "r" then
      assert.is_true(not value:find("^%-"), id .. ": " .. name .. "=" .. value)
    end
  end
end

local EMPTY = { empty = true }

local function check_figures(dom)
  local figures, drawn = figures_of(dom), 0
  for _, item in ipairs(sample.result().document.sections[2].items) do
    local inner = assert(figures[item.id], item.id)
    assert.is_nil(inner:find("could not be drawn", 1, true), item.id)
    if EMPTY[item.id] then
      assert.is_truthy(inner:find("nothing to draw", 1, true))
    else
      local svg = inner:match('<svg viewBox="0 0 [%d.]+ [%d.]+" role="img" aria%-label="[^"]+".-</svg>')
      check_shapes(item.id, assert(svg, item.id))
      drawn = drawn + 1
    end
  end
  assert.is_true(drawn > 15)
end

-- The page in a frame so wide: a window itself cannot be as narrow as a telephone.
local function frame(width)
  return program.write("frame.html", ('<!DOCTYPE html><body style="margin:0"><iframe src="page.html" style="width:%dpx;'
    .. 'height:9000px;border:0"></iframe></body>'):format(width))
end

describe("a page in the browser", function()
  in_browser("has each figure drawn, and nothing on the console", function()
    for _, size in ipairs({ "1200,900", "600,900" }) do
      local dom, logged = browse("--window-size=" .. size .. " --dump-dom")
      check_figures(dom)
      assert.is_nil(logged:find(COMPLAINT, 1, true), logged)
    end
  end)

  in_browser("has each kind of plot with its marks, axes and names", function()
    local figures = figures_of((browse("--window-size=1200,900 --dump-dom")))
    local function count(id, pattern)
      local _, times = figures[id]:gsub(pattern, "")
      return times
    end
    assert.equal(3, count("bars", "<rect[^>]*><"))
    assert.equal(24, count("bars-hours", "<rect[^>]*><"))
    assert.equal(9, count("grouped", '<rect x="[^"]*" width="[^"]*" y="'))
    assert.equal(5, count("tornado", 'style="fill: var%(%-%-paper%)'))
    assert.is_true(count("band", "<title>") >= 8)
    assert.is_truthy(figures.band:find("the utility", 1, true))
    assert.is_truthy(figures.lorenz:find("equal shares", 1, true))
    assert.is_truthy(figures.line:find("A$ per battery and year", 1, true))
    assert.is_truthy(figures.tornado:find("reference 14.20", 1, true))
    assert.is_truthy(figures.dots:find("[\u{2212}", 1, true))
    assert.is_nil(figures.line:find("<script>alert", 1, true))
  end)

  in_browser("fits where it is as narrow as a telephone, light and dark", function()
    local script = [[<script>addEventListener("load", function () {
      const page = document.querySelector("iframe").contentDocument, root = page.documentElement, wide = [];
      for (const svg of page.querySelectorAll(".plot > svg")) {
        const box = svg.getBoundingClientRect();
        if (box.right > 361 || box.width < 200) wide.push(svg.closest("figure").id);
        for (const text of svg.querySelectorAll("text")) {
          const edge = text.getBoundingClientRect();
          if (edge.left < -1 || edge.right > 361) wide.push(svg.closest("figure").id + ": " + text.textContent);
        }
      }
      document.body.append("WIDTH " + root.scrollWidth + " OUTSIDE [" + wide.join("; ") + "]");
    });</script>]]
    local file = program.write("frame.html", program.read(frame(360)):gsub("</body>", function()
      return script .. "</body>"
    end))
    for _, scheme in ipairs({ "", "--blink-settings=preferredColorScheme=0 " }) do
      local dom, logged = browse(scheme .. "--allow-file-access-from-files --window-size=800,900 --dump-dom", file)
      assert.is_nil(logged:find(COMPLAINT, 1, true), logged)
      assert.equal("360 OUTSIDE []", dom:match("WIDTH (%d+ OUTSIDE %[.-%])"))
    end
  end)

  in_browser("prints", function()
    local pdf = program.path("page.pdf")
    local _, logged = browse("--no-pdf-header-footer --print-to-pdf='" .. pdf .. "'")
    assert.is_nil(logged:find(COMPLAINT, 1, true), logged)
    local text = program.read(pdf)
    assert.equal("%PDF-", text:sub(1, 5))
    assert.is_true(#text > 50000)
  end)

  in_browser("of a run is drawn too", function()
    local result, out = program.path("run.json"), program.path("run.html")
    assert.equal(0, program.run("greedy --bess 10 --quiet --json '" .. result .. "'").status)
    assert.equal(0, program.run("report '" .. result .. "' --out '" .. out .. "'").status)
    local dom, logged = browse("--window-size=1000,900 --dump-dom", out)
    assert.is_nil(logged:find(COMPLAINT, 1, true), logged)
    local figures = page.named(page.parse(program.read(out)), "figure")
    local _, drawn = dom:gsub('<svg viewBox="', "")
    assert.is_true(drawn >= #figures - 1 and #figures >= 3)
  end)
end)
