# SPDX-License-Identifier: MIT
# The target "docs": the reference of the public headers, in reference/html of the build folder. Doxygen is needed for
# nothing else, so that only who asks for the target is told that it is missing.
find_program(DOXYGEN_PROGRAM doxygen)
if(DOXYGEN_PROGRAM)
  configure_file(${PROJECT_SOURCE_DIR}/docs/Doxyfile.in ${PROJECT_BINARY_DIR}/Doxyfile @ONLY)
  add_custom_target(docs COMMAND ${DOXYGEN_PROGRAM} ${PROJECT_BINARY_DIR}/Doxyfile
    COMMENT "The reference: ${PROJECT_BINARY_DIR}/reference/html/index.html" VERBATIM)
else()
  add_custom_target(docs
    COMMAND ${CMAKE_COMMAND} -E echo "doxygen was not found (package doxygen); scripts/setup.sh docs installs it."
    COMMAND ${CMAKE_COMMAND} -E false VERBATIM)
endif()
