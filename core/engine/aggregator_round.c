/* SPDX-License-Identifier: MIT */
/*
 * A buyer's round of Queries. They are spread over the interval's beginning, so that a fleet does not answer in step. The
 * moment of a battery's Query follows from its device id and the interval's number alone: every buyer asks the same
 * battery at the same time without any agreement, and the round begins with another battery in each interval.
 */
#include <string.h>

#include "engine/internal.h"

static const uint64_t offset_purpose = 0x6f6666736574;
static const uint64_t rotation_purpose = 0x726f74617465;

static uint64_t span_us(const etp_engine *engine)
{
    return (uint64_t)(engine->options.timing.query_spread / ETP_NS_PER_US);
}

static uint32_t hash_within(uint64_t span, uint64_t purpose, uint64_t what)
{
    return span == 0 ? 0 : (uint32_t)(etp_hash(purpose, what, 0, 0) % span);
}

/* The first place in `order`, of `count`, whose offset is at least `offset`. */
static uint32_t lower_bound(const struct aggregator *aggregator, uint32_t count, uint64_t offset)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (aggregator->offset_us[aggregator->order[middle]] < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Where the round begins: with the first battery whose turned offset comes round to the spread's beginning again. */
static uint32_t find_first(const etp_engine *engine, const struct aggregator *aggregator, uint32_t count)
{
    if (aggregator->turn_us == 0)
        return 0;
    uint32_t first = lower_bound(aggregator, count, span_us(engine) - aggregator->turn_us);
    return first < count ? first : 0;
}

static etp_time moment_of(const etp_engine *engine, const struct aggregator *aggregator, uint32_t session)
{
    etp_time spread = engine->options.timing.query_spread;
    etp_time offset = ((etp_time)aggregator->offset_us[session] + aggregator->turn_us) * ETP_NS_PER_US;
    return engine->interval.starts + (spread > 0 ? offset % spread : 0);
}

/* Who joins a round when his moment has passed has had his turn. */
void etp_round_add(const etp_engine *engine, struct aggregator *aggregator, uint32_t session, etp_id battery)
{
    uint32_t count = session + 1;
    uint32_t offset = hash_within(span_us(engine), offset_purpose, battery);
    aggregator->offset_us[session] = offset;
    /* Batteries of the same offset stay in the order of their sessions. */
    uint32_t place = lower_bound(aggregator, session, (uint64_t)offset + 1);
    memmove(&aggregator->order[place + 1], &aggregator->order[place],
            (session - place) * sizeof aggregator->order[place]);
    aggregator->order[place] = session;
    aggregator->first = find_first(engine, aggregator, count);
    uint32_t turn = (place + count - aggregator->first) % count;
    bool passed = moment_of(engine, aggregator, session) < engine->now;
    if (turn < aggregator->asked || (turn == aggregator->asked && passed))
        aggregator->asked++;
}

static bool is_under_way(const struct aggregator *aggregator)
{
    return aggregator->asking && aggregator->asked < aggregator->node.links;
}

static uint32_t next_in_round(const struct aggregator *aggregator)
{
    return aggregator->order[(aggregator->first + aggregator->asked) % aggregator->node.links];
}

etp_time etp_round_time(const etp_engine *engine, const struct aggregator *aggregator)
{
    return is_under_way(aggregator) ? moment_of(engine, aggregator, next_in_round(aggregator)) : ETP_TIME_NEVER;
}

static void take_turn(etp_engine *engine, struct aggregator *aggregator)
{
    uint32_t session = next_in_round(aggregator);
    aggregator->asked++;
    etp_aggregator_begin_session(engine, aggregator, session);
}

/* Takes turns in which nothing is sent before their time, if nothing is open with the battery that might yet end. */
static void take_idle_turns(etp_engine *engine, struct aggregator *aggregator)
{
    while (is_under_way(aggregator)) {
        const struct aggregator_session *session = &aggregator->sessions[next_in_round(aggregator)];
        bool settled = session->state == AGGREGATOR_IDLE || session->state == AGGREGATOR_BOUGHT ||
                       session->state == AGGREGATOR_OUT;
        if (!settled || !session->idle)
            return;
        take_turn(engine, aggregator);
    }
}

void etp_round_begin(etp_engine *engine, struct aggregator *aggregator)
{
    aggregator->turn_us = hash_within(span_us(engine), rotation_purpose, engine->interval.index);
    aggregator->first = find_first(engine, aggregator, aggregator->node.links);
    aggregator->asked = 0;
    aggregator->asking = true;
    take_idle_turns(engine, aggregator);
}

void etp_round_run(etp_engine *engine, struct aggregator *aggregator)
{
    while (etp_round_time(engine, aggregator) <= engine->now) {
        take_turn(engine, aggregator);
        take_idle_turns(engine, aggregator);
    }
}
