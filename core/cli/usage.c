/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/world_params.h"

enum { DOC_COLUMN = 30, LINE_COLUMNS = 100 };

static const char head[] =
    "usage: etp-engine [run] STRATEGY.lua [STRATEGY.lua ...] [options]\n"
    "       etp-engine --help | --version\n"
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
    "  etp-engine mine.lua --watch\n";

static const char tail[] =
    "\n"
    "A strategy without a folder in its name that is no file here is looked for among the shipped ones.\n"
    "\n"
    "Exit status:\n"
    "  0  done\n"
    "  1  a file cannot be used or the run failed: a script or a price file is missing, cannot be read\n"
    "     or has errors, a script has the wrong role, a result cannot be written, --check-determinism\n"
    "     found a difference\n"
    "  2  the command line asks for what cannot be: an unknown command, option, script's name or\n"
    "     parameter of --set, a value out of range, more days than the price file holds, no strategy\n";

/* Prints `text` from DOC_COLUMN on, in as many lines as it takes; `column` is where the first line stands now. */
static void print_doc(const char *text, int column)
{
    if (column + 2 > DOC_COLUMN) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", DOC_COLUMN - column, "");
    column = DOC_COLUMN;
    while (*text != '\0') {
        int size = (int)strcspn(text, " ");
        if (column + 1 + size > LINE_COLUMNS) {
            printf("\n%*s", DOC_COLUMN, "");
            column = DOC_COLUMN;
        }
        column += printf("%s%.*s", column > DOC_COLUMN ? " " : "", size, text);
        text += size;
        text += strspn(text, " ");
    }
    putchar('\n');
}

static void print_option(const etp_option_help *option)
{
    char doc[512], range[64] = "", standard[64] = "";
    if (option->group != NULL)
        printf("\n%s:\n", option->group);
    int column = printf("  --%s%s%s", option->name, option->argument != NULL ? " " : "",
                        option->argument != NULL ? option->argument : "");
    if (option->ranged)
        snprintf(range, sizeof range, ", %" PRIu64 " to %" PRIu64, option->low, option->high);
    if (option->standard != NULL)
        snprintf(standard, sizeof standard, " [%s]", option->standard);
    snprintf(doc, sizeof doc, "%s%s%s", option->doc, range, standard);
    print_doc(doc, column);
}

static void print_world(void)
{
    etp_run_options defaults;
    etp_run_defaults(&defaults);
    printf("\nThe world (--set world.NAME=value):\n");
    for (unsigned i = 0; i < etp_world_param_count(); i++) {
        char doc[256];
        etp_world_param param = etp_world_param_describe(i);
        const char *gap = *param.unit != '\0' ? " " : "";
        int column = printf("  %s", param.name);
        snprintf(doc, sizeof doc, "%s, %.7g to %.7g%s%s [%.7g]", param.doc, param.low, param.high, gap, param.unit,
                 etp_world_param_get(&defaults, i));
        print_doc(doc, column);
    }
}

void etp_command_help(void)
{
    fputs(head, stdout);
    for (unsigned i = 0; i < etp_option_count(); i++) {
        etp_option_help option = etp_option_describe(i);
        print_option(&option);
    }
    print_world();
    fputs(tail, stdout);
}
