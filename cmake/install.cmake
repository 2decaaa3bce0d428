# SPDX-License-Identifier: MIT
# What `cmake --install` lays down: the program, the strategies, the manual page; and, as the component "development",
# the libraries with their headers, pkg-config modules and CMake package. All of it can be moved to another prefix.
set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/etp)
# The .pc files find the prefix from where they lie.
file(RELATIVE_PATH prefix_from_pkgconfig /${pkgconfig_dir} /)
# What a module needs only behind its shared library is private; a static library alone needs it always.
if(ETP_SHARED)
  set(requires "Requires.private:")
else()
  set(requires "Requires:")
endif()
# NNG tells pkg-config nothing, nor what its archive stands on.
if(etp_has_live)
  set(nng_libs "-lnng")
  foreach(library mbedtls mbedx509 mbedcrypto)
    find_library(nng_${library} ${library})
    if(nng_${library})
      string(APPEND nng_libs " -l${library}")
    endif()
  endforeach()
  set(nng_static_only "")
  if(NOT ETP_SHARED)
    set(nng_static_only " ${nng_libs} -pthread")
  endif()
endif()

# A target under the name etp::<exported>, with a file of its own in the package: who wants one library loads one.
function(etp_install_target target exported)
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${exported})
  install(TARGETS ${target} EXPORT ${target}
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
endfunction()

function(etp_install_library name exported)
  if(ETP_STATIC)
    etp_install_target(${name} ${exported}_static)
    install(EXPORT ${name} FILE ${name}-static.cmake NAMESPACE etp:: DESTINATION ${package_dir} COMPONENT development)
  endif()
  if(ETP_SHARED)
    etp_install_target(${name}-shared ${exported})
    install(EXPORT ${name}-shared NAMESPACE etp:: DESTINATION ${package_dir} COMPONENT development)
  endif()
  configure_file(${PROJECT_SOURCE_DIR}/cmake/${name}.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${pkgconfig_dir} COMPONENT development)
endfunction()

if(ETP_INSTALL_LIBRARIES)
  include(CMakePackageConfigHelpers)
  set(live_headers "")
  if(NOT etp_has_live)
    set(live_headers PATTERN "live*.h" EXCLUDE PATTERN "identity.h" EXCLUDE)
  endif()
  install(DIRECTORY ${PROJECT_SOURCE_DIR}/core/include/etp DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
    COMPONENT development FILES_MATCHING PATTERN "*.h" ${live_headers})
  etp_install_library(etp etp)
  etp_install_library(etp-lua lua)
  if(etp_has_live)
    etp_install_library(etp-live live)
  endif()
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/etp-config.cmake.in ${PROJECT_BINARY_DIR}/etp-config.cmake
    INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  # The same rule as the SONAME's.
  if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(compatibility SameMinorVersion)
  else()
    set(compatibility SameMajorVersion)
  endif()
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/etp-config-version.cmake COMPATIBILITY ${compatibility})
  install(FILES ${PROJECT_BINARY_DIR}/etp-config.cmake ${PROJECT_BINARY_DIR}/etp-config-version.cmake
    DESTINATION ${package_dir} COMPONENT development)
endif()

install(TARGETS etp-engine RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})

install(DIRECTORY ${PROJECT_SOURCE_DIR}/strategies DESTINATION ${CMAKE_INSTALL_DATADIR}/etp-engine
  FILES_MATCHING PATTERN "*.lua")

install(DIRECTORY ${PROJECT_SOURCE_DIR}/scenarios DESTINATION ${CMAKE_INSTALL_DATADIR}/etp-engine
  FILES_MATCHING PATTERN "*.lua")

# Annotations of the script API for editors; `etp-engine new` tells the editor where they are.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/bindings/lua/meta DESTINATION ${CMAKE_INSTALL_DATADIR}/etp-engine
  FILES_MATCHING PATTERN "*.lua")

install(FILES ${PROJECT_SOURCE_DIR}/docs/man/etp-engine.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
