/* SPDX-License-Identifier: MIT */
/* Homes: how they are drawn, and that every mWh and micro-dollar of theirs is accounted for. */
#include "etp/rng.h"
#include "test_home_tools.h"

/* ---- drawing ---- */

/* Field by field: padding may differ. */
static bool drawn_alike(const etp_home *a, const etp_home *b)
{
    const etp_battery_spec *x = &a->battery.spec, *y = &b->battery.spec;
    return x->capacity == y->capacity && x->floor == y->floor && x->wear == y->wear && a->key == b->key &&
           a->battery.stored == b->battery.stored && a->pv_peak == b->pv_peak &&
           a->load_scale_ppm == b->load_scale_ppm && a->shape == b->shape && a->sun_from == b->sun_from &&
           a->sun_until == b->sun_until && a->stored_at_start == b->stored_at_start;
}

static void the_same_key_is_the_same_home(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual(), other = usual();
    other.seed = 2;
    unsigned same = 0;
    for (uint64_t key = 100; key-- > 0;) {
        etp_home a = draw(&spec, key), b = draw(&spec, key), c = draw(&other, key);
        assert_true(drawn_alike(&a, &b));
        assert_int_equal(a.key, key);
        same += a.pv_peak == c.pv_peak;
    }
    assert_true(same < 3);
}

static void a_fleet_is_as_its_spec_says(void **state)
{
    (void)state;
    enum { HOMES = 10000 };
    etp_fleet_spec spec = usual();
    unsigned small = 0, middle = 0, large = 0, shapes[3] = {0};
    double pv = 0, wear = 0, load = 0;
    for (uint64_t key = 0; key < HOMES; key++) {
        etp_home home = draw(&spec, key);
        const etp_battery_spec *battery = &home.battery.spec;
        small += battery->capacity == 6400000;
        middle += battery->capacity == 10000000;
        large += battery->capacity == 13500000;
        assert_in_range(home.pv_peak, 5 * ETP_POWER_PER_KW, 10 * ETP_POWER_PER_KW);
        assert_in_range(battery->wear, 25000, 55000);
        assert_in_range(home.load_scale_ppm, 500000, 1500000);
        assert_true(home.shape < 3);
        shapes[home.shape]++;
        assert_int_equal(battery->floor, battery->capacity / 10);
        assert_int_equal(home.battery.stored, battery->capacity / 2);
        assert_int_equal(home.stored_at_start, battery->capacity / 2);
        assert_int_equal(battery->power, spec.inverter);
        pv += (double)home.pv_peak / HOMES;
        wear += (double)battery->wear / HOMES;
        load += home.load_scale_ppm / 1e6 / HOMES;
    }
    assert_int_equal(small + middle + large, HOMES);
    assert_true(abs((int)small - 2500) < 220 && abs((int)middle - 3500) < 240 && abs((int)large - 4000) < 250);
    assert_true(shapes[0] > 4200 && shapes[1] > 2700 && shapes[2] > 2200);
    assert_true(pv > 7.4e6 && pv < 7.6e6);
    assert_true(wear > 39500 && wear < 40500);
    assert_true(load > 0.98 && load < 1.02);
}

/* Large batteries do not go with large panels, nor any draw with another: products of deviations, each within about
 * +-1, have a mean near 0 (five standard deviations of 10 000 are at most 0.05). */
static void a_homes_draws_do_not_go_together(void **state)
{
    (void)state;
    enum { HOMES = 10000, DRAWS = 5 };
    etp_fleet_spec spec = usual();
    double sums[DRAWS][DRAWS] = {{0}};
    for (uint64_t key = 0; key < HOMES; key++) {
        etp_home home = draw(&spec, key);
        const double off[DRAWS] = {
            (double)(home.pv_peak - 7500000) / 2.5e6,
            (double)(home.battery.spec.wear - 40000) / 1.5e4,
            (home.load_scale_ppm - 1e6) / 5e5,
            (double)(home.battery.spec.capacity - 10500000) / 4.1e6,
            home.shape - 0.8,
        };
        for (int i = 0; i < DRAWS; i++)
            for (int j = 0; j < i; j++)
                sums[i][j] += off[i] * off[j] / HOMES;
    }
    for (int i = 0; i < DRAWS; i++)
        for (int j = 0; j < i; j++)
            assert_true(sums[i][j] > -0.05 && sums[i][j] < 0.05);
}

static void specs_outside_their_ranges_are_refused(void **state)
{
    (void)state;
    etp_fleet_spec bad[12];
    for (unsigned i = 0; i < 12; i++)
        bad[i] = usual();
    bad[0].pv_low = -1;
    bad[1].pv_low = bad[1].pv_high + 1;
    bad[2].pv_high = 100 * ETP_POWER_PER_KW + 1;
    bad[3].floor_ppm = 1000001;
    bad[4].start_ppm = 1000001;
    bad[5].need_factor_ppm = 10000001;
    bad[6].wear = -1;
    bad[7].wear_spread = ETP_PRICE_MAX + 1;
    bad[8].inverter = 0;
    bad[9].export_limit = -1;
    bad[10].one_way_ppm = 0;
    bad[11].one_way_ppm = 1000001;
    etp_home home;
    for (unsigned i = 0; i < 12; i++)
        assert_int_equal(etp_home_draw(&home, &bad[i], 1), ETP_ERANGE);
}

static void wear_is_never_negative(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    spec.wear = 10000;
    spec.wear_spread = 50000;
    for (uint64_t key = 0; key < 1000; key++)
        assert_in_range(draw(&spec, key).battery.spec.wear, 0, 60000);
}

/* ---- settling ---- */

/* 10 kWh, half full, floor 1 kWh, 5 kW both ways, 4 c wear; no loss, so that sums can be done by hand. */
static etp_home by_hand(void)
{
    etp_fleet_spec spec = usual();
    spec.one_way_ppm = 1000000;
    spec.wear_spread = 0;
    uint64_t key = 0;
    while (draw(&spec, key).battery.spec.capacity != 10000000)
        key++;
    return draw(&spec, key);
}

static void sell(etp_home *home, etp_energy energy)
{
    assert_int_equal(etp_battery_hold(&home->battery, energy), ETP_OK);
    assert_int_equal(etp_battery_sell(&home->battery, energy), ETP_OK);
}

static const etp_price retail = 330000, feed_in = 33000;

static void the_sun_serves_charges_and_spills_in_that_order(void **state)
{
    (void)state;
    etp_home home = by_hand();
    /* An hour of 12 kWh sun and 1 kWh load: 5 charge (inverter), 5 spill (export limit), 1 is lost. */
    etp_home_settle(&home, ETP_NS_PER_HOUR, 12000000, 1000000, 0, 0, retail, feed_in);
    assert_int_equal(home.battery.charged, 5000000);
    assert_int_equal(home.spilled, 5000000);
    assert_int_equal(home.curtailed, 1000000);
    assert_int_equal(home.imported, 0);
    assert_int_equal(home.feed_in_income, 165000); /* 5 kWh at 3.3 c */
    assert_int_equal(home.last_pv, 12000000);
    assert_int_equal(home.last_load, 1000000);
    assert_true(etp_home_conserves(&home));
    /* Now it is full: the next hour spills. */
    etp_home_settle(&home, ETP_NS_PER_HOUR, 3000000, 1000000, 0, 0, retail, feed_in);
    assert_int_equal(home.battery.charged, 5000000);
    assert_int_equal(home.spilled, 7000000);
    assert_true(etp_home_conserves(&home));
}

static void the_battery_serves_down_to_its_floor(void **state)
{
    (void)state;
    etp_home home = by_hand();
    etp_home_settle(&home, ETP_NS_PER_HOUR, 500000, 6000000, 0, 0, retail, feed_in); /* 5.5 kWh short, 4 above floor */
    assert_int_equal(home.own_use, 4000000);
    assert_int_equal(home.imported, 1500000);
    assert_int_equal(home.import_cost, 495000);
    assert_int_equal(home.battery.stored, 1000000);
    assert_true(etp_home_conserves(&home));
}

static void the_inverter_bounds_sale_and_own_use_together(void **state)
{
    (void)state;
    etp_home home = by_hand();
    sell(&home, 400000); /* in 5 minutes the inverter passes 416 666 mWh */
    etp_home_settle(&home, five_minutes, 0, 100000, 400000, 60000, retail, feed_in);
    assert_int_equal(home.own_use, 16666);
    assert_int_equal(home.imported, 83334);
    assert_int_equal(home.sold, 400000);
    assert_int_equal(home.sales_income, 60000);
    assert_int_equal(home.last_load, 1200000); /* 0.1 kWh in 5 minutes */
    assert_true(etp_home_conserves(&home));
}

static void a_home_that_sold_does_not_charge(void **state)
{
    (void)state;
    etp_home home = by_hand();
    sell(&home, 100000);
    /* 1 kWh of sun above the load; the meter lets 416 666 mWh out, of which 100 000 were sold. */
    etp_home_settle(&home, five_minutes, 1200000, 200000, 100000, 15000, retail, feed_in);
    assert_int_equal(home.battery.charged, 0);
    assert_int_equal(home.spilled, 316666);
    assert_int_equal(home.curtailed, 683334);
    assert_true(etp_home_conserves(&home));
}

static void cost_is_the_whole_bill(void **state)
{
    (void)state;
    etp_home home = by_hand();
    sell(&home, 400000);
    etp_home_settle(&home, ETP_NS_PER_HOUR, 0, 600000, 400000, 60000, retail, feed_in); /* own use 0.6 kWh */
    etp_home_settle(&home, ETP_NS_PER_HOUR, 3000000, 0, 0, 0, retail, feed_in);         /* 3 kWh charge */
    etp_home_settle(&home, ETP_NS_PER_HOUR, 0, 7000000, 0, 0, retail, feed_in);         /* 5 served, 2 imported */
    /* imports 66 c, sales 6 c, wear 4 c x (0.4 + 0.6 + 5); stored: 5 - 1 + 3 - 5 = 2, 3 less than at the start */
    assert_int_equal(etp_home_cost(&home, 0), 660000 - 60000 + 240000);
    assert_int_equal(etp_home_cost(&home, 100000), 660000 - 60000 + 240000 + 300000);
}

static void a_lot_needs_a_measured_night(void **state)
{
    (void)state;
    etp_home home = by_hand();
    assert_int_equal(etp_home_lot(&home, five_minutes), 0); /* nothing was measured yet */
    etp_home_settle(&home, five_minutes, 200000, 50000, 0, 0, retail, feed_in);
    assert_int_equal(etp_home_lot(&home, five_minutes), 0); /* it charges */
    etp_home_settle(&home, five_minutes, 0, 50000, 0, 0, retail, feed_in);
    assert_int_equal(etp_home_lot(&home, five_minutes), etp_battery_lot(&home.battery, five_minutes, 600000, 0));
    assert_int_equal(etp_home_lot(&home, five_minutes), 366666); /* (5 - 0.6) kW for 5 minutes */
}

/* One random interval: a sale of a random part of the lot, made before the sun and the load are known. */
static etp_money random_interval(etp_home *home, etp_rng *rng, etp_time interval)
{
    etp_energy lot = etp_battery_lot(&home->battery, interval, 0, 0);
    bool sells = etp_rng_below(rng, 3) == 0 && lot > 0;
    etp_energy sold = sells ? (etp_energy)etp_rng_below(rng, (uint64_t)lot) + 1 : 0;
    etp_money income = etp_amount((etp_price)etp_rng_below(rng, 1000000), sold);
    if (sold > 0)
        sell(home, sold);
    etp_energy pv = (etp_energy)etp_rng_below(rng, 2) * (etp_energy)etp_rng_below(rng, 1500000);
    etp_energy load = (etp_energy)etp_rng_below(rng, 1000000);
    etp_home_settle(home, interval, pv, load, sold, income, retail, feed_in);
    return income;
}

static void check_limits(const etp_home *before, const etp_home *after, etp_time interval)
{
    etp_energy inverter = etp_energy_of(after->battery.spec.power, interval);
    etp_energy out = after->battery.discharged - before->battery.discharged;
    etp_energy in = after->battery.charged - before->battery.charged;
    etp_energy exported = after->spilled - before->spilled + after->sold - before->sold;
    assert_true(out <= inverter && in <= inverter && (in == 0 || out == 0));
    assert_true(exported <= etp_energy_of(after->battery.spec.export_limit, interval));
    assert_true(after->battery.stored >= after->battery.spec.floor);
    assert_true(after->imported == before->imported || after->spilled == before->spilled);
    assert_int_equal(after->import_cost - before->import_cost, etp_amount(retail, after->imported - before->imported));
    assert_int_equal(after->feed_in_income - before->feed_in_income,
                     etp_amount(feed_in, after->spilled - before->spilled));
}

static void thousands_of_random_intervals_conserve(void **state)
{
    (void)state;
    enum { SEED = 7, HOMES = 40, INTERVALS = 500 };
    etp_rng rng;
    etp_rng_seed(&rng, SEED);
    printf("seed %d\n", SEED);
    for (uint64_t key = 0; key < HOMES; key++) {
        etp_fleet_spec spec = usual();
        spec.one_way_ppm = 800000 + (uint32_t)etp_rng_below(&rng, 200001);
        spec.export_limit = (etp_power)etp_rng_below(&rng, 8000000);
        etp_home home = draw(&spec, key);
        etp_money income = 0;
        for (unsigned i = 0; i < INTERVALS; i++) {
            etp_time interval = i % 2 ? five_minutes : 1800 * ETP_NS_PER_SECOND;
            etp_home before = home;
            income += random_interval(&home, &rng, interval);
            assert_true(etp_home_conserves(&home));
            check_limits(&before, &home, interval);
        }
        assert_int_equal(home.sales_income, income);
    }
}

static void a_mWh_too_much_is_noticed(void **state)
{
    (void)state;
    etp_home home = by_hand();
    etp_home_settle(&home, five_minutes, 0, 50000, 0, 0, retail, feed_in);
    etp_energy *const totals[] = {&home.pv,        &home.load,    &home.spilled,        &home.imported,
                                  &home.curtailed, &home.own_use, &home.battery.stored, &home.battery.lost};
    assert_true(etp_home_conserves(&home));
    for (size_t i = 0; i < sizeof totals / sizeof *totals; i++) {
        (*totals[i])++;
        assert_false(etp_home_conserves(&home));
        (*totals[i])--;
    }
    etp_home_settle(&home, five_minutes, 0, 50000, 1, 0, retail, feed_in); /* "sold" what never left the battery */
    assert_false(etp_home_conserves(&home));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_key_is_the_same_home),
        cmocka_unit_test(a_fleet_is_as_its_spec_says),
        cmocka_unit_test(a_homes_draws_do_not_go_together),
        cmocka_unit_test(specs_outside_their_ranges_are_refused),
        cmocka_unit_test(wear_is_never_negative),
        cmocka_unit_test(the_sun_serves_charges_and_spills_in_that_order),
        cmocka_unit_test(the_battery_serves_down_to_its_floor),
        cmocka_unit_test(the_inverter_bounds_sale_and_own_use_together),
        cmocka_unit_test(a_home_that_sold_does_not_charge),
        cmocka_unit_test(cost_is_the_whole_bill),
        cmocka_unit_test(a_lot_needs_a_measured_night),
        cmocka_unit_test(thousands_of_random_intervals_conserve),
        cmocka_unit_test(a_mWh_too_much_is_noticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
