/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/usage.h"
#include "program/world_params.h"

enum { DOC_COLUMN = 30, LINE_COLUMNS = 100 };

void etp_usage_text(const char *text, int column, int indent)
{
    printf("%*s", indent > column ? indent - column : 0, "");
    column = indent;
    while (*text != '\0') {
        int size = (int)strcspn(text, " ");
        if (column + 1 + size > LINE_COLUMNS) {
            printf("\n%*s", indent, "");
            column = indent;
        }
        column += printf("%s%.*s", column > indent ? " " : "", size, text);
        text += size;
        text += strspn(text, " ");
    }
    putchar('\n');
}

/* Prints `text` from DOC_COLUMN on, in as many lines as it takes; `column` is where the first line stands now. */
static void print_doc(const char *text, int column)
{
    if (column + 2 > DOC_COLUMN) {
        putchar('\n');
        column = 0;
    }
    etp_usage_text(text, column, DOC_COLUMN);
}

void etp_usage_entry(const char *name, const char *doc)
{
    print_doc(doc, printf("  %s", name));
}

void etp_usage_commands(void)
{
    printf("\nCommands (etp-engine help COMMAND says more):\n");
    for (unsigned i = 0; i < etp_command_count(); i++)
        print_doc(etp_commands[i].purpose, printf("  %s", etp_commands[i].name));
}

static void print_option(const etp_option *option)
{
    char doc[512], range[64] = "", standard[64] = "";
    bool apart = option->argument != NULL && !etp_option_is_open(option);
    int column = printf("  --%s%s%s", option->name, apart ? " " : "", option->argument != NULL ? option->argument : "");
    if (option->kind == &etp_option_kind_whole)
        snprintf(range, sizeof range, ", %" PRIu64 " to %" PRIu64, option->low, option->high);
    if (option->standard != NULL)
        snprintf(standard, sizeof standard, " [%s]", option->standard);
    snprintf(doc, sizeof doc, "%s%s%s", option->doc, range, standard);
    print_doc(doc, column);
}

/* The heading under which an option of the table stands; the first of a group has it. */
static const char *heading_of(const etp_option *option)
{
    const char *heading = NULL;
    for (unsigned i = 0; i < etp_option_count(); i++) {
        if (etp_option_table[i].group != NULL)
            heading = etp_option_table[i].group;
        if (&etp_option_table[i] == option)
            return heading;
    }
    return option->group;
}

void etp_usage_options(const etp_vocabulary *vocabulary)
{
    const etp_option *list[ETP_OPTIONS_MAX];
    unsigned count = etp_vocabulary_list(vocabulary, list);
    const char *heading = NULL;
    for (unsigned i = 0; i < count; i++) {
        const char *group = heading_of(list[i]);
        if (group != NULL && group != heading)
            printf("\n%s:\n", heading = group);
        print_option(list[i]);
    }
}

void etp_usage_world(void)
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
