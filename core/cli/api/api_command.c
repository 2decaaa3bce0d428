/* SPDX-License-Identifier: MIT */
/* `etp-engine api`: the script API, for people and for tools. */
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/api/api_json.h"
#include "cli/commands.h"
#include "cli/option_table.h"
#include "cli/usage.h"
#include "etp/script_api.h"
#include "etp/version.h"
#include "program/output.h"
#include "program/status.h"

static const char head[] =
    "usage: etp-engine api [--json]\n"
    "\n"
    "Prints what a script meets: the hooks of each role, the fields of what they see with their units,\n"
    "and the names that are there. It is what this engine does, not what was once written down.\n";

typedef struct api_options {
    etp_options common;
    bool json;
} api_options;

static const etp_option own[] = {
    {"Options", "json", NULL, NULL, "the same for tools; docs/scripting.md names the keys", &etp_option_kind_flag,
     offsetof(api_options, json), 0, 0},
    {NULL, "help", NULL, NULL, "print this", &etp_option_kind_flag, offsetof(api_options, common.help), 0, 0},
};
static const char *const shared[] = {NULL};
static const etp_vocabulary vocabulary = {"api", shared, own, sizeof own / sizeof own[0]};

/* ---- as text ---- */

static void print_fields(FILE *to, unsigned record)
{
    etp_api_field field;
    for (unsigned i = 0; etp_script_api_field(record, i, &field) == ETP_OK; i++) {
        char type[64];
        snprintf(type, sizeof type, "%s%s", field.of[0] != '\0' ? field.of : field.type, field.optional ? "?" : "");
        fprintf(to, "  %-15s %-11s %-7s %s\n", field.name, type, field.unit, field.doc);
    }
}

static void print_records(FILE *to)
{
    etp_api_record record;
    for (unsigned i = 0; etp_script_api_record(i, &record) == ETP_OK; i++) {
        bool both = record.aggregator && record.bess;
        etp_role role = record.aggregator ? ETP_ROLE_AGGREGATOR : ETP_ROLE_BESS;
        fprintf(to, "\n%s%s%s: %s\n", record.name, both ? "" : " of role ", both ? "" : etp_role_name(role),
                record.doc);
        if (record.element[0] != '\0')
            fprintf(to, "  a list, each: %s\n", record.element);
        print_fields(to, i);
    }
}

static void print_hooks(FILE *to, etp_role role)
{
    etp_api_hook hook;
    fprintf(to, "\nhooks of role %s\n", etp_role_name(role));
    for (unsigned i = 0; etp_script_api_hook(role, i, &hook) == ETP_OK; i++) {
        char call[64];
        snprintf(call, sizeof call, "%s%s", hook.name, hook.arguments);
        fprintf(to, "  %-24s %s\n", call, hook.doc);
        if (hook.returns[0] != '\0')
            fprintf(to, "  %-24s returns %s\n", "", hook.returns);
    }
}

static void print_enumerations(FILE *to)
{
    etp_api_enumeration enumeration;
    const char *name;
    fputs("\nnames\n", to);
    for (unsigned i = 0; etp_script_api_enumeration(i, &enumeration) == ETP_OK; i++) {
        fprintf(to, "  %-11s", enumeration.name);
        for (unsigned j = 0; etp_script_api_value(i, j, &name) == ETP_OK; j++)
            fprintf(to, " %s", name);
        fputc('\n', to);
    }
}

typedef struct print_state {
    FILE *to;
    char library[32];
} print_state;

static void print_word(void *user, const etp_api_word *word)
{
    print_state *state = user;
    if (strcmp(state->library, word->library) != 0) {
        fprintf(state->to, "\n  %-11s", word->library);
        snprintf(state->library, sizeof state->library, "%s", word->library);
    }
    fprintf(state->to, " %s", word->name);
}

static int print_text(FILE *to, etp_error *error)
{
    print_state state = {.to = to};
    fprintf(to, "etp-engine %s, script API %d\n", etp_version(), ETP_SCRIPT_API);
    print_hooks(to, ETP_ROLE_AGGREGATOR);
    print_hooks(to, ETP_ROLE_BESS);
    print_records(to);
    print_enumerations(to);
    fprintf(to, "\nwhat there is\n  %-11s", "globals");
    int result = etp_script_api_words(print_word, &state, error);
    fputc('\n', to);
    return result;
}

/* ---- the command ---- */

static int print_api(bool json, etp_error *error)
{
    etp_output output;
    int status = etp_output_open(&output, "-", false, error);
    if (status != ETP_EXIT_DONE)
        return status;
    errno = 0;
    int result = json ? etp_api_write_json(output.file, error) : print_text(output.file, error);
    if (result == ETP_EIO)
        status = etp_output_fail(output.path, errno, error);
    else
        status = result == ETP_OK ? etp_output_finish(&output, error) : ETP_EXIT_FAILED;
    etp_output_drop(&output);
    return status;
}

void etp_api_help(void)
{
    fputs(head, stdout);
    etp_usage_options(&vocabulary);
}

static int run(const api_options *options, etp_error *error)
{
    if (options->common.help) {
        etp_api_help();
        return etp_output_flush(error);
    }
    if (options->common.file_count == 0)
        return print_api(options->json, error);
    etp_fail(error, ETP_EINVAL, "api takes no names, and %s was given: etp-engine api --json",
             options->common.files[0]);
    return ETP_EXIT_USAGE;
}

int etp_api_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    api_options options = {.json = false};
    int status = etp_options_parse_as(&options.common, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = run(&options, error);
    etp_options_fini(&options.common);
    return status;
}
