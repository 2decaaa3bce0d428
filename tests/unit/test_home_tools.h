/* SPDX-License-Identifier: MIT */
/* What the tests of homes share. */
#ifndef ETP_TEST_HOME_TOOLS_H
#define ETP_TEST_HOME_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "etp/error.h"
#include "etp/home.h"

static const etp_time five_minutes = 300 * ETP_NS_PER_SECOND;

static inline etp_fleet_spec usual(void)
{
    etp_fleet_spec spec;
    etp_fleet_defaults(&spec);
    return spec;
}

static inline etp_home draw(const etp_fleet_spec *spec, uint64_t key)
{
    etp_home home;
    assert_int_equal(etp_home_draw(&home, spec, key), ETP_OK);
    return home;
}

#endif
