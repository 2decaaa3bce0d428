/* SPDX-License-Identifier: MIT */
/* The help of run, which is also that of the program. */
#include <stdio.h>

#include "cli/commands.h"
#include "cli/usage.h"

static const char head[] =
    "usage: etp-engine [run] STRATEGY.lua [STRATEGY.lua ...] [options]\n"
    "       etp-engine COMMAND ... | help [COMMAND] | --help | --version\n"
    "\n"
    "Runs a market in which home batteries sell their energy to competing aggregators, each of them a\n"
    "Lua script, and prints what owners got for it, beside a single utility and the first script alone.\n"
    "\n"
    "Examples:\n"
    "  etp-engine strategies/greedy.lua\n"
    "  etp-engine strategies/greedy.lua mine.lua --rivals 3 --days 7 --seed 2\n"
    "  etp-engine mine.lua --prices PRICE_AND_DEMAND_202501_VIC1.csv --days 30 --json result.json\n"
    "  etp-engine mine.lua --set mine.margin=1.2 --set world.q=0.8 --mechanism second-price\n"
    "  etp-engine mine.lua --loss 20% --duplicate 20% --events events.jsonl\n"
    "  etp-engine mine.lua --watch\n"
    "  etp-engine mine.lua --live=tcp --skip 4.5h\n";

static const char tail[] =
    "\n"
    "A strategy without a folder in its name that is no file here is looked for among the shipped ones.\n"
    "\n"
    "Exit status:\n"
    "  0  done\n"
    "  1  a file cannot be used or the run failed: a script or a price file is missing, cannot be read\n"
    "     or has errors, a script has the wrong role, a result cannot be written, --check-determinism\n"
    "     found a difference, check found a mistake\n"
    "  2  the command line asks for what cannot be: an unknown command, option, script's name or\n"
    "     parameter of --set, a value out of range, more days than the price file holds, no strategy\n";

void etp_run_help(void)
{
    static const etp_vocabulary all = {.command = "run"};
    fputs(head, stdout);
    etp_usage_commands();
    etp_usage_options(&all);
    etp_usage_world();
    fputs(tail, stdout);
}
