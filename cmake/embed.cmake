# SPDX-License-Identifier: MIT
# Writes texts as arrays of a C source: cmake -DOUT=FILE.c -DSTYLE=one -DSCRIPT=two|three ... -P embed.cmake
# A text may be of several files, one after the other, or of none. It is what a page has between <script> and </script>
# or <style> and </style>, so nothing in it may end that.
set(code "/* Made by cmake/embed.cmake. */\n#include \"report/document/assets.h\"\n")
foreach(name style library script notice)
  string(TOUPPER ${name} variable)
  string(REPLACE "|" ";" files "${${variable}}")
  set(hex "")
  foreach(file IN LISTS files)
    file(READ ${file} content)
    foreach(end "</script" "</style" "]]>" "<!--")
      string(FIND "${content}" "${end}" found)
      if(NOT found EQUAL -1)
        message(FATAL_ERROR "${file} has ${end} in it, and cannot be put into a page.")
      endif()
    endforeach()
    file(READ ${file} content HEX)
    string(APPEND hex "${content}")
  endforeach()
  string(LENGTH "${hex}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(................................)" "\\1\n" hex "${hex}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(APPEND code "static const unsigned char ${name}_bytes[] = {\n${bytes}0};\n"
    "const etp_page_asset etp_page_${name} = {${name}_bytes, ${size}};\n")
endforeach()
file(WRITE ${OUT} "${code}")
