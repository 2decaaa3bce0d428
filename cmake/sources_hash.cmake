# SPDX-License-Identifier: MIT
# Writes a C source with a hash of all sources that a market's result depends on, so that a study's cells are taken again
# by any program that would compute the same: cmake -DROOT=core -DOUT=FILE.c -P sources_hash.cmake
# What is left out only shows what was computed. What a room to come might change is hashed until it is named here.
file(GLOB_RECURSE files RELATIVE ${ROOT} ${ROOT}/*.c ${ROOT}/*.h)
list(SORT files)
set(hashes "")
foreach(file IN LISTS files)
  if(NOT file MATCHES "^(cli|live|node|report|study/estimate)/|^study/(view|tariff_notes)[.]|^include/etp/(identity|live|live_clock|live_older)[.]")
    file(SHA256 ${ROOT}/${file} hash)
    string(APPEND hashes "${file} ${hash}\n")
  endif()
endforeach()
string(SHA256 hash "${hashes}")
file(WRITE ${OUT} "/* Made by cmake/sources_hash.cmake. */\n#include \"study/sources.h\"\n\nconst char etp_study_sources[] = \"${hash}\";\n")
