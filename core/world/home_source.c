/* SPDX-License-Identifier: MIT */
/* The built-in generator as a source: it knows nothing but the time of day, and learns nothing. */
#include "etp/home_source.h"

#include "world/curve.h"

static uint32_t second_of_day(etp_time when)
{
    return (uint32_t)(when / ETP_NS_PER_SECOND % ETP_SECONDS_PER_DAY);
}

static int draw(void *state, etp_home *home, const etp_fleet_spec *spec, uint64_t key)
{
    (void)state;
    return etp_home_draw(home, spec, key);
}

static void flows(void *state, const etp_home *home, uint64_t seed, uint64_t index, etp_time starts, etp_time interval,
                  etp_energy *pv, etp_energy *load)
{
    (void)state;
    etp_home_flows(home, seed, index, second_of_day(starts), interval, pv, load);
}

static etp_energy expected_need(void *state, const etp_home *home, const etp_fleet_spec *spec, etp_time starts)
{
    (void)state;
    return etp_home_expected_need(home, spec, second_of_day(starts));
}

const etp_home_source *etp_home_source_built_in(void)
{
    static const etp_home_source source = {
        .size = sizeof(etp_home_source), .draw = draw, .flows = flows, .expected_need = expected_need};
    return &source;
}
