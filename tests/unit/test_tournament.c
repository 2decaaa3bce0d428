/* SPDX-License-Identifier: MIT */
/* Who plays whom, and the threads on which it is played. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/tournament/design.h"
#include "program/status.h"
#include "program/workers.h"

enum { ENTRANTS_MAX = 40 };

/* ---- the design ---- */

/* In each round each strategy sits in each seat exactly once, and at no table twice. */
static void check_round(const etp_design *design, unsigned round)
{
    unsigned sat[ENTRANTS_MAX][ENTRANTS_MAX] = {{0}};
    for (size_t game = (size_t)round * design->entrants; game < (size_t)(round + 1) * design->entrants; game++) {
        bool here[ENTRANTS_MAX] = {false};
        assert_int_equal(etp_design_round(design, game), round);
        for (unsigned seat = 0; seat < design->seats; seat++) {
            unsigned entrant = etp_design_entrant(design, game, seat);
            assert_true(entrant < design->entrants);
            assert_false(here[entrant]);
            here[entrant] = true;
            sat[entrant][seat]++;
        }
    }
    for (unsigned entrant = 0; entrant < design->entrants; entrant++)
        for (unsigned seat = 0; seat < design->seats; seat++)
            assert_int_equal(sat[entrant][seat], 1);
}

/* Counts who met whom, game by game, against what the design says of it. */
static void check_meetings(const etp_design *design)
{
    static unsigned met[ENTRANTS_MAX][ENTRANTS_MAX];
    unsigned fewest, most, least_seen = UINT32_MAX, most_seen = 0;
    memset(met, 0, sizeof met);
    for (size_t game = 0; game < etp_design_games(design); game++)
        for (unsigned i = 0; i < design->seats; i++)
            for (unsigned j = 0; j < design->seats; j++)
                met[etp_design_entrant(design, game, i)][etp_design_entrant(design, game, j)] += i != j;
    for (unsigned a = 0; a < design->entrants; a++) {
        for (unsigned b = 0; b < a; b++) {
            least_seen = met[a][b] < least_seen ? met[a][b] : least_seen;
            most_seen = met[a][b] > most_seen ? met[a][b] : most_seen;
        }
    }
    etp_design_meetings(design, &fewest, &most);
    assert_int_equal(fewest, least_seen);
    assert_int_equal(most, most_seen);
}

static void every_design(void **state)
{
    (void)state;
    for (unsigned entrants = 2; entrants <= ENTRANTS_MAX; entrants++) {
        for (unsigned seats = 2; seats <= entrants && seats <= 6; seats++) {
            etp_design design;
            assert_true(etp_design_make(&design, entrants, seats, 3));
            assert_int_equal(etp_design_games(&design), 3 * entrants);
            for (unsigned round = 0; round < 3; round++)
                check_round(&design, round);
            check_meetings(&design);
            etp_design_fini(&design);
        }
    }
}

/* Five of thirty at twenty tables of the base: a pair meets 20 * 30 * 20 / (30 * 29) = 13.8 times on average. */
static void pairs_meet_evenly(void **state)
{
    (void)state;
    static const unsigned fields[] = {6, 11, 16, 26, 30};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        etp_design design;
        unsigned fewest, most;
        assert_true(etp_design_make(&design, fields[i], 5, 20));
        etp_design_meetings(&design, &fewest, &most);
        double mean = 20.0 * 20.0 / (fields[i] - 1);
        assert_true(fewest >= mean - 2.5 && most <= mean + 2.5);
        etp_design_fini(&design);
    }
}

static void is_the_same_each_time(void **state)
{
    (void)state;
    etp_design first, again;
    assert_true(etp_design_make(&first, 9, 5, 4));
    assert_true(etp_design_make(&again, 9, 5, 4));
    assert_memory_equal(first.bases, again.bases, 4 * 5 * sizeof *first.bases);
    etp_design_fini(&first);
    etp_design_fini(&again);
}

/* ---- the threads ---- */

enum { PIECES = 500 };

static int count(void *user, size_t index, etp_error *error)
{
    (void)error;
    ((unsigned *)user)[index]++;
    return ETP_EXIT_DONE;
}

static void each_piece_once(void **state)
{
    (void)state;
    static const unsigned jobs[] = {1, 2, 3, 16, 300};
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        unsigned done[PIECES] = {0};
        etp_progress progress = {0};
        etp_error error = {0};
        assert_int_equal(etp_workers_run(jobs[i], PIECES, count, done, &progress, &error), ETP_EXIT_DONE);
        assert_int_equal(progress.done, PIECES);
        for (unsigned j = 0; j < PIECES; j++)
            assert_int_equal(done[j], 1);
    }
    assert_int_equal(etp_workers_run(4, 0, count, NULL, &(etp_progress){0}, &(etp_error){0}), ETP_EXIT_DONE);
    assert_true(etp_workers_available() >= 1);
}

/* All from the hundredth on fail, each with its own sentence. */
static int fail_late(void *user, size_t index, etp_error *error)
{
    (void)user;
    if (index < 100)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL, "piece %zu", index);
    return index == 100 ? ETP_EXIT_USAGE : ETP_EXIT_FAILED;
}

static void first_failure_counts(void **state)
{
    (void)state;
    for (unsigned jobs = 1; jobs <= 8; jobs++) {
        etp_progress progress = {0};
        etp_error error = {0};
        assert_int_equal(etp_workers_run(jobs, PIECES, fail_late, NULL, &progress, &error), ETP_EXIT_USAGE);
        assert_string_equal(error.text, "piece 100");
        assert_true(progress.done <= 100 + jobs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_design),          cmocka_unit_test(pairs_meet_evenly),
        cmocka_unit_test(is_the_same_each_time), cmocka_unit_test(each_piece_once),
        cmocka_unit_test(first_failure_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
