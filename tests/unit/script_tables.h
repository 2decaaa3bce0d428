/* SPDX-License-Identifier: MIT */
/* Files of data, as texts. Each test program is one file: all is static. */
#ifndef ETP_TEST_SCRIPT_TABLES_H
#define ETP_TEST_SCRIPT_TABLES_H

#include "script/table/tree.h"
#include "test_files.h"

static inline void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static const char scenario[] = "-- A study.\n"
                               "local wide = { 0.25, 5 }\n"
                               "local study = {\n"
                               "  homes = { count = 40, export_limit = 5.5, [\"solar share\"] = 1, ['one'] = true },\n"
                               "  regions = { 'VIC1', 'NSW1', \"QLD1\" },\n"
                               "  --[[ two\n"
                               "  lines ]]\n"
                               "  experiments = {\n"
                               "    { id = 'headline', seeds = 20 },\n"
                               "    {\n"
                               "      id = 'need', -- a { brace\n"
                               "      text = [==[ ]] , } ]==], range = wide,\n"
                               "      [ \"wide\" ] = 3;\n"
                               "    },\n"
                               "  },\n"
                               "  nothing = {},\n"
                               "}\n"
                               "return study\n";

#endif
