# SPDX-License-Identifier: MIT
# What the pages of the command report carry, as a C source in ${etp_page_assets}: our style and script, and D3, which
# draws the plots; nothing where a program is built without pages.
set(etp_page_assets ${PROJECT_BINARY_DIR}/page_assets.c)
if(etp_has_pages)
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
