/* SPDX-License-Identifier: MIT */
/* LD_PRELOAD=shifted_clock.so ETP_CLOCK_AHEAD_S=90 PROGRAM: the program's clock on the wall is ahead of the host's. */
#define _DEFAULT_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t id, struct timespec *time)
{
    const char *ahead = getenv("ETP_CLOCK_AHEAD_S");
    int result = (int)syscall(SYS_clock_gettime, id, time);
    if (result == 0 && id == CLOCK_REALTIME && ahead != NULL)
        time->tv_sec += (time_t)strtol(ahead, NULL, 10);
    return result;
}
