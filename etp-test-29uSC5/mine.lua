local base = require('base')
base.homes.count = 20
return base
