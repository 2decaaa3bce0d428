# SPDX-License-Identifier: MIT
# What `cmake --install` lays down: the program, the libraries with their headers, the strategies, the manual page.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
# The .pc files find the prefix from where they lie, so that the installed tree can be moved.
file(RELATIVE_PATH prefix_from_pkgconfig /${pkgconfig_dir} /)

# A static library with its .pc file.
function(etp_install_library name)
  install(TARGETS ${name} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig_dir})
endfunction()

if(ETP_INSTALL_LIBRARIES)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/core/include/etp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    FILES_MATCHING PATTERN "*.h")
  etp_install_library(etp)
  if(TARGET etp-lua)
    etp_install_library(etp-lua)
  endif()
endif()

if(TARGET etp-engine)
  install(TARGETS etp-engine RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

if(EXISTS ${PROJECT_SOURCE_DIR}/strategies)
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/strategies DESTINATION ${CMAKE_INSTALL_DATADIR}/etp-engine
    FILES_MATCHING PATTERN "*.lua")
endif()

file(GLOB manual_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/doc/man/*.1 ${PROJECT_SOURCE_DIR}/docs/man/*.1)
if(manual_pages)
  install(FILES ${manual_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
