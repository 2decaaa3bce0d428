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

# D3 5 draws the plots of pages, and becomes part of the program. With AUTO, as for a rock, its absence leaves them out.
set(ETP_REPORT ON CACHE STRING "Build the pages of the commands report and evidence, for which D3 5 is needed: ON, OFF or AUTO")
set_property(CACHE ETP_REPORT PROPERTY STRINGS ON OFF AUTO)
set(etp_has_pages OFF)
if(ETP_REPORT)
  find_file(D3_SCRIPT d3.min.js
    PATHS /usr/share/nodejs/d3/dist /usr/share/javascript/d3 /usr/local/share/nodejs/d3/dist NO_DEFAULT_PATH)
  set(d3_line "")
  if(EXISTS "${D3_SCRIPT}")
    # Its first line says which it is: "// https://d3js.org v5.16.0 Copyright 2022 Mike Bostock".
    file(STRINGS ${D3_SCRIPT} d3_line LIMIT_COUNT 1)
  endif()
  if(d3_line MATCHES "d3js\\.org v5\\.")
    set(etp_has_pages ON)
  elseif(ETP_REPORT STREQUAL "AUTO")
    message(STATUS "D3 5 was not found (package node-d3): etp-engine writes no pages, only JSON and CSV.")
  elseif(D3_SCRIPT)
    message(FATAL_ERROR "${D3_SCRIPT} is not D3 5 (its first line is: ${d3_line}). -DD3_SCRIPT=FILE names another; "
      "-DETP_REPORT=OFF builds without the pages of etp-engine report.")
  else()
    message(FATAL_ERROR "d3.min.js of D3 5 was not found (package node-d3). ${etp_install_hint} "
      "-DD3_SCRIPT=FILE names it elsewhere; -DETP_REPORT=OFF builds without the pages of etp-engine report.")
  endif()
endif()

# Nodes on a real network (libetp-live, the command node). With AUTO, as for a rock, the absence of one of the three
# libraries leaves them out.
set(ETP_LIVE ON CACHE STRING "Build nodes on a real network, for which NNG, libevent and libsodium are needed: ON, OFF or AUTO")
set_property(CACHE ETP_LIVE PROPERTY STRINGS ON OFF AUTO)
set(etp_has_live OFF)
if(ETP_LIVE)
  # NNG has no pkg-config module in the versions that we support.
  find_path(NNG_INCLUDE_DIR nng/nng.h)
  find_library(NNG_LIBRARY nng)
  pkg_search_module(LIBEVENT QUIET IMPORTED_TARGET GLOBAL libevent_core)
  pkg_search_module(SODIUM QUIET IMPORTED_TARGET GLOBAL libsodium)
  set(etp_live_lacks "")
  if(NOT NNG_INCLUDE_DIR OR NOT NNG_LIBRARY)
    list(APPEND etp_live_lacks "NNG (package libnng-dev)")
  endif()
  if(NOT LIBEVENT_FOUND)
    list(APPEND etp_live_lacks "libevent (package libevent-dev)")
  endif()
  if(NOT SODIUM_FOUND)
    list(APPEND etp_live_lacks "libsodium (package libsodium-dev)")
  endif()
  string(REPLACE ";" ", " etp_live_lacks "${etp_live_lacks}")
  if(NOT etp_live_lacks)
    set(etp_has_live ON)
  elseif(ETP_LIVE STREQUAL "AUTO")
    message(STATUS "Not found: ${etp_live_lacks}. etp-engine is built without nodes on a real network.")
  else()
    message(FATAL_ERROR "Not found: ${etp_live_lacks}. ${etp_install_hint} "
      "-DETP_LIVE=OFF builds without nodes on a real network.")
  endif()
endif()
