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
  etp_install_library(etp-lua)
endif()

install(TARGETS etp-engine RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/strategies DESTINATION ${CMAKE_INSTALL_DATADIR}/etp-engine
  FILES_MATCHING PATTERN "*.lua")

# Annotations of the script API for editors; `etp-engine new` tells the editor where they are.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/bindings/lua/meta DESTINATION ${CMAKE_INSTALL_DATADIR}/etp-engine
  FILES_MATCHING PATTERN "*.lua")

install(FILES ${PROJECT_SOURCE_DIR}/docs/man/etp-engine.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
