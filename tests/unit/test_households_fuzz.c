/* SPDX-License-Identifier: MIT */
/* Broken files of households: whatever is done to a good one, it is refused with a sentence, or gives powers that a home
 * can have. */
#include "test_household_text.h"

enum { SEED = 20110701, ROUNDS = 1500, GOOD = 3 };

/* The first two and a half days or so of a made-up file. */
static text good_text(unsigned kind)
{
    text t = kind == 0   ? ausgrid_text(&(ausgrid){0})
             : kind == 1 ? ausgrid_text(&(ausgrid){.total = true})
                         : hourly_text(&(hourly){.homes = 3});
    size_t lines = 0, end = 0;
    while (lines < 122)
        lines += t.bytes[end++] == '\n';
    t.size = end;
    return t;
}

static void break_it(etp_rng *rng, text *t)
{
    static const char pieces[] = "0123456789.,,,--:: \n\r\"eE+nax\x80\xff";
    unsigned times = 1 + (unsigned)etp_rng_below(rng, 4);
    for (unsigned i = 0; i < times && t->size > 0; i++) {
        size_t at = (size_t)etp_rng_below(rng, t->size), length = 1 + (size_t)etp_rng_below(rng, 30);
        length = length < t->size - at ? length : t->size - at;
        switch (etp_rng_below(rng, 4)) {
        case 0:
            t->bytes[at] = pieces[etp_rng_below(rng, sizeof pieces - 1)];
            break;
        case 1:
            memmove(t->bytes + at, t->bytes + at + length, t->size - at - length);
            t->size -= length;
            break;
        case 2:
            t->size = at;
            break;
        default: /* a piece once more somewhere else */
            memmove(t->bytes + (size_t)etp_rng_below(rng, t->size - length + 1), t->bytes + at, length);
            break;
        }
    }
}

static void check(const etp_households *all)
{
    assert_true(all->count > 0);
    for (unsigned i = 0; i < all->count; i++) {
        const etp_household *home = &all->homes[i];
        assert_true(home->left_out == (home->load == NULL));
        assert_true(home->starts % ETP_NS_PER_DAY == 0 && home->count % SLOTS == 0);
        for (size_t k = 0; k < home->count && !home->left_out; k++)
            assert_true(home->load[k] >= 0 && home->load[k] <= 2 * 100 * ETP_POWER_PER_KW && home->sun[k] >= 0);
    }
}

static void a_broken_file_does_no_harm(void **unused)
{
    (void)unused;
    etp_rng rng;
    etp_rng_seed(&rng, SEED);
    print_message("seed %d\n", SEED);
    unsigned taken = 0, refused = 0;
    for (unsigned kind = 0; kind < GOOD; kind++) {
        text good = good_text(kind);
        for (unsigned i = 0; i < ROUNDS; i++) {
            text t = {.bytes = malloc(good.size), .size = good.size};
            assert_non_null(t.bytes);
            memcpy(t.bytes, good.bytes, good.size);
            break_it(&rng, &t);
            etp_households all;
            etp_error error = {0};
            int rc = text_read(&t, &all, &error);
            if (rc == 0)
                check(&all);
            else if (rc != ETP_EFORMAT || error.text[0] == '\0')
                fail_msg("kind %u, round %u: %d, \"%s\"", kind, i, rc, error.text);
            taken += rc == 0;
            refused += rc != 0;
            etp_households_fini(&all);
        }
        free(good.bytes);
    }
    assert_true(taken > 50 && refused > ROUNDS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_broken_file_does_no_harm)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
