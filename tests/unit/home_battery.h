/* SPDX-License-Identifier: MIT */
/* The battery of a home, as tests and benchmarks of whole nodes have it. */
#ifndef ETP_TEST_HOME_BATTERY_H
#define ETP_TEST_HOME_BATTERY_H

#include "etp/battery.h"

static const etp_battery_spec home_battery = {.capacity = 10000000,
                                              .floor = 1000000,
                                              .power = 5000000,
                                              .export_limit = 5000000,
                                              .one_way_ppm = 950000,
                                              .voltage_mv = 48000,
                                              .wear = 30000,
                                              .rated_cycles = 6000};

/* One without floor and wear: all that is stored may be sold, at any price. */
static const etp_battery_spec bare_battery = {.capacity = 10000000,
                                              .power = 5000000,
                                              .export_limit = 5000000,
                                              .one_way_ppm = 950000,
                                              .voltage_mv = 48000,
                                              .rated_cycles = 6000};

#endif
