# SPDX-License-Identifier: MIT
# What the pages of the command report carry, as a C source in ${etp_page_assets}: our style and script, and D3, which
# draws the plots. It is found here and not shipped with the sources, as the other libraries are.
option(ETP_REPORT "Build the pages of the command report, for which D3 5 is needed" ON)
set(etp_page_assets ${PROJECT_BINARY_DIR}/page_assets.c)
if(ETP_REPORT)
  find_file(D3_SCRIPT d3.min.js
    PATHS /usr/share/nodejs/d3/dist /usr/share/javascript/d3 /usr/local/share/nodejs/d3/dist NO_DEFAULT_PATH)
  if(NOT D3_SCRIPT)
    message(FATAL_ERROR "d3.min.js of D3 5 was not found (package node-d3). ${etp_install_hint} "
      "-DD3_SCRIPT=FILE names it elsewhere; -DETP_REPORT=OFF builds without the pages of etp-engine report.")
  endif()
  # Its first line says which it is: "// https://d3js.org v5.16.0 Copyright 2022 Mike Bostock".
  file(STRINGS ${D3_SCRIPT} d3_line LIMIT_COUNT 1)
  if(NOT d3_line MATCHES "d3js\\.org v5\\.")
    message(FATAL_ERROR "${D3_SCRIPT} is not D3 5 (its first line is: ${d3_line}). -DD3_SCRIPT=FILE names another; "
      "-DETP_REPORT=OFF builds without the pages of etp-engine report.")
  endif()
  set(html ${PROJECT_SOURCE_DIR}/core/report/html)
  set(page_library ${D3_SCRIPT})
  set(page_style ${html}/page.css)
  # The first defines what the others use; the last starts the work.
  set(page_scripts ${html}/plot.js ${html}/lines.js ${html}/bars.js ${html}/rows.js ${html}/page.js)
  set(page_notice ${html}/d3-licence.txt)
endif()
list(JOIN page_scripts "|" page_script)
add_custom_command(OUTPUT ${etp_page_assets}
  COMMAND ${CMAKE_COMMAND} -DOUT=${etp_page_assets} -DSTYLE=${page_style} -DLIBRARY=${page_library}
    -DSCRIPT=${page_script} -DNOTICE=${page_notice} -P ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  DEPENDS ${page_style} ${page_library} ${page_scripts} ${page_notice} ${PROJECT_SOURCE_DIR}/cmake/embed.cmake
  COMMENT "The pages' style and scripts" VERBATIM)
