/* SPDX-License-Identifier: MIT */
/* What the two files of the bench share: bench.c runs it, bench_options.c reads what a test has said. */
#ifndef ETP_BINDING_BENCH_H
#define ETP_BINDING_BENCH_H

#include "strategy.h"

enum { BENCH_BATTERIES_MAX = 64, BENCH_FIRMS_MAX = 16, BENCH_INTERVALS_MAX = 1000 };
/* Where things lie on the stack: the table of options, the bench, and a table that keeps the strategies. */
enum { BENCH_OPTIONS = 1, BENCH_ITSELF, BENCH_KEPT };

typedef struct bench_battery {
    etp_battery battery;
    etp_battery_spec spec;
    etp_energy stored;
    etp_bess_brief brief;
    etp_price reserve; /* ETP_PRICE_NONE: the policy decides */
} bench_battery;

typedef struct bench_firm {
    etp_lua_strategy *strategy; /* NULL: bids the same price for everything */
    etp_aggregator_brief brief;
    etp_price bid;
    char name[ETP_LUA_NAME_MAX];
} bench_firm;

typedef struct bench_settings {
    etp_mechanism mechanism;
    unsigned disclose, intervals;
    etp_price spot, forecast;
    uint64_t seed;
} bench_settings;

typedef struct bench {
    bench_settings settings;
    etp_engine *engine;
    etp_network *network;
    etp_lua_strategy *policy;
    unsigned battery_count, firm_count;
    bench_battery batteries[BENCH_BATTERIES_MAX];
    bench_firm firms[BENCH_FIRMS_MAX];
    etp_event *events;
    size_t event_count, event_room;
    bool full; /* no memory for another event */
} bench;

/* Reads the table of options. False with a sentence at the top of the stack. */
bool etp_lua_bench_options(lua_State *L, bench *own);

#endif
