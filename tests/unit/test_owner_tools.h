/* SPDX-License-Identifier: MIT */
/* Markets of eight portfolios in few hands and many, and what these want, worked out from public functions alone. */
#ifndef ETP_TEST_OWNER_TOOLS_H
#define ETP_TEST_OWNER_TOOLS_H

#include "unit/test_run_tools.h"

#include "etp/owner.h"

enum { PORTFOLIOS = 8, INTERVALS = 40 };

static const unsigned owner_counts[] = {1, 2, 4, 8};

/* ---- markets ---- */

/* So many owners with equal shares of the portfolios, each bidding its value. */
static inline void share_out(market *m, unsigned owners)
{
    m->options.firm_count = owners;
    m->options.portfolios = PORTFOLIOS;
    for (unsigned i = 0; i < owners; i++) {
        m->shaders[i].margin = 0;
        m->firms[i].portfolio = i * (PORTFOLIOS / owners);
        m->firms[i].portfolio_count = PORTFOLIOS / owners;
    }
}

static inline void merge(market *m, etp_conduct conduct)
{
    m->options.merged = true;
    m->options.conduct = conduct;
    m->options.portfolios = PORTFOLIOS;
    m->options.firm_count = 0;
    m->options.firms = NULL;
}

static const struct {
    const char *name;
    uint32_t loss, duplicate;
    etp_time delay, jitter;
} weathers[] = {
    {"fair", 0, 0, 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS},
    {"lossy", 150000, 50000, 20 * ETP_NS_PER_MS, 60 * ETP_NS_PER_MS},
    {"late", 0, 0, 350 * ETP_NS_PER_MS, 100 * ETP_NS_PER_MS},
};

static inline void set_weather(market *m, size_t weather)
{
    m->options.network.loss_ppm = weathers[weather].loss;
    m->options.network.duplicate_ppm = weathers[weather].duplicate;
    m->options.network.delay = weathers[weather].delay;
    m->options.network.jitter = weathers[weather].jitter;
}

/* ---- what portfolios want, worked out apart ---- */

static inline etp_buyer_spec spec_of(const market *m, unsigned portfolio)
{
    etp_buyer_spec spec = m->options.buyer;
    etp_energy fleet = etp_energy_of(m->options.fleet.inverter, m->trace.interval) * m->options.homes;
    spec.seed = m->options.seed;
    spec.key = portfolio;
    spec.need = fleet / PORTFOLIOS * m->options.need_ppm / 1000000;
    spec.budget = m->options.budget;
    return spec;
}

static inline unsigned steps_of(const market *m, unsigned first, unsigned count, uint64_t interval,
                                etp_demand_step *steps)
{
    etp_forecast forecast;
    etp_brief briefs[PORTFOLIOS];
    etp_forecast_init(&forecast);
    for (uint64_t k = 0; k < interval; k++)
        etp_forecast_learn(&forecast, m->trace.prices[m->options.first + k]);
    for (unsigned i = 0; i < count; i++) {
        etp_buyer_spec spec = spec_of(m, first + i);
        etp_buyer_brief(&spec, interval, etp_forecast_next(&forecast), &briefs[i]);
    }
    return etp_owner_steps(briefs, count, steps);
}

#endif
