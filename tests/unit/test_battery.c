/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "etp/battery.h"
#include "etp/error.h"
#include "etp/rng.h"

#define KWH ETP_ENERGY_PER_KWH
#define KW  ETP_POWER_PER_KW

static const etp_time five_minutes = 300 * ETP_NS_PER_SECOND;

static etp_battery_spec usual_spec(void)
{
    return (etp_battery_spec){.capacity = 10 * KWH,
                              .floor = 1 * KWH,
                              .power = 5 * KW,
                              .export_limit = 5 * KW,
                              .one_way_ppm = 900000,
                              .voltage_mv = 48000,
                              .wear = 5 * ETP_PRICE_PER_CENT,
                              .rated_cycles = 6000};
}

static etp_battery usual_battery(etp_energy stored)
{
    etp_battery battery;
    etp_battery_spec spec = usual_spec();
    assert_int_equal(etp_battery_init(&battery, &spec, stored), ETP_OK);
    return battery;
}

static void init_refuses_each_value_outside_its_range(void **state)
{
    (void)state;
    etp_battery_spec bad[15];
    for (unsigned i = 0; i < 15; i++)
        bad[i] = usual_spec();
    bad[0].capacity = 0;
    bad[1].capacity = ETP_ENERGY_MAX + 1;
    bad[2].floor = -1;
    bad[3].floor = bad[3].capacity + 1;
    bad[4].power = 0;
    bad[5].power = ETP_POWER_MAX + 1;
    bad[6].export_limit = -1;
    bad[7].export_limit = ETP_POWER_MAX + 1;
    bad[8].one_way_ppm = 0;
    bad[9].one_way_ppm = 1000001;
    bad[10].voltage_mv = 11999;
    bad[11].voltage_mv = 1000001;
    bad[12].wear = -1;
    bad[13].wear = ETP_PRICE_MAX + 1;
    bad[14].rated_cycles = 0;
    etp_battery battery;
    for (unsigned i = 0; i < 15; i++)
        assert_int_equal(etp_battery_init(&battery, &bad[i], 0), ETP_ERANGE);
    etp_battery_spec spec = usual_spec();
    assert_int_equal(etp_battery_init(&battery, &spec, -1), ETP_ERANGE);
    assert_int_equal(etp_battery_init(&battery, &spec, spec.capacity + 1), ETP_ERANGE);
    assert_int_equal(etp_battery_init(&battery, &spec, spec.capacity), ETP_OK);
    assert_int_equal(etp_battery_init(&battery, &spec, 0), ETP_OK);
}

static void levels_change_exactly_at_their_borders(void **state)
{
    (void)state;
    const struct {
        etp_energy stored;
        etp_level level;
    } cases[] = {
        {0, ETP_LEVEL_CRITICAL},          {KWH - 1, ETP_LEVEL_CRITICAL},   {KWH, ETP_LEVEL_LOW},
        {5 * KWH / 2 - 1, ETP_LEVEL_LOW}, {5 * KWH / 2, ETP_LEVEL_NORMAL}, {15 * KWH / 2 - 1, ETP_LEVEL_NORMAL},
        {15 * KWH / 2, ETP_LEVEL_HIGH},   {10 * KWH, ETP_LEVEL_HIGH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        etp_battery battery = usual_battery(cases[i].stored);
        assert_int_equal(etp_battery_level(&battery), cases[i].level);
    }
    assert_string_equal(etp_level_name(ETP_LEVEL_CRITICAL), "critical");
    assert_string_equal(etp_level_name(ETP_LEVEL_LOW), "low");
    assert_string_equal(etp_level_name(ETP_LEVEL_NORMAL), "normal");
    assert_string_equal(etp_level_name(ETP_LEVEL_HIGH), "high");
    assert_string_equal(etp_level_name((etp_level)4), "?");
}

static void health_follows_full_cycles(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(0);
    const struct {
        etp_energy cycles;
        etp_health below, at;
    } borders[] = {
        {1500, ETP_HEALTH_EXCELLENT, ETP_HEALTH_GOOD},
        {3000, ETP_HEALTH_GOOD, ETP_HEALTH_FAIR},
        {6000, ETP_HEALTH_FAIR, ETP_HEALTH_POOR},
    };
    for (size_t i = 0; i < sizeof borders / sizeof borders[0]; i++) {
        battery.discharged = borders[i].cycles * 9 * KWH; /* 10 kWh leave the cells for 9 at the meter */
        assert_int_equal(etp_battery_health(&battery), borders[i].at);
        battery.discharged -= 1;
        assert_int_equal(etp_battery_health(&battery), borders[i].below);
    }
    battery.discharged = 0;
    assert_int_equal(etp_battery_health(&battery), ETP_HEALTH_EXCELLENT);
    battery.spec.rated_cycles = UINT32_MAX;
    battery.spec.capacity = 1;
    battery.discharged = INT64_MAX / 2;
    assert_int_equal(etp_battery_health(&battery), ETP_HEALTH_POOR);
}

static void voltage_is_linear_in_the_charge(void **state)
{
    (void)state;
    const struct {
        etp_energy stored;
        uint32_t voltage_mv;
    } cases[] = {{0, 45120}, {5 * KWH / 2, 46560}, {5 * KWH, 48000}, {10 * KWH, 50880}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        etp_battery battery = usual_battery(cases[i].stored);
        assert_int_equal(etp_battery_voltage_mv(&battery), cases[i].voltage_mv);
    }
}

static void the_largest_battery_does_not_overflow(void **state)
{
    (void)state;
    for (uint32_t efficiency = 1; efficiency <= 1000000; efficiency += 999999 / 3) {
        etp_battery_spec spec = usual_spec();
        spec.capacity = ETP_ENERGY_MAX;
        spec.floor = 0;
        spec.power = spec.export_limit = ETP_POWER_MAX;
        spec.one_way_ppm = efficiency;
        spec.voltage_mv = 1000000;
        etp_battery battery;
        assert_int_equal(etp_battery_init(&battery, &spec, ETP_ENERGY_MAX), ETP_OK);
        assert_int_equal(etp_battery_voltage_mv(&battery), 1060000);
        assert_int_equal(etp_battery_level(&battery), ETP_LEVEL_HIGH);
        etp_energy all = ETP_ENERGY_MAX / 1000000 * efficiency;
        assert_int_equal(etp_battery_available(&battery), all);
        assert_int_equal(etp_battery_discharge(&battery, INT64_MAX), all);
        assert_int_equal(battery.stored, 0);
        etp_energy taken = etp_battery_charge(&battery, INT64_MAX);
        assert_true(taken > 0 && taken <= ETP_ENERGY_MAX);
        assert_true(etp_battery_conserves(&battery, ETP_ENERGY_MAX));
    }
}

static void a_lot_is_power_times_interval(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(10 * KWH);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 0), 416666);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 2 * KW, 0), 250000);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 2 * KW), 250000);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 1 * KW, 2 * KW), 250000);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 2 * KW, 1 * KW), 250000);
    battery.spec.export_limit = 3 * KW;
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 0), 250000);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 1 * KW, 1 * KW), 166666);
}

static void a_lot_is_never_negative_nor_helped_by_nonsense(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(10 * KWH);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 6 * KW, 0), 0);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 6 * KW), 0);
    battery.spec.export_limit = 9 * KW;
    assert_int_equal(etp_battery_lot(&battery, five_minutes, -2 * KW, 0), 416666);
    battery.spec.power = 9 * KW;
    battery.spec.export_limit = 5 * KW;
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, -2 * KW), 416666);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, INT64_MAX, INT64_MIN), 0);
    assert_int_equal(etp_battery_lot(&battery, 0, 0, 0), 0);
    assert_int_equal(etp_battery_lot(&battery, -five_minutes, 0, 0), 0);
    battery.spec.export_limit = 0;
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 0), 0);
}

static void a_lot_is_at_most_what_is_available(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(11 * KWH / 10);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 0), 90000);
    assert_int_equal(etp_battery_hold(&battery, 50000), ETP_OK);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 0), 40000);
    battery = usual_battery(KWH / 2);
    assert_int_equal(etp_battery_lot(&battery, five_minutes, 0, 0), 0);
}

static void leaving_energy_costs_the_cells_more_rounded_up(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(10 * KWH);
    assert_int_equal(etp_battery_discharge(&battery, 100), 100);
    assert_int_equal(battery.stored, 10 * KWH - 112); /* 111.1 */
    assert_int_equal(battery.lost, 12);
    assert_int_equal(battery.discharged, 100);
    assert_int_equal(battery.sold, 0);
}

static void coming_energy_is_stored_less_rounded_down(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(5 * KWH);
    assert_int_equal(etp_battery_charge(&battery, 101), 101);
    assert_int_equal(battery.stored, 5 * KWH + 90); /* 90.9 */
    assert_int_equal(battery.lost, 11);
    assert_int_equal(battery.charged, 101);
}

static void discharging_all_that_is_available_stops_at_the_floor(void **state)
{
    (void)state;
    for (etp_energy above = 0; above < 40; above++) {
        etp_battery battery = usual_battery(1 * KWH + above);
        etp_energy available = etp_battery_available(&battery);
        assert_int_equal(available, above * 9 / 10);
        assert_int_equal(etp_battery_discharge(&battery, available), available);
        assert_true(battery.stored >= 1 * KWH);
        assert_int_equal(etp_battery_available(&battery), 0);
        assert_int_equal(etp_battery_discharge(&battery, 1), 0);
    }
}

static void pieces_cost_as_much_as_the_whole(void **state)
{
    (void)state;
    etp_battery whole = usual_battery(6 * KWH), pieces = whole;
    assert_int_equal(etp_battery_discharge(&whole, 1000), 1000);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(etp_battery_discharge(&pieces, 1), 1);
    assert_memory_equal(&whole, &pieces, sizeof whole);
    assert_int_equal(etp_battery_charge(&whole, 777), 777);
    for (int i = 0; i < 777; i++)
        assert_int_equal(etp_battery_charge(&pieces, 1), 1);
    assert_memory_equal(&whole, &pieces, sizeof whole);
}

static void charging_stops_when_full_and_then_takes_nothing(void **state)
{
    (void)state;
    for (etp_energy room = 1; room < 40; room++) {
        etp_battery battery = usual_battery(10 * KWH - room);
        etp_energy taken = etp_battery_charge(&battery, KWH);
        assert_int_equal(taken, (room * 10 + 8) / 9);
        assert_int_equal(battery.stored, 10 * KWH);
        assert_int_equal(etp_battery_charge(&battery, KWH), 0);
        assert_true(etp_battery_conserves(&battery, 10 * KWH - room));
    }
}

static void the_same_energy_is_never_promised_twice(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(2 * KWH); /* 0.9 kWh available */
    assert_int_equal(etp_battery_hold(&battery, 900001), ETP_EFULL);
    assert_int_equal(etp_battery_hold(&battery, 600000), ETP_OK);
    assert_int_equal(etp_battery_available(&battery), 300000);
    assert_int_equal(etp_battery_hold(&battery, 300001), ETP_EFULL);
    assert_int_equal(etp_battery_hold(&battery, 300000), ETP_OK);
    assert_int_equal(etp_battery_discharge(&battery, KWH), 0);
    assert_int_equal(battery.held, 900000);
    assert_int_equal(etp_battery_release(&battery, 900001), ETP_ESTATE);
    assert_int_equal(etp_battery_release(&battery, 300000), ETP_OK);
    assert_int_equal(etp_battery_discharge(&battery, KWH), 300000);
    assert_int_equal(battery.held, 600000);
}

static void a_promise_split_into_many_sales_is_kept(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(1 * KWH + 100); /* 90 available */
    for (int i = 0; i < 90; i++)
        assert_int_equal(etp_battery_hold(&battery, 1), ETP_OK);
    assert_int_equal(etp_battery_hold(&battery, 1), ETP_EFULL);
    for (int i = 0; i < 90; i++) {
        assert_int_equal(etp_battery_sell(&battery, 1), ETP_OK);
        assert_true(etp_battery_conserves(&battery, 1 * KWH + 100));
    }
    assert_int_equal(battery.stored, 1 * KWH);
    assert_int_equal(battery.sold, 90);
    assert_int_equal(battery.discharged, 90);
    assert_int_equal(battery.lost, 10);
}

static void only_what_is_held_is_sold(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(5 * KWH);
    assert_int_equal(etp_battery_sell(&battery, 1), ETP_ESTATE);
    assert_int_equal(etp_battery_hold(&battery, 10), ETP_OK);
    assert_int_equal(etp_battery_sell(&battery, 11), ETP_ESTATE);
    battery.stored = battery.spec.floor; /* the host empties it behind its promises */
    assert_int_equal(etp_battery_sell(&battery, 10), ETP_ESTATE);
    assert_int_equal(battery.held, 10);
    assert_int_equal(battery.sold, 0);
}

static void negative_energies_do_nothing(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(5 * KWH), before = battery;
    assert_int_equal(etp_battery_hold(&battery, -1), ETP_EINVAL);
    assert_int_equal(etp_battery_release(&battery, -1), ETP_EINVAL);
    assert_int_equal(etp_battery_sell(&battery, -1), ETP_EINVAL);
    assert_int_equal(etp_battery_discharge(&battery, INT64_MIN), 0);
    assert_int_equal(etp_battery_charge(&battery, INT64_MIN), 0);
    assert_memory_equal(&battery, &before, sizeof before);
}

static void conserves_notices_each_cooked_book(void **state)
{
    (void)state;
    etp_battery battery = usual_battery(5 * KWH);
    etp_battery_charge(&battery, KWH);
    etp_battery_hold(&battery, 1000);
    etp_battery_sell(&battery, 400);
    assert_true(etp_battery_conserves(&battery, 5 * KWH));
    assert_false(etp_battery_conserves(&battery, 5 * KWH - 1));
    etp_battery cooked[7];
    for (unsigned i = 0; i < 7; i++)
        cooked[i] = battery;
    cooked[0].stored += 1;
    cooked[1].charged -= 1;
    cooked[2].discharged += 1;
    cooked[3].lost -= 1;
    cooked[4].held = -1;
    cooked[5].held += etp_battery_available(&battery) + 1;
    cooked[6].sold = battery.discharged + 1;
    for (unsigned i = 0; i < 7; i++)
        assert_false(etp_battery_conserves(&cooked[i], 5 * KWH));
}

static void step_at_random(etp_battery *battery, etp_rng *rng)
{
    etp_energy energy = (etp_energy)etp_rng_below(rng, 2000);
    etp_energy moved;
    etp_battery before = *battery;
    switch (etp_rng_below(rng, 5)) {
    case 0:
        assert_int_equal(etp_battery_hold(battery, energy) == ETP_OK, energy <= etp_battery_available(&before));
        break;
    case 1:
        assert_int_equal(etp_battery_release(battery, energy) == ETP_OK, energy <= before.held);
        break;
    case 2:
        assert_int_equal(etp_battery_sell(battery, energy) == ETP_OK, energy <= before.held);
        break;
    case 3:
        moved = etp_battery_discharge(battery, energy);
        assert_int_equal(battery->discharged, before.discharged + moved);
        assert_true(moved == energy || etp_battery_available(battery) == 0);
        assert_int_equal(battery->held, before.held);
        break;
    default:
        moved = etp_battery_charge(battery, energy);
        assert_int_equal(battery->charged, before.charged + moved);
        assert_true(moved == energy || battery->stored == battery->spec.capacity);
        assert_true(etp_battery_available(battery) >= etp_battery_available(&before));
    }
}

static void a_random_walk_conserves_energy_at_every_step(void **state)
{
    (void)state;
    const uint64_t seed = 20250101;
    print_message("seed %llu\n", (unsigned long long)seed);
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    for (int walk = 0; walk < 40; walk++) {
        etp_battery_spec spec = usual_spec();
        spec.capacity = 1 + (etp_energy)etp_rng_below(&rng, 20000);
        spec.floor = (etp_energy)etp_rng_below(&rng, (uint64_t)spec.capacity / 4 + 1);
        spec.one_way_ppm = walk == 0 ? 1000000 : 1 + (uint32_t)etp_rng_below(&rng, 1000000);
        etp_energy start = spec.floor + (etp_energy)etp_rng_below(&rng, (uint64_t)(spec.capacity - spec.floor) + 1);
        etp_battery battery;
        assert_int_equal(etp_battery_init(&battery, &spec, start), ETP_OK);
        for (int step = 0; step < 2000; step++) {
            step_at_random(&battery, &rng);
            assert_true(etp_battery_conserves(&battery, start));
            assert_true(battery.stored >= spec.floor);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(init_refuses_each_value_outside_its_range),
        cmocka_unit_test(levels_change_exactly_at_their_borders),
        cmocka_unit_test(health_follows_full_cycles),
        cmocka_unit_test(voltage_is_linear_in_the_charge),
        cmocka_unit_test(the_largest_battery_does_not_overflow),
        cmocka_unit_test(a_lot_is_power_times_interval),
        cmocka_unit_test(a_lot_is_never_negative_nor_helped_by_nonsense),
        cmocka_unit_test(a_lot_is_at_most_what_is_available),
        cmocka_unit_test(leaving_energy_costs_the_cells_more_rounded_up),
        cmocka_unit_test(coming_energy_is_stored_less_rounded_down),
        cmocka_unit_test(discharging_all_that_is_available_stops_at_the_floor),
        cmocka_unit_test(pieces_cost_as_much_as_the_whole),
        cmocka_unit_test(charging_stops_when_full_and_then_takes_nothing),
        cmocka_unit_test(the_same_energy_is_never_promised_twice),
        cmocka_unit_test(a_promise_split_into_many_sales_is_kept),
        cmocka_unit_test(only_what_is_held_is_sold),
        cmocka_unit_test(negative_energies_do_nothing),
        cmocka_unit_test(conserves_notices_each_cooked_book),
        cmocka_unit_test(a_random_walk_conserves_energy_at_every_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
