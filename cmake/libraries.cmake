# SPDX-License-Identifier: MIT
# One library from its objects, as an archive, as a shared library, or as both. Both come out of one build: a
# distribution packs the two together, which the single choice of BUILD_SHARED_LIBS cannot say.
option(ETP_SHARED "Build and install shared libraries" ON)
option(ETP_STATIC "Install static libraries; the program and the tests are always linked with them" ON)
if(ETP_INSTALL_LIBRARIES AND NOT ETP_SHARED AND NOT ETP_STATIC)
  message(FATAL_ERROR "ETP_SHARED and ETP_STATIC are both off: switch one on, or ETP_INSTALL_LIBRARIES off to install none.")
endif()

# What a program that was linked with one version may be run with (docs/embedding.md): until 1.0 a minor version may
# change structs and functions, so it is part of the SONAME; from 1.0 on the major version alone.
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(etp_soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
else()
  set(etp_soversion ${PROJECT_VERSION_MAJOR})
endif()

# The targets <name>, static, and <name>-shared, if that is wanted, of some object libraries; and for a project that adds
# this one as a subdirectory the names that find_package(etp) would give it: etp::<alias> and etp::<alias>_static.
function(etp_add_library name alias)
  set(objects "")
  foreach(library ${ARGN})
    list(APPEND objects $<TARGET_OBJECTS:${library}>)
  endforeach()
  add_library(${name} STATIC ${objects})
  set(kinds ${name})
  if(ETP_INSTALL_LIBRARIES AND ETP_SHARED)
    add_library(${name}-shared SHARED ${objects})
    set_target_properties(${name}-shared PROPERTIES
      OUTPUT_NAME ${name} VERSION ${PROJECT_VERSION} SOVERSION ${etp_soversion})
    if(ETP_SANITIZE)
      target_link_options(${name}-shared PRIVATE -fsanitize=${ETP_SANITIZE})
    else()
      # A name that no library defines is an error here, and not in the program of whoever uses it.
      target_link_options(${name}-shared PRIVATE LINKER:-z,defs)
    endif()
    list(APPEND kinds ${name}-shared)
  endif()
  foreach(target ${kinds})
    set_target_properties(${target} PROPERTIES LINKER_LANGUAGE C)
    target_include_directories(${target} PUBLIC
      $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/core/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  endforeach()
  add_library(etp::${alias}_static ALIAS ${name})
  list(GET kinds -1 plain)
  add_library(etp::${alias} ALIAS ${plain})
endfunction()
