/* SPDX-License-Identifier: MIT */
/*
 * Outages: a battery's controller is off the market for a while, and says so with DeviceFailure. The home itself goes
 * on by itself. Which batteries, in which interval and at which moment of it are hashes of the seed, so that every run
 * of a seed has the same; moments fall into the time in which auctions run.
 */
#include <stdlib.h>

#include "run/internal.h"

static const uint64_t home_purpose = 0x6f7574616765;
static const uint64_t time_purpose = 0x6f757461676574;

static int by_begin(const void *a, const void *b)
{
    const struct outage *x = a, *y = b;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return x->home < y->home ? -1 : x->home > y->home;
}

static struct outage draw(const etp_run *run, uint64_t number)
{
    const etp_run_options *options = &run->options;
    uint64_t slot = etp_hash(options->seed, time_purpose, number, 0) % options->intervals;
    uint64_t span = (uint64_t)(options->timing.query_spread + options->timing.window) + 1;
    etp_time from = run->starts + (etp_time)slot * run->interval +
                    (etp_time)(etp_hash(options->seed, time_purpose, number, 1) % span);
    return (struct outage){.from = from,
                           .to = from + options->outage,
                           .home = (uint32_t)(etp_hash(options->seed, home_purpose, number, 0) % options->homes)};
}

int outages_draw(etp_run *run)
{
    const etp_run_options *options = &run->options;
    double days = (double)options->intervals * (double)run->interval / (24.0 * (double)ETP_NS_PER_HOUR);
    run->outage_count = (size_t)(days * options->homes * options->failures_ppm / 1e6 + 0.5);
    if (run->outage_count == 0)
        return ETP_OK;
    run->outages = run->allocator.allocate(run->allocator.user, run->outage_count * sizeof *run->outages);
    if (run->outages == NULL)
        return ETP_ENOMEM;
    for (size_t i = 0; i < run->outage_count; i++)
        run->outages[i] = draw(run, i);
    qsort(run->outages, run->outage_count, sizeof *run->outages, by_begin);
    return ETP_OK;
}

/* All outages last equally long, so they end in the order in which they begin. */
etp_time outages_next(const etp_run *run)
{
    etp_time begins = run->next_outage < run->outage_count ? run->outages[run->next_outage].from : ETP_TIME_NEVER;
    etp_time ends = run->last_outage < run->next_outage ? run->outages[run->last_outage].to : ETP_TIME_NEVER;
    return begins < ends ? begins : ends;
}

void outages_apply(etp_run *run, etp_time now)
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
