/* SPDX-License-Identifier: MIT */
/* The homes of a run or of a year without a market, wherever they come from. */
#include "run/internal.h"

static const etp_home_source *source_of(const etp_run_options *options)
{
    return options->source != NULL ? options->source : etp_home_source_built_in();
}

etp_time etp_run_market_time(const etp_run_options *options, size_t interval)
{
    return options->trace->starts + (etp_time)(options->first + interval) * options->trace->interval;
}

int etp_neighbourhood_open(struct neighbourhood *hood, const etp_run_options *options, const etp_allocator *allocator,
                           etp_error *error)
{
    *hood = (struct neighbourhood){.source = source_of(options), .options = options};
    hood->fleet = options->fleet;
    hood->fleet.seed = options->seed;
    hood->state = hood->source->user;
    if (hood->source->open != NULL) {
        etp_home_scene scene = {.homes = options->homes,
                                .spec = &hood->fleet,
                                .starts = etp_run_market_time(options, 0),
                                .interval = options->trace->interval,
                                .allocator = allocator};
        int result = hood->source->open(hood->source->user, &scene, &hood->state, error);
        if (result != ETP_OK)
            return result;
    }
    hood->is_open = true;
    return ETP_OK;
}

void etp_neighbourhood_close(struct neighbourhood *hood)
{
    if (hood->is_open && hood->source->close != NULL)
        hood->source->close(hood->state);
    hood->is_open = false;
}

int etp_neighbourhood_draw(struct neighbourhood *hood, etp_home *home, unsigned key, etp_error *error)
{
    int result = hood->source->draw(hood->state, home, &hood->fleet, key);
    if (result != ETP_OK)
        return etp_fail(error, result, "home %u cannot be drawn: check the fleet's capacities, powers and shares", key);
    return ETP_OK;
}

void etp_neighbourhood_flows(struct neighbourhood *hood, const etp_home *home, size_t interval, etp_energy *pv,
                             etp_energy *load)
{
    const etp_run_options *options = hood->options;
    etp_time starts = etp_run_market_time(options, interval), length = options->trace->interval;
    hood->source->flows(hood->state, home, options->seed, interval, starts, length, pv, load);
    if (hood->source->learned != NULL)
        hood->source->learned(hood->state, home, starts, length, *pv, *load);
}

etp_energy etp_neighbourhood_need(struct neighbourhood *hood, const etp_home *home, size_t interval)
{
    etp_time starts = etp_run_market_time(hood->options, interval);
    return hood->source->expected_need(hood->state, home, &hood->fleet, starts);
}

int etp_neighbourhood_check(const etp_run_options *options, etp_error *error)
{
    const etp_home_source *source = options->source;
    if (source == NULL)
        return ETP_OK;
    if (source->size != sizeof *source)
        return etp_fail(error, ETP_EINVAL, "etp_home_source.size is %zu, not %zu", source->size, sizeof *source);
    if (source->draw == NULL || source->flows == NULL || source->expected_need == NULL)
        return etp_fail(error, ETP_EINVAL, "a source of homes needs draw, flows and expected_need");
    return ETP_OK;
}
