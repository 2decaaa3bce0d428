/* SPDX-License-Identifier: MIT */
#include "study/colophon.h"

#include <stdio.h>

#include "report/document/document.h"

static void write_values(const etp_study_view *view, etp_document *document)
{
    etp_sheet *sheet = etp_document_table(document, "scenario", "Values that all experiments start from");
    etp_sheet_column(sheet, "name", "parameter", "", 0);
    etp_sheet_column(sheet, "value", "value", "", 0);
    etp_sheet_column(sheet, "unit", "unit", "", 0);
    for (unsigned i = 0; i < view->value_count; i++) {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, view->values[i].name);
        etp_sheet_text(sheet, view->values[i].text);
        etp_sheet_text(sheet, view->values[i].unit);
    }
}

static unsigned count_homes(const etp_study_view *view, unsigned experiment, unsigned point)
{
    for (unsigned arm = 0; arm < ETP_ARMS; arm++) {
        for (unsigned world = 0; world < ETP_PRICE_WORLDS; world++) {
            const etp_cell_result *cell = view->find(view, experiment, point, (etp_arm)arm, (etp_price_world)world, 0);
            if (cell != NULL)
                return cell->homes;
        }
    }
    return 0;
}

static void write_points(const etp_study_view *view, etp_document *document)
{
    etp_sheet *sheet = etp_document_table(document, "points", "What was run");
    etp_sheet_column(sheet, "experiment", "experiment", "", 0);
    etp_sheet_column(sheet, "point", "point", "", 0);
    etp_sheet_column(sheet, "region", "region", "", 0);
    etp_sheet_column(sheet, "span", "days", "", 0);
    etp_sheet_column(sheet, "interval", "interval", "min", 0);
    etp_sheet_column(sheet, "homes", "homes in each run", "", 0);
    etp_sheet_column(sheet, "seeds", "seeds", "", 0);
    etp_sheet_column(sheet, "note", "note", "", 0);
    for (unsigned i = 0; i < view->experiment_count; i++) {
        for (unsigned j = 0; j < view->experiments[i].point_count; j++) {
            const etp_study_point *point = &view->experiments[i].points[j];
            etp_sheet_row(sheet);
            etp_sheet_text(sheet, view->experiments[i].title);
            etp_sheet_text(sheet, point->label);
            etp_sheet_text(sheet, point->region[0] != '\0' ? point->region : "made up");
            etp_sheet_text(sheet, point->span);
            etp_sheet_number(sheet, (double)(point->interval / ETP_NS_PER_SECOND) / 60);
            etp_sheet_number(sheet, count_homes(view, i, j));
            etp_sheet_number(sheet, point->seeds);
            etp_sheet_text(sheet, point->condition);
        }
    }
}

static void write_files(const etp_study_view *view, etp_document *document)
{
    if (view->file_count == 0)
        return;
    etp_sheet *sheet = etp_document_table(document, "files", "Files that were read");
    etp_sheet_column(sheet, "name", "file", "", 0);
    etp_sheet_column(sheet, "what", "what it is", "", 0);
    etp_sheet_column(sheet, "hash", "XXH3", "", 0);
    etp_sheet_column(sheet, "note", "what was found", "", 0);
    for (unsigned i = 0; i < view->file_count; i++) {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, view->files[i].name);
        etp_sheet_text(sheet, view->files[i].what);
        etp_sheet_text(sheet, view->files[i].hash);
        etp_sheet_text(sheet, view->files[i].note);
    }
}

void etp_study_colophon(const etp_study_view *view, etp_document *document)
{
    etp_document_section(document, "made-again", "How to make this again");
    etp_document_text(document,
                      "The same command, with the same program, scenario and files, gives the same figures to the last "
                      "digit, whatever machine it runs on, on however many processors.");
    etp_document_text(document, "%s", view->command);
    write_points(view, document);
    write_values(view, document);
    write_files(view, document);
    etp_document_meta(document, "version", "etp-engine %s", view->version);
    etp_document_meta(document, "command", "%s", view->command);
    if (view->attribution[0] != '\0')
        etp_document_meta(document, "data", "%s", view->attribution);
}
