/* SPDX-License-Identifier: MIT */
/* Which sources the program was built from, as far as a market's result depends on them: cmake/sources_hash.cmake. */
#ifndef ETP_STUDY_SOURCES_H
#define ETP_STUDY_SOURCES_H

/* SHA-256, 64 hexadecimal digits. */
extern const char etp_study_sources[];

#endif
