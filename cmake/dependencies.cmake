# SPDX-License-Identifier: MIT
# The libraries that we use; docs/architecture.md says why each is here.
find_package(PkgConfig REQUIRED)
pkg_check_modules(MSGPACK REQUIRED IMPORTED_TARGET msgpack)
pkg_check_modules(LUA REQUIRED IMPORTED_TARGET lua5.4)
find_package(ZLIB REQUIRED)
find_path(XXHASH_INCLUDE_DIR xxhash.h REQUIRED)
