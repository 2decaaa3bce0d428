/* SPDX-License-Identifier: MIT */
#include "program/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum {
    BAR_COLUMNS = 40,
    REDRAW_MS = 50,
    MS_PER_SECOND = 1000,
    NS_PER_MS = 1000000,
    SECONDS_PER_MINUTE = 60,
    SECONDS_SHOWN_MAX = 100,
    LEFT_MAX = 48
};

static int64_t read_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * MS_PER_SECOND + now.tv_nsec / NS_PER_MS;
}

void etp_progress_begin(etp_progress *progress, bool wanted, uint64_t all)
{
    *progress = (etp_progress){.shown = wanted && isatty(STDERR_FILENO), .all = all, .began_ms = read_ms()};
}

void etp_progress_left(const etp_progress *progress, int64_t now_ms, char *text, size_t size)
{
    int64_t passed = now_ms - progress->began_ms;
    text[0] = '\0';
    if (passed < MS_PER_SECOND || progress->done == 0)
        return;
    double left = (double)passed * (double)(progress->all - progress->done) / (double)progress->done / MS_PER_SECOND;
    if (left < SECONDS_SHOWN_MAX)
        snprintf(text, size, "%.0f s left", left);
    else
        snprintf(text, size, "%.0f min left", left / SECONDS_PER_MINUTE);
}

static void draw(etp_progress *progress, int64_t now)
{
    char left[LEFT_MAX];
    char bar[BAR_COLUMNS + 1];
    uint64_t filled = progress->done * BAR_COLUMNS / progress->all;
    for (uint64_t i = 0; i < BAR_COLUMNS; i++)
        bar[i] = i < filled ? '#' : '.';
    bar[BAR_COLUMNS] = '\0';
    etp_progress_left(progress, now, left, sizeof left);
    fprintf(stderr, "\r[%s] %3u%%  %s\033[K", bar, (unsigned)(progress->done * 100 / progress->all), left);
    fflush(stderr);
    progress->drawn = true;
}

void etp_progress_advance(etp_progress *progress, uint64_t steps)
{
    progress->done += steps;
    if (!progress->shown || progress->all == 0)
        return;
    int64_t now = read_ms();
    if (now < progress->next_ms)
        return;
    progress->next_ms = now + REDRAW_MS;
    draw(progress, now);
}

void etp_progress_step(etp_progress *progress)
{
    etp_progress_advance(progress, 1);
}

void etp_progress_clear(etp_progress *progress)
{
    if (!progress->drawn)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    progress->drawn = false;
}
