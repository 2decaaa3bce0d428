/* SPDX-License-Identifier: MIT */
/* Homes of the host's own: what a run asks a source for, in which order, and that the built-in one is the default. */
#include "test_run_tools.h"

/* The built-in homes behind functions that write down what they were asked. */
typedef struct recorder {
    etp_home_scene scene;
    etp_fleet_spec spec;
    int opened, closed, drawn;
    size_t asked, learned;
    etp_time last_learned, last_expected;
    bool early; /* something was learned about an interval that had not ended when a need was asked for */
    int answer; /* of open() */
} recorder;

static int on_open(void *user, const etp_home_scene *scene, void **state, etp_error *error)
{
    recorder *self = user;
    if (self->answer != ETP_OK)
        return etp_fail(error, self->answer, "the neighbourhood is closed");
    self->opened++;
    self->scene = *scene;
    self->spec = *scene->spec;
    *state = self;
    return ETP_OK;
}

static void on_close(void *state)
{
    ((recorder *)state)->closed++;
}

static int on_draw(void *state, etp_home *home, const etp_fleet_spec *spec, uint64_t key)
{
    ((recorder *)state)->drawn++;
    return etp_home_draw(home, spec, key);
}

static void on_flows(void *state, const etp_home *home, uint64_t seed, uint64_t index, etp_time starts,
                     etp_time interval, etp_energy *pv, etp_energy *load)
{
    ((recorder *)state)->asked++;
    etp_home_source_built_in()->flows(NULL, home, seed, index, starts, interval, pv, load);
}

static etp_energy on_need(void *state, const etp_home *home, const etp_fleet_spec *spec, etp_time starts)
{
    recorder *self = state;
    self->last_expected = starts;
    if (self->learned > 0 && self->last_learned >= starts)
        self->early = true;
    return etp_home_source_built_in()->expected_need(NULL, home, spec, starts);
}

static void on_learned(void *state, const etp_home *home, etp_time starts, etp_time interval, etp_energy pv,
                       etp_energy load)
{
    recorder *self = state;
    (void)home;
    assert_true(pv >= 0 && load >= 0 && interval > 0);
    self->learned++;
    self->last_learned = starts;
}

static etp_home_source make_source(recorder *self)
{
    return (etp_home_source){.size = sizeof(etp_home_source),
                             .user = self,
                             .open = on_open,
                             .close = on_close,
                             .draw = on_draw,
                             .flows = on_flows,
                             .expected_need = on_need,
                             .learned = on_learned};
}

static void a_source_is_asked_in_order(void **unused)
{
    (void)unused;
    recorder self = {0};
    etp_home_source source = make_source(&self);
    market m;
    market_init(&m, 6, 2, 12);
    etp_run_totals plain = market_run(&m);
    m.options.source = &source;
    etp_run_totals asked = market_run(&m);
    assert_true(same_digest(&plain, &asked));
    assert_int_equal(plain.memory_bytes, asked.memory_bytes);
    assert_int_equal(self.opened, 1);
    assert_int_equal(self.drawn, 6);
    assert_int_equal(self.asked, 6 * 12);
    assert_int_equal(self.learned, 6 * 12);
    assert_false(self.early);
    assert_int_equal(self.scene.homes, 6);
    assert_int_equal(self.spec.seed, m.options.seed);
    etp_time starts = m.trace.starts + 72 * m.trace.interval;
    assert_true(self.scene.starts == starts && self.scene.interval == m.trace.interval);
    assert_true(self.last_learned == starts + 11 * m.trace.interval && self.last_expected == self.last_learned);
    etp_run_free(m.run);
    m.run = NULL;
    assert_int_equal(self.closed, 1);
    market_fini(&m);
}

/* A paced run asks at the market's times, not at the engine's. */
static void a_pace_changes_no_time_of_the_source(void **unused)
{
    (void)unused;
    recorder self = {0};
    etp_home_source source = make_source(&self);
    market m;
    market_init(&m, 2, 1, 6);
    m.options.source = &source;
    m.options.beat = 20 * ETP_NS_PER_SECOND;
    market_run(&m);
    assert_true(self.last_learned == m.trace.starts + 77 * m.trace.interval);
    market_fini(&m);
}

static void homes_without_a_market_come_from_the_source(void **unused)
{
    (void)unused;
    recorder self = {0};
    etp_home_source source = make_source(&self);
    market m;
    market_init(&m, 3, 1, 24);
    etp_money plain[3], costs[3];
    etp_error error = {0};
    assert_int_equal(etp_run_without_market(&m.options, plain, &error), ETP_OK);
    m.options.source = &source;
    assert_int_equal(etp_run_without_market(&m.options, costs, &error), ETP_OK);
    for (unsigned i = 0; i < 3; i++)
        assert_true(plain[i] == costs[i]);
    assert_true(self.opened == 1 && self.closed == 1 && self.asked == 3 * 24 && self.learned == 3 * 24);
    market_fini(&m);
}

static void mistakes_are_told(void **unused)
{
    (void)unused;
    recorder self = {.answer = ETP_ENOENT};
    etp_home_source source = make_source(&self);
    market m;
    market_init(&m, 3, 1, 4);
    m.options.source = &source;
    etp_error error = {0};
    assert_int_equal(etp_run_new(&m.run, &m.options, &error), ETP_ENOENT);
    assert_string_equal(error.text, "the neighbourhood is closed");
    assert_int_equal(self.closed, 0);
    self.answer = ETP_OK;
    source.size = 3;
    assert_int_equal(etp_run_new(&m.run, &m.options, &error), ETP_EINVAL);
    source = make_source(&self);
    source.flows = NULL;
    assert_int_equal(etp_run_new(&m.run, &m.options, &error), ETP_EINVAL);
    assert_non_null(strstr(error.text, "flows"));
    source = make_source(&self);
    source.open = NULL;
    source.learned = NULL;
    source.close = NULL;
    market_run(&m);
    assert_int_equal(self.drawn, 3); /* on the user itself */
    market_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_source_is_asked_in_order), cmocka_unit_test(a_pace_changes_no_time_of_the_source),
        cmocka_unit_test(homes_without_a_market_come_from_the_source), cmocka_unit_test(mistakes_are_told)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
