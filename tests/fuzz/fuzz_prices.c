/* SPDX-License-Identifier: MIT */
/* Any bytes as a file of prices: they are refused with a sentence, or give a regular series. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/about.h"
#include "data/price_layout.h"
#include "etp/trace.h"

static void check_trace(const etp_trace *trace)
{
    if (trace->count < 2 || trace->interval <= 0 || 24 * ETP_NS_PER_HOUR % trace->interval != 0)
        abort();
    for (size_t i = 0; i < trace->count; i++)
        if (trace->prices[i] < -1000000 || trace->prices[i] > 25000000)
            abort();
}

static void parse(const uint8_t *bytes, size_t size)
{
    etp_trace trace;
    etp_error error = {0};
    int rc = etp_trace_parse(&trace, "x", (const char *)bytes, size, NULL, &error);
    if (rc == 0)
        check_trace(&trace);
    else if (rc != error.code || error.text[0] == '\0' || trace.prices != NULL)
        abort();
    etp_trace_fini(&trace);
}

/* A look takes files that a trace is not made of: several regions, gaps. */
static void look(const uint8_t *bytes, size_t size)
{
    etp_data_text file;
    etp_data_about about = {.path = "x"};
    if (etp_data_text_open(&file, "x", (etp_span){(const char *)bytes, size}, NULL, NULL) != 0)
        return;
    if (etp_price_look(&about, &file, NULL) == 0)
        for (unsigned i = 0; i < about.series_count; i++)
            if (about.series[i].rows == 0 || about.series[i].low > about.series[i].high)
                abort();
    etp_data_about_fini(&about);
    etp_data_text_fini(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    if (size == 0)
        return 0;
    parse(bytes, size);
    look(bytes, size);
    return 0;
}
