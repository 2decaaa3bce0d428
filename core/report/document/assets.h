/* SPDX-License-Identifier: MIT */
/* What each page carries with it, embedded at build time from core/report/html and from D3 (cmake/report.cmake). */
#ifndef ETP_REPORT_DOCUMENT_ASSETS_H
#define ETP_REPORT_DOCUMENT_ASSETS_H

#include <stddef.h>

typedef struct etp_page_asset {
    const unsigned char *bytes;
    size_t size; /* 0 in a program that was built without pages */
} etp_page_asset;

extern const etp_page_asset etp_page_style;   /* page.css */
extern const etp_page_asset etp_page_library; /* D3 */
extern const etp_page_asset etp_page_script;  /* page.js, which draws with it */
extern const etp_page_asset etp_page_notice;  /* D3's licence */

#endif
