/* SPDX-License-Identifier: MIT */
/* One script on the bench: loaded, called dry, looked at while it is called. */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/check/check.h"
#include "program/shipped.h"

enum { TEXT_BYTES_MAX = 1 << 20 };

static ETP_PRINTF(4, 5) void add_finding(etp_examination *examination, etp_finding_kind kind, const char *hook,
                                         const char *format, ...)
{
    if (examination->finding_count == ETP_FINDINGS_MAX)
        return;
    etp_finding *finding = &examination->findings[examination->finding_count++];
    finding->kind = kind;
    finding->hook = hook;
    va_list args;
    va_start(args, format);
    vsnprintf(finding->text, sizeof finding->text, format, args);
    va_end(args);
    examination->error_count += kind == ETP_FINDING_ERROR;
    examination->warning_count += kind == ETP_FINDING_WARNING;
}

/* ---- dry calls ---- */

/* The error begins with the hook's name; here that stands on a line of its own, before the traceback. */
static void report_failure(etp_examination *examination, const etp_rehearsal_hook *hook)
{
    size_t name = strlen(hook->name);
    bool named = strncmp(hook->error, hook->name, name) == 0 && strncmp(hook->error + name, ": ", 2) == 0;
    const char *text = hook->error + (named ? name + 2 : 0);
    size_t line = strcspn(text, "\n");
    const char *slash = strrchr(examination->path, '/');
    bool placed = strstr(text, slash != NULL ? slash + 1 : examination->path) != NULL;
    add_finding(examination, ETP_FINDING_ERROR, hook->name, "%s%s%.*s\n%s was called with %s%s",
                placed ? "" : examination->path, placed ? "" : ": ", (int)line, text, hook->name, hook->input,
                text + line);
}

static void report_failures(etp_examination *examination)
{
    const etp_rehearsal *rehearsal = &examination->rehearsal;
    for (unsigned i = 0; i < rehearsal->hook_count; i++)
        if (rehearsal->hooks[i].failures > 0)
            report_failure(examination, &rehearsal->hooks[i]);
}

static const etp_rehearsal_hook *find_hook(const etp_rehearsal *rehearsal, const char *name)
{
    for (unsigned i = 0; i < rehearsal->hook_count; i++)
        if (strcmp(rehearsal->hooks[i].name, name) == 0)
            return &rehearsal->hooks[i];
    return NULL;
}

/* A buyer that bids for nothing here may wait for other hours. */
static void note_silence(etp_examination *examination)
{
    const etp_rehearsal *rehearsal = &examination->rehearsal;
    const etp_rehearsal_hook *offers = find_hook(rehearsal, "on_offer");
    const etp_rehearsal_hook *results = find_hook(rehearsal, "on_result");
    if (examination->role != ETP_ROLE_AGGREGATOR || offers == NULL || offers->failures > 0 || rehearsal->bids > 0)
        return;
    add_finding(examination, ETP_FINDING_NOTE, NULL,
                "%s: it bid for none of the %u made-up offers%s; if that is not meant, look at what on_offer "
                "returns",
                examination->path, (unsigned)rehearsal->offers, results != NULL ? ", so on_result was not called" : "");
}

static void rehearse(etp_examination *examination, etp_script *script)
{
    examination->rehearsal = (etp_rehearsal){.size = sizeof examination->rehearsal};
    int result = etp_script_rehearse(script, &examination->rehearsal, NULL);
    if (result == ETP_ENOMEM)
        add_finding(examination, ETP_FINDING_ERROR, NULL, "%s: no memory for dry calls", examination->path);
    report_failures(examination);
    note_silence(examination);
}

/* ---- a reload ---- */

/* By itself, with what it knows after its dry calls. A hook that fails is a mistake; a state that is no plain data harms
 * only those who reload. */
static void try_reload(etp_examination *examination, etp_script *script)
{
    etp_error error = {0};
    if (etp_script_reload(script, 0, &error) == ETP_OK)
        return;
    bool hook = strstr(error.text, "in a dry call: ") == error.text || strstr(error.text, ": on_load: ") != NULL;
    add_finding(examination, hook ? ETP_FINDING_ERROR : ETP_FINDING_WARNING, NULL,
                "%s: --watch could not reload it after an edit: %s", examination->path, error.text);
}

/* ---- globals and parameters ---- */

static void report_global(etp_examination *examination, const etp_rehearsal_global *global)
{
    if (global->hook == NULL)
        add_finding(examination, ETP_FINDING_WARNING, NULL,
                    "%s: the global \"%s\" is written while the script loads; write \"local\" before it", global->place,
                    global->name);
    else
        add_finding(examination, ETP_FINDING_WARNING, global->hook,
                    "%s: %s writes the global \"%s\", which all nodes of the script share; write \"local\" before "
                    "it, or keep it in ctx.state.%s",
                    global->place, global->hook, global->name, global->name);
}

static bool is_word(char letter)
{
    return isalnum((unsigned char)letter) || letter == '_';
}

/* How many times a name stands in a text as a word of its own, and in which line first. */
static unsigned count_word(const char *text, const char *word, unsigned *line)
{
    unsigned count = 0, lines = 1;
    size_t size = strlen(word);
    for (const char *at = text; *at != '\0'; at++) {
        lines += *at == '\n';
        bool begins = (at == text || !is_word(at[-1])) && is_word(*at);
        if (!begins || strncmp(at, word, size) != 0 || is_word(at[size]))
            continue;
        if (count++ == 0)
            *line = lines;
    }
    return count;
}

/* The text of a file that has been loaded, or NULL. */
static char *read_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    char *text = file != NULL ? malloc(TEXT_BYTES_MAX + 1) : NULL;
    if (text != NULL)
        text[fread(text, 1, TEXT_BYTES_MAX, file)] = '\0';
    if (file != NULL)
        fclose(file);
    return text;
}

/* No dry call read it, and the file names it no second time: a parameter of a rare case is named there, at least. */
static void report_params(etp_examination *examination, const etp_script *script, uint64_t read)
{
    char *text = read_text(examination->path);
    etp_param param;
    unsigned line = 1;
    for (unsigned i = 0; text != NULL && etp_script_param(script, i, &param) == ETP_OK; i++) {
        if ((read >> i & 1) != 0 || count_word(text, param.name, &line) > 1)
            continue;
        add_finding(examination, ETP_FINDING_WARNING, NULL,
                    "%s:%u: the parameter \"%s\" is declared and never read; read it as ctx.params.%s, or take it "
                    "out",
                    examination->path, line, param.name, param.name);
    }
    free(text);
}

/* On a script of its own: looking on makes lines of errors less exact, and costs time. */
static void look_on(etp_examination *examination)
{
    etp_script *script = NULL;
    etp_rehearsal *watched = calloc(1, sizeof *watched);
    if (watched != NULL && etp_script_load(&script, examination->path, NULL, NULL) == ETP_OK) {
        *watched = (etp_rehearsal){.size = sizeof *watched, .watch = true};
        etp_script_rehearse(script, watched, NULL);
        for (unsigned i = 0; i < watched->global_count; i++)
            report_global(examination, &watched->globals[i]);
        report_params(examination, script, watched->params_read);
    }
    etp_script_free(script);
    free(watched);
}

/* ---- the whole ---- */

static void describe(etp_examination *examination, const etp_script *script)
{
    etp_script_stats stats;
    etp_error error = {0};
    etp_script_get_stats(script, &stats);
    examination->loaded = true;
    examination->memory = stats.memory_now;
    examination->role = etp_script_role(script);
    snprintf(examination->name, sizeof examination->name, "%s", etp_script_name(script));
    snprintf(examination->hash, sizeof examination->hash, "%s", etp_script_hash(script));
    if (etp_lineup_check_name(examination->path, examination->name, &error) != 0)
        add_finding(examination, ETP_FINDING_ERROR, NULL, "%s", error.text);
}

static void examine(etp_examination *examination)
{
    etp_error error = {0};
    etp_script *script = NULL;
    if (etp_script_load(&script, examination->path, NULL, &error) != ETP_OK) {
        add_finding(examination, ETP_FINDING_ERROR, NULL, "%s", error.text);
        return;
    }
    describe(examination, script);
    rehearse(examination, script);
    if (examination->error_count == 0)
        try_reload(examination, script);
    etp_script_free(script);
    look_on(examination);
    if (examination->error_count == 0)
        etp_examine_costs(examination);
}

/* A shipped script by its name, a reserve policy too. */
static char *find(const char *given)
{
    char *path = etp_shipped_find(given, "");
    if (path == NULL || access(path, F_OK) == 0)
        return path;
    free(path);
    return etp_shipped_find(given, "reserve/");
}

etp_examination *etp_examine(const char *given)
{
    etp_examination *examination = calloc(1, sizeof *examination);
    if (examination == NULL)
        return NULL;
    examination->path = find(given);
    if (examination->path == NULL) {
        free(examination);
        return NULL;
    }
    examine(examination);
    return examination;
}

void etp_examination_free(etp_examination *examination)
{
    if (examination == NULL)
        return;
    free(examination->path);
    free(examination);
}
