/* SPDX-License-Identifier: MIT */
/* Links that are added while the engine runs: in the midst of a round of queries, by the thousand, without memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/internal.h"
#include "home_battery.h"
#include "unit/test_memory_tools.h"

enum { MANY = 5000, FIRST = 1000, BUYER = 1, BATTERY = 2 };

#define NOON    (INT64_C(1700000000) * ETP_NS_PER_SECOND)
#define MINUTES (60 * ETP_NS_PER_SECOND)

/* When a battery was queried, 0 for never. */
static struct {
    etp_engine *engine;
    etp_node node;
    etp_time queried[MANY];
    unsigned queries, registers;
    bool started;
} it;

static int catch_frame(void *user, etp_link link, const void *frame, size_t size)
{
    (void)user;
    etp_frame_reader reader;
    assert_int_equal(etp_frame_open(&reader, frame, size), ETP_REFUSED_NONE);
    while (etp_frame_more(&reader)) {
        etp_message message;
        assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_NONE);
        it.registers += message.type == ETP_REGISTER;
        if (message.type != ETP_QUERY)
            continue;
        it.queries++;
        if (it.queried[link] == 0)
            it.queried[link] = etp_engine_now(it.engine);
    }
    return ETP_OK;
}

static void make_buyer(const etp_allocator *allocator, unsigned peers)
{
    memset(&it, 0, sizeof it);
    etp_engine_options options;
    etp_engine_defaults(&options);
    options.allocator = allocator;
    options.transport.send = catch_frame;
    options.now = NOON;
    options.max_nodes = 1;
    options.max_links = peers;
    assert_int_equal(etp_engine_new(&it.engine, &options, NULL), ETP_OK);
    etp_aggregator_options buyer = {.size = sizeof buyer, .device_id = BUYER, .peers = peers};
    assert_int_equal(etp_engine_add_aggregator(it.engine, &buyer, &it.node), ETP_OK);
    etp_aggregator_brief brief = {
        .takes_part = true, .value = 1, .need = ETP_ENERGY_MAX, .budget = ETP_MONEY_PER_DOLLAR};
    assert_int_equal(etp_engine_brief_aggregator(it.engine, it.node, &brief), ETP_OK);
}

static void add_battery(unsigned number)
{
    etp_link link;
    assert_int_equal(etp_engine_add_link(it.engine, it.node, FIRST + number, &link), ETP_OK);
    assert_int_equal(link, number);
    assert_int_equal(etp_engine_link_up(it.engine, link), it.started ? ETP_OK : ETP_ESTATE);
}

static void start(void)
{
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    it.started = true;
}

/* A battery that a buyer is to query has to be heard. */
static void hear(unsigned number)
{
    etp_message message = {.type = ETP_REGISTER,
                           .message_id = (etp_id)(etp_engine_now(it.engine) / ETP_NS_PER_US),
                           .device_id = FIRST + number,
                           .ttl = ETP_TTL_DEFAULT};
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_frame frame = {0};
    int size = etp_encode(&message, bytes, sizeof bytes);
    assert_true(size > 0);
    assert_int_equal(etp_frame_add(&frame, bytes, (size_t)size), ETP_OK);
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    assert_int_equal(etp_engine_receive(it.engine, number, frame.bytes, frame.size), ETP_OK);
}

static void advance_to(etp_time when)
{
    while (etp_engine_deadline(it.engine) <= when)
        assert_int_equal(etp_engine_advance(it.engine, etp_engine_deadline(it.engine)), ETP_OK);
    assert_int_equal(etp_engine_advance(it.engine, when), ETP_OK);
}

static void begin_interval(uint64_t index)
{
    etp_interval interval = {
        .index = index, .starts = etp_engine_now(it.engine), .ends = etp_engine_now(it.engine) + 5 * MINUTES};
    assert_int_equal(etp_engine_begin_interval(it.engine, &interval), ETP_OK);
}

/* As docs/protocol.md says it. */
static etp_time moment_of(unsigned number, uint64_t interval, etp_time spread)
{
    uint64_t span = (uint64_t)(spread / ETP_NS_PER_US);
    uint64_t offset = etp_hash(0x6f6666736574, FIRST + number, 0, 0) % span;
    return (etp_time)((offset + etp_hash(0x726f74617465, interval, 0, 0) % span) % span) * ETP_NS_PER_US;
}

/* Batteries that join at random moments of a round: each whose moment is still to come is queried then, once; each whose moment
 * has passed, in the next interval. Against the rule itself, for many rounds. */
static void who_joins_in_mid_round_is_queried_at_its_moment(void **unused)
{
    (void)unused;
    enum { SOME = 60 };
    const etp_time spread = 10 * ETP_NS_PER_SECOND;
    etp_rng rng;
    etp_rng_seed(&rng, 5);
    for (uint64_t interval = 0; interval < 200; interval++) {
        make_buyer(NULL, SOME);
        unsigned before = (unsigned)etp_rng_below(&rng, SOME);
        for (unsigned i = 0; i < before; i++)
            add_battery(i);
        start();
        for (unsigned i = 0; i < before; i++)
            hear(i);
        begin_interval(interval);
        etp_time starts = etp_engine_now(it.engine), joined[SOME] = {0};
        for (unsigned i = before; i < SOME; i++) {
            advance_to(etp_engine_now(it.engine) + (etp_time)etp_rng_below(&rng, 400) * ETP_NS_PER_MS);
            joined[i] = etp_engine_now(it.engine) - starts;
            add_battery(i);
            hear(i);
        }
        advance_to(starts + 5 * MINUTES);
        for (unsigned i = 0; i < SOME; i++) {
            etp_time moment = moment_of(i, interval, spread);
            assert_int_equal(it.queried[i], moment >= joined[i] ? starts + moment : 0);
        }
        memset(it.queried, 0, sizeof it.queried);
        begin_interval(interval + 1);
        starts = etp_engine_now(it.engine);
        advance_to(starts + spread);
        for (unsigned i = 0; i < SOME; i++)
            assert_int_equal(it.queried[i], starts + moment_of(i, interval + 1, spread));
        etp_engine_free(it.engine);
    }
}

static void thousands_join_one_by_one_and_take_no_memory(void **unused)
{
    (void)unused;
    ledger books;
    make_buyer(ledger_open(&books), MANY);
    start();
    begin_interval(1);
    uint64_t calls = books.calls;
    for (unsigned i = 0; i < MANY; i++)
        add_battery(i);
    etp_link link;
    assert_int_equal(etp_engine_add_link(it.engine, it.node, FIRST + MANY, &link), ETP_EFULL);
    for (unsigned i = 0; i < MANY; i++)
        hear(i);
    advance_to(NOON + 5 * MINUTES);
    begin_interval(2);
    advance_to(NOON + 6 * MINUTES);
    for (unsigned i = 0; i < MANY; i++)
        assert_true(it.queried[i] > 0);
    assert_int_equal(books.calls, calls);
    etp_engine_free(it.engine);
    ledger_close(&books);
}

static void a_battery_registers_on_a_link_that_is_added_late(void **unused)
{
    (void)unused;
    etp_battery battery;
    assert_int_equal(etp_battery_init(&battery, &bare_battery, 8000000), ETP_OK);
    memset(&it, 0, sizeof it);
    etp_engine_options options;
    etp_engine_defaults(&options);
    options.transport.send = catch_frame;
    options.now = NOON;
    options.max_nodes = 1;
    options.max_links = 3;
    assert_int_equal(etp_engine_new(&it.engine, &options, NULL), ETP_OK);
    etp_bess_options bess = {.size = sizeof bess, .device_id = BATTERY, .battery = &battery, .peers = 2};
    assert_int_equal(etp_engine_add_bess(it.engine, &bess, &it.node), ETP_OK);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    advance_to(NOON + 5 * MINUTES);
    assert_int_equal(it.registers, 0);
    etp_link link;
    assert_int_equal(etp_engine_add_link(it.engine, it.node, 7, &link), ETP_OK);
    assert_int_equal(it.registers, 0);
    assert_int_equal(etp_engine_link_up(it.engine, link), ETP_OK);
    assert_int_equal(it.registers, 1);
    assert_int_equal(etp_engine_add_link(it.engine, it.node, 7, &link), ETP_EEXIST);
    advance_to(etp_engine_now(it.engine) + 12 * ETP_NS_PER_SECOND);
    assert_int_equal(it.registers, 2);
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_OK);
    assert_int_equal(etp_engine_add_link(it.engine, it.node, 8, &link), ETP_OK);
    assert_int_equal(etp_engine_link_up(it.engine, link), ETP_OK);
    assert_int_equal(it.registers, 2);
    assert_int_equal(etp_engine_add_link(it.engine, it.node, 9, &link), ETP_EFULL);
    etp_engine_free(it.engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_joins_in_mid_round_is_queried_at_its_moment),
        cmocka_unit_test(thousands_join_one_by_one_and_take_no_memory),
        cmocka_unit_test(a_battery_registers_on_a_link_that_is_added_late),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
