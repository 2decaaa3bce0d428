/* SPDX-License-Identifier: MIT */
/* What must be true of any set of bids, whatever the numbers: one bid each, the close, and a look at who got what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "etp/auction.h"
#include "etp/error.h"
#include "etp/rng.h"

enum { BIDDERS = 5, PRICES = 12, CASES = 5000 };

/* Bids by bidder: bidder i is device 1 + i. */
typedef struct sheet {
    etp_auction_terms terms;
    etp_price price[BIDDERS];
    etp_energy energy[BIDDERS];
    etp_time arrival[BIDDERS];
} sheet;

typedef struct outcome {
    etp_energy award[BIDDERS];
    etp_price pays[BIDDERS];
} outcome;

static etp_rng rng;

static int start(void **state)
{
    (void)state;
    const uint64_t seed = 1961;
    print_message("seed %llu\n", (unsigned long long)seed);
    etp_rng_seed(&rng, seed);
    return 0;
}

static unsigned pick(unsigned bound)
{
    return (unsigned)etp_rng_below(&rng, bound);
}

static sheet draw_sheet(etp_mechanism mechanism)
{
    sheet s = {.terms = {.mechanism = mechanism, .closes = 100, .hold = 10, .tick = 1}};
    s.terms.lot = 1 + pick(10);
    s.terms.reserve = pick(PRICES / 2);
    for (unsigned i = 0; i < BIDDERS; i++) {
        s.price[i] = pick(PRICES);
        s.energy[i] = 1 + pick(6);
        s.arrival[i] = i;
    }
    return s;
}

/* Bidders come in the given order, each into the slot of that place. */
static outcome play(const sheet *s, const unsigned *order)
{
    etp_bid book[BIDDERS];
    etp_auction auction = {0};
    outcome result = {0};
    assert_int_equal(etp_auction_open(&auction, &s->terms, book, BIDDERS, -1), ETP_OK);
    for (unsigned place = 0; place < BIDDERS; place++) {
        unsigned i = order[place];
        etp_auction_bid(&auction, place, 1 + i, s->price[i], s->energy[i], s->arrival[i]);
    }
    assert_int_equal(etp_auction_close(&auction, NULL, 0, s->terms.closes), ETP_OK);
    for (unsigned place = 0; place < BIDDERS; place++) {
        result.award[order[place]] = book[place].award;
        result.pays[order[place]] = book[place].sale_price;
    }
    return result;
}

static const unsigned in_turn[BIDDERS] = {0, 1, 2, 3, 4};

static void shuffle(unsigned *order)
{
    for (unsigned i = 0; i < BIDDERS; i++) {
        unsigned at = pick(i + 1);
        order[i] = order[at];
        order[at] = i;
    }
}

static void order_of_calls_and_slots_does_not_matter(void **state)
{
    (void)state;
    for (unsigned run = 0; run < CASES; run++) {
        sheet s = draw_sheet((etp_mechanism)(run % 4));
        for (unsigned i = 0; i < BIDDERS; i++)
            s.arrival[i] = 7;
        unsigned order[BIDDERS];
        shuffle(order);
        outcome a = play(&s, in_turn), b = play(&s, order);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

static void raising_a_winning_bid_never_loses(void **state)
{
    (void)state;
    for (unsigned run = 0; run < CASES; run++) {
        sheet s = draw_sheet((etp_mechanism)(run % 4));
        unsigned who = pick(BIDDERS);
        outcome before = play(&s, in_turn);
        s.price[who] += 1 + pick(3);
        outcome after = play(&s, in_turn);
        assert_true(after.award[who] >= before.award[who]);
    }
}

static void nobody_wins_while_a_better_bid_lacks_energy(void **state)
{
    (void)state;
    for (unsigned run = 0; run < CASES; run++) {
        sheet s = draw_sheet((etp_mechanism)(run % 4));
        outcome result = play(&s, in_turn);
        for (unsigned i = 0; i < BIDDERS; i++) {
            etp_energy asked = s.energy[i] < s.terms.lot ? s.energy[i] : s.terms.lot;
            for (unsigned j = 0; j < BIDDERS; j++)
                assert_false(s.price[i] > s.price[j] && result.award[i] < asked && result.award[j] > 0);
        }
    }
}

static void the_lot_is_sold_as_far_as_it_is_asked_for(void **state)
{
    (void)state;
    for (unsigned run = 0; run < CASES; run++) {
        sheet s = draw_sheet((etp_mechanism)(run % 4));
        outcome result = play(&s, in_turn);
        etp_energy asked = 0, awarded = 0;
        for (unsigned i = 0; i < BIDDERS; i++) {
            asked += s.price[i] >= s.terms.reserve ? s.energy[i] : 0;
            awarded += result.award[i];
        }
        assert_int_equal(awarded, asked < s.terms.lot ? asked : s.terms.lot);
    }
}

static void ascending_ends_like_first_price_when_nobody_raises(void **state)
{
    (void)state;
    for (unsigned run = 0; run < CASES; run++) {
        sheet s = draw_sheet(ETP_FIRST_PRICE);
        outcome first = play(&s, in_turn);
        s.terms.mechanism = ETP_ASCENDING;
        outcome ascending = play(&s, in_turn);
        assert_memory_equal(&first, &ascending, sizeof first);
    }
}

static void second_price_costs_no_more_than_uniform_nor_that_than_first(void **state)
{
    (void)state;
    unsigned below_uniform = 0, below_first = 0;
    for (unsigned run = 0; run < CASES; run++) {
        sheet s = draw_sheet(ETP_FIRST_PRICE);
        outcome first = play(&s, in_turn);
        s.terms.mechanism = ETP_UNIFORM_PRICE;
        outcome uniform = play(&s, in_turn);
        s.terms.mechanism = ETP_SECOND_PRICE;
        outcome second = play(&s, in_turn);
        assert_memory_equal(first.award, second.award, sizeof first.award);
        assert_memory_equal(first.award, uniform.award, sizeof first.award);
        for (unsigned i = 0; i < BIDDERS; i++) {
            assert_true(second.pays[i] <= uniform.pays[i] && uniform.pays[i] <= first.pays[i]);
            assert_true(first.award[i] == 0 || second.pays[i] >= s.terms.reserve);
            below_uniform += second.pays[i] < uniform.pays[i];
            below_first += uniform.pays[i] < first.pays[i];
        }
    }
    assert_true(below_uniform > 100 && below_first > 100);
}

static int64_t gain(const sheet *s, unsigned who, etp_price value)
{
    outcome result = play(s, in_turn);
    return (value - result.pays[who]) * result.award[who];
}

/* Everybody wants the whole lot: the case in which second price is known to make the truth the best bid. */
static void truth_is_the_best_bid_in_a_second_price_auction_with_one_winner(void **state)
{
    (void)state;
    unsigned shaded_loses = 0;
    for (unsigned run = 0; run < CASES; run++) {
        sheet s = draw_sheet(ETP_SECOND_PRICE);
        for (unsigned i = 0; i < BIDDERS; i++)
            s.energy[i] = s.terms.lot;
        unsigned who = pick(BIDDERS);
        etp_price value = s.price[who];
        int64_t truthful = gain(&s, who, value);
        assert_true(truthful >= 0);
        for (s.price[who] = 0; s.price[who] <= PRICES; s.price[who]++) {
            int64_t deviating = gain(&s, who, value);
            assert_true(deviating <= truthful);
            shaded_loses += deviating < truthful;
        }
    }
    assert_true(shaded_loses > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(order_of_calls_and_slots_does_not_matter, start),
        cmocka_unit_test_setup(raising_a_winning_bid_never_loses, start),
        cmocka_unit_test_setup(nobody_wins_while_a_better_bid_lacks_energy, start),
        cmocka_unit_test_setup(the_lot_is_sold_as_far_as_it_is_asked_for, start),
        cmocka_unit_test_setup(ascending_ends_like_first_price_when_nobody_raises, start),
        cmocka_unit_test_setup(second_price_costs_no_more_than_uniform_nor_that_than_first, start),
        cmocka_unit_test_setup(truth_is_the_best_bid_in_a_second_price_auction_with_one_winner, start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
