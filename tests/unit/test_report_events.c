/* SPDX-License-Identifier: MIT */
/* Events as lines of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/events_writer.h"

static const char *name_of(void *user, etp_id device, char *buffer, size_t size)
{
    (void)user;
    if (device == 1)
        return "greedy";
    snprintf(buffer, size, "home %llu", (unsigned long long)device);
    return buffer;
}

static void expect(const etp_event *event, const char *wanted)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    etp_events_writer *writer = etp_events_writer_new(out, name_of, NULL);
    assert_non_null(writer);
    etp_events_writer_take(writer, event);
    assert_int_equal(etp_events_writer_flush(writer), 0);
    etp_events_writer_free(writer);
    fclose(out);
    assert_string_equal(text, wanted);
    free(text);
}

static void a_sale_has_all_its_units(void **state)
{
    (void)state;
    const etp_event event = {.kind = ETP_EVENT_CONFIRM,
                             .when = INT64_MAX,
                             .interval = 3,
                             .device = 77,
                             .peer = 1,
                             .message = ETP_ID_MAX,
                             .price = 123456,
                             .energy = 401158,
                             .amount = -1,
                             .reserve = 0,
                             .type = ETP_BID_CONFIRM};
    expect(&event, "{\"t_ns\":9223372036854775807,\"interval\":3,\"kind\":\"confirm\",\"device\":\"77\","
                   "\"name\":\"home 77\",\"peer\":\"1\",\"message\":\"9007199254740991\",\"price_micro\":123456,"
                   "\"energy_mwh\":401158,\"amount_micro\":-1,\"reserve_micro\":0}\n");
}

static void what_is_not_disclosed_is_left_out(void **state)
{
    (void)state;
    const etp_event event = {.kind = ETP_EVENT_RESPONSE,
                             .device = 1,
                             .peer = 77,
                             .message = 5,
                             .energy = 10,
                             .price = ETP_PRICE_NONE,
                             .reserve = ETP_PRICE_NONE,
                             .code = ETP_CODE_NOT_ENOUGH_ENERGY};
    expect(&event, "{\"t_ns\":0,\"interval\":0,\"kind\":\"response\",\"device\":\"1\",\"name\":\"greedy\","
                   "\"peer\":\"77\",\"message\":\"5\",\"energy_mwh\":10,\"code\":\"not_enough_energy\"}\n");
}

static void a_refusal_names_a_type_only_when_it_was_read(void **state)
{
    (void)state;
    etp_event event = {
        .kind = ETP_EVENT_REFUSED, .device = 1, .peer = 77, .refusal = ETP_REFUSED_CHECKSUM, .type = ETP_REGISTER};
    expect(&event, "{\"t_ns\":0,\"interval\":0,\"kind\":\"refused\",\"device\":\"1\",\"name\":\"greedy\","
                   "\"peer\":\"77\",\"refusal\":\"checksum\"}\n");
    event.refusal = ETP_REFUSED_DUPLICATE;
    event.type = ETP_BID;
    expect(&event, "{\"t_ns\":0,\"interval\":0,\"kind\":\"refused\",\"device\":\"1\",\"name\":\"greedy\","
                   "\"peer\":\"77\",\"refusal\":\"duplicate\",\"type\":\"Bid\"}\n");
}

static void many_events_are_written_whole(void **state)
{
    (void)state;
    enum { EVENTS = 20000 };
    char *text = NULL;
    size_t size = 0, lines = 0;
    FILE *out = open_memstream(&text, &size);
    etp_events_writer *writer = etp_events_writer_new(out, name_of, NULL);
    for (unsigned i = 0; i < EVENTS; i++) {
        const etp_event event = {.kind = (etp_event_kind)(i % ETP_EVENTS), .when = i, .device = 1, .peer = 2};
        etp_events_writer_take(writer, &event);
    }
    assert_int_equal(etp_events_writer_flush(writer), 0);
    etp_events_writer_free(writer);
    fclose(out);
    for (const char *at = text; *at != '\0'; at = strchr(at, '\n') + 1) {
        char wanted[64];
        snprintf(wanted, sizeof wanted, "{\"t_ns\":%zu,", lines++);
        assert_memory_equal(at, wanted, strlen(wanted));
    }
    assert_int_equal(lines, EVENTS);
    free(text);
}

static void a_full_disk_is_told_at_the_end(void **state)
{
    (void)state;
    FILE *out = fopen("/dev/full", "w");
    if (out == NULL)
        skip();
    etp_events_writer *writer = etp_events_writer_new(out, name_of, NULL);
    const etp_event event = {.kind = ETP_EVENT_QUERY, .device = 1};
    etp_events_writer_take(writer, &event);
    assert_int_not_equal(etp_events_writer_flush(writer), 0);
    assert_int_not_equal(etp_events_writer_flush(writer), 0);
    etp_events_writer_free(writer);
    fclose(out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sale_has_all_its_units),
        cmocka_unit_test(what_is_not_disclosed_is_left_out),
        cmocka_unit_test(a_refusal_names_a_type_only_when_it_was_read),
        cmocka_unit_test(many_events_are_written_whole),
        cmocka_unit_test(a_full_disk_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
