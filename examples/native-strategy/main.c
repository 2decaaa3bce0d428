/* SPDX-License-Identifier: MIT */
/*
 * A strategy in C beside one in Lua, in a day's market of twenty homes. Both fill the same table of hooks; the engine
 * cannot tell them apart.
 */
#include <stdio.h>

#include <etp/etp.h>
#include <etp/script.h>

/* ---- the strategy in C: keeps a margin, which grows with each win and shrinks with each loss ---- */

typedef struct haggler {
    etp_price margin, step;
} haggler;

static int on_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)context;
    const haggler *self = (const haggler *)user;
    if (offer->value <= self->margin) {
        intent->reason = "worth less than our margin";
        return ETP_DECIDE_PASS;
    }
    intent->price = offer->value - self->margin; /* the energy stays: all that lot, need and budget let through */
    return ETP_DECIDE_BID;
}

static int on_result(void *user, const etp_context *context, const etp_result_view *result, etp_intent *intent)
{
    (void)context;
    (void)intent;
    haggler *self = (haggler *)user;
    if (result->outcome == ETP_OUTCOME_ACCEPTED)
        self->margin += self->step;
    else if (self->margin > self->step)
        self->margin -= self->step;
    return ETP_DECIDE_PASS; /* no further bid */
}

static const etp_aggregator_hooks haggler_hooks = {
    .size = sizeof(etp_aggregator_hooks), .on_offer = on_offer, .on_result = on_result};

/* ---- the market ---- */

static void print_firm(const etp_run *run, unsigned index)
{
    etp_firm_result firm;
    if (etp_run_firm(run, index, &firm) == ETP_OK)
        printf("%-8s %4llu trades, %6.2f kWh for $%.2f\n", firm.name, (unsigned long long)firm.trades,
               etp_energy_to_kwh(firm.energy), etp_money_to_dollars(firm.paid));
}

static int run_market(const etp_firm *firms, unsigned count, const etp_trace *trace, etp_error *error)
{
    etp_run_options options;
    etp_run_defaults(&options);
    options.homes = 20;
    options.firms = firms;
    options.firm_count = options.portfolios = count;
    options.trace = trace;
    options.intervals = trace->count;
    etp_run *run;
    int result = etp_run_new(&run, &options, error);
    while (result >= 0 && (result = etp_run_step(run, error)) == 1)
        continue;
    for (unsigned i = 0; i < count && result == ETP_OK; i++)
        print_firm(run, i);
    etp_run_free(run);
    return result;
}

int main(int argc, char **argv)
{
    haggler mine = {.margin = ETP_PRICE_PER_CENT / 2, .step = ETP_PRICE_PER_CENT / 20};
    etp_error error = {0};
    etp_script *script = NULL;
    etp_trace trace = {0};
    int result = etp_script_load(&script, argc > 1 ? argv[1] : "rival.lua", NULL, &error);
    if (result == ETP_OK)
        result = etp_trace_generate(&trace, 1, 300 * ETP_NS_PER_SECOND, 1, NULL);
    if (result == ETP_OK) {
        const etp_firm firms[] = {
            {.name = "haggler", .hooks = &haggler_hooks, .user = &mine, .portfolio = 0},
            {.name = etp_script_name(script),
             .hooks = etp_script_aggregator_hooks(script),
             .user = script,
             .portfolio = 1},
        };
        result = run_market(firms, 2, &trace, &error);
    }
    if (result != ETP_OK)
        fprintf(stderr, "%s\n", error.text[0] != '\0' ? error.text : etp_strerror(result));
    etp_trace_fini(&trace);
    etp_script_free(script);
    return result == ETP_OK ? 0 : 1;
}
