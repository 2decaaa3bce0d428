# SPDX-License-Identifier: MIT
# The libraries that we use; docs/architecture.md says why each is here.
set(etp_install_hint "On Debian and Ubuntu scripts/setup.sh installs it; elsewhere see scripts/packages-run.txt.")

find_package(PkgConfig QUIET)
if(NOT PKG_CONFIG_FOUND)
  message(FATAL_ERROR "pkg-config was not found (package pkg-config). ${etp_install_hint}")
endif()

# One library under whichever of its pkg-config names is known here, as the target PkgConfig::<prefix>.
function(etp_require_library prefix package)
  pkg_search_module(${prefix} QUIET IMPORTED_TARGET GLOBAL ${ARGN})
  if(NOT ${prefix}_FOUND)
    string(REPLACE ";" ", " names "${ARGN}")
    message(FATAL_ERROR "pkg-config knows none of: ${names} (package ${package}). ${etp_install_hint}")
  endif()
endfunction()

# msgpack was renamed in its version 6.
etp_require_library(MSGPACK libmsgpack-dev msgpack-c msgpack)
etp_require_library(JANSSON libjansson-dev jansson)
etp_require_library(LUA liblua5.4-dev lua5.4 lua-5.4 lua54)

etp_require_library(LIBDEFLATE libdeflate-dev libdeflate)

find_path(XXHASH_INCLUDE_DIR xxhash.h)
if(NOT XXHASH_INCLUDE_DIR)
  message(FATAL_ERROR "xxhash.h was not found (package libxxhash-dev). ${etp_install_hint}")
endif()

# The command tournament plays several games at once.
set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)
