# SPDX-License-Identifier: MIT
# What every target of ours is compiled with.
add_library(etp_flags INTERFACE)
target_compile_options(etp_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
if(ETP_WERROR)
  target_compile_options(etp_flags INTERFACE -Werror)
endif()
# The same result on every machine: no contraction into fused operations, which some processors have and others lack.
target_compile_options(etp_flags INTERFACE -ffp-contract=off)
# POSIX.1-2008: strerror_r, getline, clock_gettime and the like.
target_compile_definitions(etp_flags INTERFACE _POSIX_C_SOURCE=200809L)
if(ETP_SANITIZE)
  target_compile_options(etp_flags INTERFACE -fsanitize=${ETP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(etp_flags INTERFACE -fsanitize=${ETP_SANITIZE})
endif()
