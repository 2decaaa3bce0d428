# SPDX-License-Identifier: MIT
# Specs of the Lua module, tests/spec/binding/*_spec.lua. Each is run twice: as it is, and with the collector at work all the
# time, which finds what C code forgot to keep alive.

# The module is loaded by a Lua that knows nothing of sanitizers; their library must then be there before it.
function(etp_preload_sanitizer variable)
  set(${variable} "" PARENT_SCOPE)
  if(ETP_SANITIZE MATCHES "address" AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    execute_process(COMMAND ${CMAKE_C_COMPILER} -print-file-name=libasan.so
      OUTPUT_VARIABLE library OUTPUT_STRIP_TRAILING_WHITESPACE)
    # Leaks of programs that are started meanwhile, such as the shell, are not ours to find.
    set(${variable} "LD_PRELOAD=${library};ASAN_OPTIONS=detect_leaks=0" PARENT_SCOPE)
  endif()
endfunction()

function(etp_add_binding_spec name spec)
  add_test(NAME ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    COMMAND ${LUA_PROGRAM} tests/busted.lua --output=plainTerminal --lpath=tests/spec/?.lua
      --helper=tests/spec/binding/collector.lua ${spec})
  set_tests_properties(${name} PROPERTIES LABELS spec SKIP_RETURN_CODE 77
    ENVIRONMENT "${spec_environment};${binding_environment};${ARGN}")
endfunction()

function(etp_add_binding_specs)
  if(NOT ETP_LUA_MODULE)
    return()
  endif()
  set(own ${PROJECT_SOURCE_DIR}/bindings/lua)
  set(binding_environment
    "LUA_PATH=${own}/?.lua\\;${own}/?/init.lua\\;\\;" "LUA_CPATH=${PROJECT_BINARY_DIR}/lua/?.so\\;\\;")
  etp_preload_sanitizer(preload)
  list(APPEND binding_environment ${preload})
  if(ETP_SANITIZE AND NOT preload)
    # Only gcc tells where its library lies.
    set(binding_environment "${binding_environment};ETP_SKIP=a module with these sanitizers cannot be loaded here")
  endif()
  file(GLOB specs CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/spec/binding/*_spec.lua)
  foreach(spec ${specs})
    get_filename_component(name ${spec} NAME_WE)
    string(REPLACE _spec "" name ${name})
    etp_add_binding_spec(spec_binding_${name} ${spec})
    etp_add_binding_spec(spec_binding_${name}_stress ${spec} ETP_COLLECTOR=stress)
  endforeach()
endfunction()
