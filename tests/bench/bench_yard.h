/* SPDX-License-Identifier: MIT */
/* What a run is held against, in the same process: the bare codec and bare calls into Lua, in seconds of CPU. */
#ifndef ETP_BENCH_YARD_H
#define ETP_BENCH_YARD_H

#include "bench_lua.h"
#include "etp/codec.h"

/* Encodes and decodes so many messages. Below 0 when one came out wrong. */
static inline double bench_codec_seconds(uint64_t messages)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_message message = {.type = ETP_BID,
                           .message_id = UINT64_C(1735671600000000),
                           .device_id = 1000001,
                           .ttl = ETP_TTL_DEFAULT,
                           .bid_price = 123456,
                           .energy_total = 7654321,
                           .required_energy = 416666,
                           .remaining_energy = 5432100,
                           .voltage_mv = 48123,
                           .discharge_rate = 5000000};
    uint64_t bad = 0;
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 0; i < messages; i++) {
        etp_message decoded;
        size_t used;
        message.message_id++;
        int size = etp_encode(&message, bytes, sizeof bytes);
        bad += size < 0 || etp_decode(bytes, (size_t)size, &decoded, &used) != ETP_REFUSED_NONE ||
               decoded.message_id != message.message_id;
    }
    double took = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
    return bad == 0 ? took : -1;
}

/* Calls a bid of two lines so many times. Below 0 when one came out wrong. */
static inline double bench_lua_seconds(uint64_t calls)
{
    lua_State *L = bench_lua_open("return function(value, energy, need, margin)\n"
                                  "  local price = value - margin\n"
                                  "  if price < 0 then return nil, 'no' end\n"
                                  "  return price, energy < need and energy or need\n"
                                  "end\n");
    if (L == NULL)
        return -1;
    uint64_t bad = 0;
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (uint64_t i = 0; i < calls; i++) {
        double price = 0, energy = 0;
        bad += !bench_lua_call(L, 12.5, 0.4, 100, 0.5, &price, &energy) || price != 12.0;
    }
    double took = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
    lua_close(L);
    return bad == 0 ? took : -1;
}

#endif
