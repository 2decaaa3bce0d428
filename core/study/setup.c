/* SPDX-License-Identifier: MIT */
#include "study/setup.h"

#include <string.h>

#include "etp/run.h"
#include "program/status.h"

enum { DAYS_PER_WEEK = 7 };

static int check_market(const etp_setup *setup, etp_error *error)
{
    double firms = etp_setup_number(setup, ETP_KNOB_MARKET_FIRMS);
    double portfolios = etp_setup_number(setup, ETP_KNOB_MARKET_PORTFOLIOS);
    double window = etp_setup_number(setup, ETP_KNOB_MARKET_WINDOW),
           hold = etp_setup_number(setup, ETP_KNOB_MARKET_HOLD);
    double needed = etp_setup_number(setup, ETP_KNOB_MARKET_SPREAD) + window + 2 * hold;
    double interval = etp_setup_number(setup, ETP_KNOB_PRICES_INTERVAL) * 60;
    if (portfolios > 0 && firms > portfolios)
        return etp_fail(
            error, ETP_ERANGE,
            "market.firms is %g and market.portfolios %g: each firm holds one at least, or say 0 for as many "
            "as firms",
            firms, portfolios);
    if (needed > interval)
        return etp_fail(error, ETP_ERANGE,
                        "market.spread, market.window and two of market.hold take %g s, and prices.interval is %g s: "
                        "shorten them",
                        needed, interval);
    return ETP_OK;
}

static int check_days(const etp_setup *setup, etp_error *error)
{
    double days = etp_setup_number(setup, ETP_KNOB_PRICES_PIECE_DAYS);
    unsigned minutes = (unsigned)etp_setup_number(setup, ETP_KNOB_PRICES_INTERVAL);
    if ((unsigned)days % DAYS_PER_WEEK != 0)
        return etp_fail(error, ETP_ERANGE, "prices.piece_days must be whole weeks, such as 7 or 364, not %g", days);
    if (24 * 60 % minutes != 0)
        return etp_fail(error, ETP_ERANGE, "prices.interval must divide a day, such as 5 or 30 min, not %u", minutes);
    return ETP_OK;
}

static int check_homes(const etp_setup *setup, etp_error *error)
{
    bool built_in = strcmp(etp_setup_text(setup, ETP_KNOB_HOMES_SOURCE), "built-in") == 0;
    if (built_in && etp_setup_number(setup, ETP_KNOB_HOMES_LOAD) != 1)
        return etp_fail(error, ETP_EINVAL,
                        "homes.load scales measured loads, and homes.source is built-in: leave homes.load at 1");
    return ETP_OK;
}

static int check_world(const etp_setup *setup, etp_error *error)
{
    etp_run_options run;
    etp_run_defaults(&run);
    for (unsigned i = ETP_KNOBS_OWN; i < etp_knob_count(); i++)
        etp_world_param_put(&run, i - ETP_KNOBS_OWN, etp_setup_number(setup, i));
    return etp_world_params_check(&run, error) == ETP_EXIT_DONE ? ETP_OK : ETP_ERANGE;
}

int etp_setup_check(const etp_setup *setup, etp_error *error)
{
    int result = check_market(setup, error);
    if (result == ETP_OK)
        result = check_days(setup, error);
    if (result == ETP_OK)
        result = check_homes(setup, error);
    return result == ETP_OK ? check_world(setup, error) : result;
}
