return {
  homes = {
    count = print,
  },
}
