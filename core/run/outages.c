/* SPDX-License-Identifier: MIT */
/*
 * Outages: a battery's controller is off the market for a while, and says so with DeviceFailure. The home itself goes
 * on by itself. Which batteries, in which interval and at which moment of it are hashes of the seed, so that every run
 * of a seed has the same; moments fall into the time in which auctions run.
 */
#include <stdlib.h>

#include "run/internal.h"

static const uint64_t count_purpose = 0x6f7574636e74;
static const uint64_t home_purpose = 0x6f7574616765;
static const uint64_t time_purpose = 0x6f757461676574;
static const uint64_t moment_purpose = 0x6f75746167656d;

static int by_begin(const void *a, const void *b)
{
    const struct outage *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->home < y->home ? -1 : x->home > y->home;
}

/* How many fail on a day: as many as are expected, rounded up or down at random, so that a fleet never has a day that is
 * far from the mean. Nothing about a day knows how many days are run: a longer run begins as a shorter one. */
static uint64_t count_on(const etp_run *run, uint64_t day)
{
    const etp_run_options *options = &run->options;
    double expected = (double)options->homes * options->failures_ppm / 1e6;
    return (uint64_t)(expected + etp_hash_unit(options->seed, count_purpose, day, 0));
}

/* How long something of the market's time lasts on the engine's clock. An interval is whole seconds, a day at most: no
 * product here is beyond 2^63. */
static etp_time paced(const etp_run *run, etp_time length)
{
    etp_time seconds = run->interval / ETP_NS_PER_SECOND, rest = length % run->interval;
    return length / run->interval * run->beat + rest / ETP_NS_PER_SECOND * run->beat / seconds +
           rest % ETP_NS_PER_SECOND * (run->beat / seconds) / ETP_NS_PER_SECOND;
}

/* The `number`th outage of a day; false if it falls behind the run's end. */
static bool draw(const etp_run *run, uint64_t day, uint64_t number, struct outage *outage)
{
    const etp_run_options *options = &run->options;
    uint64_t slots = (uint64_t)(24 * ETP_NS_PER_HOUR / run->interval);
    uint64_t slot = day * slots + etp_hash(options->seed, time_purpose, day, number) % slots;
    etp_timing timing = etp_run_timing(options);
    uint64_t span = (uint64_t)(timing.query_spread + timing.window) + 1;
    if (slot >= options->intervals)
        return false;
    etp_time from =
        etp_run_starts(run, (size_t)slot) + (etp_time)(etp_hash(options->seed, moment_purpose, day, number) % span);
    *outage = (struct outage){.from = from,
                              .to = from + paced(run, options->outage),
                              .home = (uint32_t)(etp_hash(options->seed, home_purpose, day, number) % options->homes)};
    return true;
}

/* Counts the outages, and keeps them once there is room. */
static size_t draw_all(const etp_run *run, struct outage *outages)
{
    const etp_run_options *options = &run->options;
    etp_time day = 24 * ETP_NS_PER_HOUR;
    uint64_t days = (uint64_t)(((etp_time)options->intervals * run->interval + day - 1) / day);
    size_t count = 0;
    for (uint64_t i = 0; i < days; i++) {
        uint64_t fail = count_on(run, i);
        for (uint64_t j = 0; j < fail; j++) {
            struct outage outage;
            if (!draw(run, i, j, &outage))
                continue;
            if (outages != NULL)
                outages[count] = outage;
            count++;
        }
    }
    return count;
}

int etp_outages_draw(etp_run *run)
{
    run->outage_count = draw_all(run, NULL);
    if (run->outage_count == 0)
        return ETP_OK;
    run->outages = run->allocator.allocate(run->allocator.user, run->outage_count * sizeof *run->outages);
    if (run->outages == NULL)
        return ETP_ENOMEM;
    draw_all(run, run->outages);
    qsort(run->outages, run->outage_count, sizeof *run->outages, by_begin);
    return ETP_OK;
}

/* All outages last equally long, so they end in the order in which they begin. */
etp_time etp_outages_next(const etp_run *run)
{
    etp_time begins = run->next_outage < run->outage_count ? run->outages[run->next_outage].from : ETP_TIME_NEVER;
    etp_time ends = run->last_outage < run->next_outage ? run->outages[run->last_outage].to : ETP_TIME_NEVER;
    return begins < ends ? begins : ends;
}

void etp_outages_shift(etp_run *run, etp_time by)
{
    for (size_t i = run->last_outage; i < run->outage_count; i++) {
        run->outages[i].from += by;
        run->outages[i].to += by;
    }
}

void etp_outages_apply(etp_run *run, etp_time now)
{
    while (run->last_outage < run->next_outage && run->outages[run->last_outage].to <= now) {
        const struct outage *outage = &run->outages[run->last_outage++];
        if (outage->begun)
            etp_engine_recover(run->engine, outage->home);
    }
    while (run->next_outage < run->outage_count && run->outages[run->next_outage].from <= now) {
        struct outage *outage = &run->outages[run->next_outage++];
        /* One that is off already stays off until its first outage ends. */
        outage->begun = etp_engine_fail(run->engine, outage->home) == ETP_OK;
    }
}
