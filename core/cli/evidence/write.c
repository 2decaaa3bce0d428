/* SPDX-License-Identifier: MIT */
/* The command evidence: where its results go, and writing them. */
#include "cli/evidence/evidence.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/output.h"
#include "program/status.h"
#include "report/document/document.h"

static const char page_suffix[] = ".html";

/* ---- names ---- */

static bool name_path(char path[4096], const char *stem, size_t size, const char *suffix)
{
    int written = snprintf(path, 4096, "%.*s%s", (int)size, stem, suffix);
    return written > 0 && written < 4096;
}

int etp_evidence_name_paths(etp_evidence_paths *paths, const etp_evidence_options *options, etp_error *error)
{
    const char *out = options->out;
    size_t size = strlen(out), ending = sizeof page_suffix - 1;
    if (size <= ending || strcmp(out + size - ending, page_suffix) != 0) {
        etp_fail(error, ETP_EINVAL, "--out names the page, which ends in .html: --out report.html, not %s", out);
        return ETP_EXIT_USAGE;
    }
    size -= ending;
    bool named = size < 4000 && name_path(paths->page, out, size, page_suffix) &&
                 name_path(paths->json, out, size, ".json") && name_path(paths->tables, out, size, "-tables") &&
                 (options->work != NULL ? name_path(paths->work, options->work, strlen(options->work), "")
                                        : name_path(paths->work, out, size, "-cells"));
    if (named)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ERANGE, "--out %s: the name is too long", out);
    return ETP_EXIT_USAGE;
}

/* As a shell reads it: in quotes where it has to be. */
static void write_word(FILE *out, const char *word)
{
    bool plain = *word != '\0' && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                               "-_./=,:+@%") == strlen(word);
    fputs(plain ? " " : " '", out);
    for (const char *at = word; *at != '\0'; at++)
        fputs(*at == '\'' ? "'\\''" : (const char[]){*at, '\0'}, out);
    fputs(plain ? "" : "'", out);
}

static void write_option(FILE *out, const char *option, const char *value)
{
    if (value == NULL)
        return;
    fputs(option, out);
    write_word(out, value);
}

char *etp_evidence_command(const etp_evidence_options *options)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    fputs("etp-engine evidence", out);
    write_option(out, " --data", options->data);
    write_option(out, " --scenario", options->scenario);
    for (unsigned i = 0; i < options->shared.set_count; i++)
        write_option(out, " --set", options->shared.sets[i]);
    if (options->quick)
        fputs(" --quick", out);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* ---- writing ---- */

static int fail_written(const etp_error *inner, const char *path, int result, etp_error *error)
{
    if (result == ETP_EIO && inner->text[0] == '\0')
        return etp_output_fail(path, errno, error);
    etp_fail(error, result, "%s: %s", path, inner->text[0] != '\0' ? inner->text : etp_strerror(result));
    return ETP_EXIT_FAILED;
}

typedef int (*writer)(const etp_document *document, FILE *out, etp_error *error);

static int write_json(const etp_document *document, FILE *out, etp_error *error)
{
    return etp_document_write_json(document, "evidence", out, error);
}

static int write_file(const etp_document *document, const char *path, writer write, etp_error *error)
{
    etp_output output;
    etp_error inner = {0};
    int status = etp_output_open(&output, path, true, error);
    if (status != ETP_EXIT_DONE)
        return status;
    errno = 0;
    int result = write(document, output.file, &inner);
    status = result == ETP_OK ? etp_output_finish(&output, error) : fail_written(&inner, path, result, error);
    etp_output_drop(&output);
    return status;
}

static int write_all(const etp_document *document, const etp_evidence_paths *paths, etp_error *error)
{
    etp_error inner = {0};
    int status = write_file(document, paths->json, write_json, error);
    if (status == ETP_EXIT_DONE && etp_document_has_pages())
        status = write_file(document, paths->page, etp_document_write_html, error);
    if (status != ETP_EXIT_DONE)
        return status;
    int result = etp_document_write_csv(document, paths->tables, &inner);
    return result == ETP_OK ? ETP_EXIT_DONE : fail_written(&inner, paths->tables, result, error);
}

/* What the estimates need of the scenario. */
static unsigned value_of(const etp_study_view *view, const char *name, unsigned standard)
{
    const etp_study_value *value = etp_study_find_value(view, name);
    return value != NULL ? (unsigned)value->number : standard;
}

/* The study's facts, and behind them what is to be said of its data. NULL when there is no memory; to be freed. */
static const char **join_facts(const etp_study_view *view, const etp_data_notes *notes)
{
    const char **facts = calloc((size_t)view->fact_count + notes->count + 1, sizeof *facts);
    for (unsigned i = 0; facts != NULL && i < view->fact_count; i++)
        facts[i] = view->facts[i];
    for (unsigned i = 0; facts != NULL && i < notes->count; i++)
        facts[view->fact_count + i] = notes->text[i];
    return facts;
}

static int fail_memory(etp_error *error)
{
    etp_fail(error, ETP_ENOMEM, "no memory for the report");
    return ETP_EXIT_FAILED;
}

static int write_view(const etp_study_view *view, etp_document *document, const etp_evidence_paths *paths,
                      etp_findings *findings, etp_error *error)
{
    const etp_estimate_how how = {.resamples = value_of(view, "estimate.resamples", 2000),
                                  .seed = value_of(view, "estimate.seed", 1)};
    bool whole = etp_study_estimate(view, &how, document, findings, error) == ETP_OK &&
                 etp_document_check(document, error) == ETP_OK;
    return whole ? write_all(document, paths, error) : ETP_EXIT_FAILED;
}

int etp_evidence_write(const etp_study *study, const etp_data_notes *notes, const etp_evidence_paths *paths,
                       etp_findings *findings, etp_error *error)
{
    etp_study_view view = *etp_study_view_of(study);
    etp_document *document = etp_document_new(study->scenario.title);
    const char **facts = join_facts(&view, notes);
    int status = ETP_EXIT_FAILED;
    if (document == NULL || facts == NULL) {
        fail_memory(error);
    } else {
        view.facts = facts;
        view.fact_count += notes->count;
        status = write_view(&view, document, paths, findings, error);
    }
    free(facts);
    etp_document_free(document);
    return status;
}
