# SPDX-License-Identifier: MIT
# What `cmake --install` lays down: the program, the libraries with their headers, the strategies, the manual page.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
# The .pc files find the prefix from where they lie, so that the installed tree can be moved.
file(RELATIVE_PATH prefix_from_pkgconfig /${pkgconfig_dir} /)

install(TARGETS etp ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/core/include/etp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")
configure_file(cmake/etp.pc.in ${PROJECT_BINARY_DIR}/etp.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/etp.pc DESTINATION ${pkgconfig_dir})

if(TARGET etp-lua)
  install(TARGETS etp-lua ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
  configure_file(cmake/etp-lua.pc.in ${PROJECT_BINARY_DIR}/etp-lua.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/etp-lua.pc DESTINATION ${pkgconfig_dir})
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
