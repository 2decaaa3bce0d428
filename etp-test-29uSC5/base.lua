return { homes = { count = 40 } }
