/* SPDX-License-Identifier: MIT */
/* Somebody else's program, which knows only what is installed. */
#include <stdio.h>
#include <string.h>

#include <etp/etp.h>

int main(void)
{
    etp_histogram delays = {0};
    etp_histogram_add(&delays, 1000);
    if (etp_histogram_quantile(&delays, 0.5) != 1000) {
        fprintf(stderr, "the median of the single value 1000 is not 1000\n");
        return 1;
    }
    if (strcmp(etp_version(), ETP_VERSION_STRING) != 0) {
        fprintf(stderr, "the library is %s, its headers are %s\n", etp_version(), ETP_VERSION_STRING);
        return 1;
    }
    return 0;
}
