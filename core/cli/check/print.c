/* SPDX-License-Identifier: MIT */
/* What was found out, for people: what to mend first, then what it costs. */
#include <inttypes.h>
#include <string.h>

#include "cli/check/check.h"
#include "report/table.h"

static const char *const kind_names[] = {"error", "warning", "note"};

/* A traceback stands under its sentence. */
static void print_finding(const etp_finding *finding, FILE *out)
{
    fprintf(out, "  %s: ", kind_names[finding->kind]);
    for (const char *at = finding->text; *at != '\0'; at++) {
        fputc(*at, out);
        if (*at == '\n')
            fputs("    ", out);
    }
    fputc('\n', out);
}

static bool print_costs(const etp_examination *examination, FILE *out)
{
    const etp_rehearsal *rehearsal = &examination->rehearsal;
    etp_table table = {0};
    etp_table_begin(&table, "lrrrrr");
    etp_table_row(&table, (const char *const[]){"per call", "calls", "instructions", "most", "ns", "empty hook"});
    for (unsigned i = 0; i < rehearsal->hook_count; i++) {
        const etp_rehearsal_hook *hook = &rehearsal->hooks[i];
        const etp_hook_cost *cost = &examination->costs[i];
        uint64_t calls = hook->calls > 0 ? hook->calls : 1;
        etp_table_cell(&table, "%s", hook->name);
        etp_table_cell(&table, "%" PRIu64, hook->calls);
        etp_table_cell(&table, "%" PRIu64, (hook->instructions + calls / 2) / calls);
        etp_table_cell(&table, "%" PRIu64, hook->most_instructions);
        if (cost->timed) {
            etp_table_cell(&table, "%.0f", cost->ns);
            etp_table_cell(&table, "%.0f", cost->empty_ns);
        } else {
            etp_table_cell(&table, "-");
            etp_table_cell(&table, "-");
        }
    }
    return etp_table_end(&table, 4, out);
}

static void print_verdict(const etp_examination *examination, FILE *out)
{
    fprintf(out, "%s: ", examination->path);
    if (examination->error_count > 0)
        fprintf(out, "%u error%s", examination->error_count, examination->error_count > 1 ? "s" : "");
    if (examination->error_count > 0 && examination->warning_count > 0)
        fputs(", ", out);
    if (examination->warning_count > 0)
        fprintf(out, "%u warning%s", examination->warning_count, examination->warning_count > 1 ? "s" : "");
    if (examination->error_count == 0 && examination->warning_count == 0)
        fputs("ok", out);
    if (examination->loaded)
        fprintf(out, " (%s \"%s\", %.1f KiB after loading)", etp_role_name(examination->role), examination->name,
                (double)examination->memory / 1024);
    fputc('\n', out);
}

static void print_unused(const etp_rehearsal *rehearsal, FILE *out)
{
    for (unsigned i = 0; i < rehearsal->unused_count; i++)
        fprintf(out, "%s%s", i == 0 ? "    without: " : ", ", rehearsal->unused[i]);
    if (rehearsal->unused_count > 0)
        fputc('\n', out);
}

bool etp_examination_print(const etp_examination *examination, FILE *out)
{
    print_verdict(examination, out);
    for (unsigned i = 0; i < examination->finding_count; i++)
        print_finding(&examination->findings[i], out);
    if (!examination->loaded)
        return true;
    bool whole = print_costs(examination, out);
    print_unused(&examination->rehearsal, out);
    return whole;
}
