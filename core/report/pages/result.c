/* SPDX-License-Identifier: MIT */
/* Which kind of result it is, and what all of them have in common. */
#include "report/pages/pages.h"

#include <string.h>

#include "etp/run.h"
#include "report/document/document_json.h"
#include "report/pages/internal.h"

double etp_page_dollars(etp_page *page, const json_t *object, const char *name)
{
    return etp_fields_number(&page->from, object, name) / ETP_MONEY_PER_DOLLAR;
}

double etp_page_kwh(etp_page *page, const json_t *object, const char *name)
{
    return etp_fields_number(&page->from, object, name) / ETP_ENERGY_PER_KWH;
}

void etp_page_meta(etp_page *page)
{
    etp_document_meta(page->document, "Made by", "etp-engine %s, command %s",
                      etp_fields_text(&page->from, page->result, "version"),
                      etp_fields_text(&page->from, page->result, "command"));
    etp_document_meta(page->document, "Seed", "%s", etp_fields_text(&page->from, page->result, "seed"));
}

static void put_setting(etp_sheet *sheet, const json_t *value)
{
    if (json_is_string(value))
        etp_sheet_text(sheet, json_string_value(value));
    else if (json_is_number(value))
        etp_sheet_textf(sheet, "%.10g", json_number_value(value));
    else if (json_is_boolean(value))
        etp_sheet_text(sheet, json_is_true(value) ? "yes" : "no");
    else
        etp_sheet_empty(sheet);
}

void etp_page_settings(etp_page *page, const char *id, const char *title, const json_t *object)
{
    const char *name;
    json_t *value;
    etp_sheet *sheet = etp_document_table(page->document, id, title);
    etp_sheet_column(sheet, "name", "Name", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "value", "Value", "", ETP_DIGITS_AUTO);
    json_object_foreach((json_t *)object, name, value)
    {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, name);
        put_setting(sheet, value);
    }
}

/* ---- which kind it is ---- */

static int refuse_foreign(const json_t *result, etp_error *error)
{
    const char *command = json_string_value(json_object_get(result, "command"));
    if (command == NULL)
        return etp_fail(error, ETP_EFORMAT,
                        "it is JSON, but no result of etp-engine: it does not say which command made it. A result is "
                        "what run, tournament or evidence write with --json or --out");
    return etp_fail(error, ETP_EFORMAT,
                    "it is a result of '%.40s', of which there is no page; there is one of run, tournament and "
                    "evidence",
                    command);
}

static int check_version(const json_t *result, etp_error *error)
{
    const json_t *version = json_object_get(result, "schema_version");
    if (json_is_integer(version) && json_integer_value(version) == ETP_SCHEMA_VERSION)
        return ETP_OK;
    const char *maker = json_string_value(json_object_get(result, "version"));
    return etp_fail(error, ETP_EFORMAT,
                    "its schema_version is not %d: it was written by another version (%.40s) of the program",
                    ETP_SCHEMA_VERSION, maker != NULL ? maker : "it does not say which");
}

static int make(etp_document **document, const json_t *result, void make_page(etp_page *), etp_error *error)
{
    etp_page page = {.from = {.place = "the result", .error = error}, .result = result, .error = error};
    make_page(&page);
    int status = page.from.result != ETP_OK ? page.from.result : etp_document_check(page.document, error);
    if (status == ETP_OK)
        *document = page.document;
    else
        etp_document_free(page.document);
    return status;
}

int etp_document_from_result(etp_document **document, const json_t *result, etp_error *error)
{
    static const struct {
        const char *command;
        void (*make_page)(etp_page *page);
    } kinds[] = {{"run", etp_page_of_run}, {"tournament", etp_page_of_league}};
    const char *command = json_string_value(json_object_get(result, "command"));
    const json_t *own = json_object_get(result, "document");
    *document = NULL;
    if (command == NULL)
        return refuse_foreign(result, error);
    int status = check_version(result, error);
    if (status != ETP_OK)
        return status;
    if (own != NULL)
        return etp_document_from_json(document, own, error);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(command, kinds[i].command) == 0)
            return make(document, result, kinds[i].make_page, error);
    return refuse_foreign(result, error);
}
