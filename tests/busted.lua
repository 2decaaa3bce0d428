-- SPDX-License-Identifier: MIT
-- busted under the Lua that runs this file; the command of that name may run under another one.
require("busted.runner")({ standalone = false })
