/* SPDX-License-Identifier: MIT */
/*
 * Firms and their portfolios. A firm with one is told that portfolio's need, budget and value; one with several the
 * demand in steps that they make together. What it buys is settled best value first.
 */
#include "run/internal.h"

/* ---- the interval begins ---- */

static etp_aggregator_brief facts_of(const etp_run *run, const struct firm *firm)
{
    const etp_brief *brief = &run->briefs[firm->portfolio];
    etp_brief merged;
    if (firm->portfolio_count > 1) {
        etp_owner_merge(&run->steps[firm->portfolio], firm->step_count, &merged);
        brief = &merged;
    }
    return (etp_aggregator_brief){
        .takes_part = brief->takes_part, .value = brief->value, .need = brief->need, .budget = brief->budget};
}

static void brief_firm(etp_run *run, struct firm *firm)
{
    etp_demand_step *steps = &run->steps[firm->portfolio];
    firm->step_count = etp_owner_steps(&run->briefs[firm->portfolio], firm->portfolio_count, steps);
    etp_aggregator_brief facts = facts_of(run, firm);
    firm->intervals += facts.takes_part;
    firm->needed += facts.takes_part ? facts.need : 0;
    if (run->options.merged) {
        etp_utility_brief(run->utility, steps, firm->step_count);
    } else if (firm->portfolio_count > 1) {
        facts.steps = steps;
        facts.step_count = firm->step_count;
    }
    etp_engine_brief_aggregator(run->engine, firm->node, &facts);
}

void etp_firms_brief(etp_run *run, etp_price forecast)
{
    for (unsigned i = 0; i < run->options.portfolios; i++) {
        etp_buyer_spec spec = run->options.buyer;
        spec.key = i;
        etp_buyer_brief(&spec, run->done, forecast, &run->briefs[i]);
        run->shares[i] = 0;
    }
    for (unsigned i = 0; i < run->firm_count; i++)
        brief_firm(run, &run->firms[i]);
}

/* ---- what was bought ---- */

void etp_firms_settle_trade(etp_run *run, const struct firm *firm, etp_price price, etp_energy energy)
{
    etp_energy *shares = &run->shares[firm->portfolio];
    etp_energy left = etp_owner_settle(&run->steps[firm->portfolio], firm->step_count, price, energy, shares);
    *shares += left;
}

static etp_money worth_of(const etp_run *run, unsigned portfolio, etp_price spot)
{
    etp_buyer_spec spec = run->options.buyer;
    spec.key = portfolio;
    return etp_amount(etp_buyer_realised(&spec, run->done, spot), run->shares[portfolio]);
}

void etp_firms_settle(etp_run *run, etp_price spot)
{
    for (unsigned i = 0; i < run->firm_count; i++) {
        struct firm *firm = &run->firms[i];
        for (unsigned j = 0; j < firm->portfolio_count; j++) {
            firm->settled += run->shares[firm->portfolio + j];
            firm->worth += worth_of(run, firm->portfolio + j, spot);
        }
    }
}
