/* SPDX-License-Identifier: MIT */
#include "data/value_rows.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "data/head.h"
#include "data/region_name.h"
#include "world/calendar.h"

enum { COLUMN_STAMP, COLUMN_VALUE, COLUMN_REGION, COLUMN_INTERVENTION, COLUMN_PROOF, COLUMN_PERIOD, COLUMNS };

/* 1 A$/MWh is 1 000 micro-dollars per kWh, so three places make a price. */
enum { PLACES = 3, NO_COLUMN = ETP_CSV_FIELDS_MAX, NEM_ZONE = 600 };

typedef struct reader {
    const etp_value_layout *layout;
    etp_csv csv;
    etp_csv_row row;
    etp_error *error;
    etp_value_rows *rows;
    const char *names[COLUMNS];
    unsigned at[COLUMNS]; /* NO_COLUMN if the file has none */
    unsigned columns;     /* how many the header has; 0 while no table of ours is open */
    bool any;             /* a row was taken */
} reader;

#define REFUSE(r, ...) etp_csv_refuse(&(r)->csv, (r)->error, __VA_ARGS__)

/* ---- the header ---- */

/* Stamp, value and region must be there if the layout has them; the others may. */
static int find_columns(reader *r)
{
    static const char hint[] = "take the original file, or rename the columns";
    r->columns = r->row.count;
    for (unsigned i = 0; i < COLUMNS; i++) {
        r->at[i] = NO_COLUMN;
        if (r->names[i] == NULL)
            continue;
        bool needed = i <= COLUMN_REGION || etp_column_count(&r->row, r->names[i], &r->at[i]) > 1;
        int rc = needed ? etp_column_find(&r->csv, &r->row, r->names[i], hint, &r->at[i], r->error) : 0;
        if (rc != 0)
            return rc;
    }
    return 0;
}

static etp_span field(const reader *r, unsigned column)
{
    return etp_span_trim(r->row.fields[r->at[column]]);
}

/* Published files are known in which quotes are part of the text: """2025/12/28 00:00:06""". */
static etp_span unquoted(etp_span text)
{
    if (text.size >= 2 && text.text[0] == '"' && text.text[text.size - 1] == '"')
        return etp_span_trim((etp_span){text.text + 1, text.size - 2});
    return text;
}

/* ---- regions ---- */

/* `name` is shorter than ETP_REGION_NAME_MAX. */
static int add_region(reader *r, const char *name, uint8_t *region)
{
    etp_value_rows *rows = r->rows;
    for (unsigned i = 0; i < rows->region_count; i++) {
        if (strcmp(rows->regions[i], name) == 0) {
            *region = (uint8_t)i;
            return 0;
        }
    }
    if (rows->region_count == ETP_REGIONS_MAX)
        return REFUSE(r, "%s is the %dth region; is this the right file?", name, ETP_REGIONS_MAX + 1);
    *region = (uint8_t)rows->region_count;
    memcpy(rows->regions[rows->region_count++], name, strlen(name) + 1);
    return 0;
}

static int read_region(reader *r, uint8_t *region)
{
    if (r->at[COLUMN_REGION] == NO_COLUMN) {
        char name[ETP_REGION_NAME_MAX];
        r->rows->region_of_name = etp_region_of_name(r->csv.name, name);
        return add_region(r, name, region);
    }
    etp_span text = field(r, COLUMN_REGION);
    etp_shown shown = etp_span_show(text);
    if (etp_span_is(text, r->layout->region))
        return REFUSE(r, "the header is there again; where files were joined, keep the first header only");
    if (text.size == 0 || text.size >= ETP_REGION_NAME_MAX)
        return REFUSE(r, "%s is \"%s\"; a name of 1 to 15 letters and digits is expected, such as VIC1",
                      r->layout->region, shown.text);
    return add_region(r, shown.text, region);
}

/* ---- stamps ---- */

static int read_clock(reader *r, unsigned column, etp_time *when, int *zone)
{
    etp_span text = unquoted(field(r, column));
    etp_shown shown = etp_span_show(text);
    switch (etp_stamp_parse_zone(text, when, zone)) {
    case ETP_STAMP_OK:
        return 0;
    case ETP_STAMP_IMPOSSIBLE:
        return REFUSE(r, "%s is %s: there is no such day or time, or its year is outside 1990 to 2199",
                      r->names[column], shown.text);
    case ETP_STAMP_OFFSET:
    case ETP_STAMP_FORM:
    default:
        return REFUSE(r,
                      "%s is \"%s\"; expected like 2025/01/31 00:05:00 (a spreadsheet may have rewritten it: take the "
                      "original)",
                      r->names[column], shown.text);
    }
}

/* A dispatch price is written shortly before its interval ends; a half-hour's trading price with its last dispatch. */
static bool written_in_time(etp_time changed, etp_time end)
{
    return changed > end - 1800 * ETP_NS_PER_SECOND && changed <= end + 300 * ETP_NS_PER_SECOND;
}

/* Tells by the rest of the row whether the clock `when` is NEM time. */
static int is_nem_time(reader *r, etp_time when, bool *is)
{
    etp_time changed;
    int zone;
    int64_t hour;
    *is = false;
    if (r->at[COLUMN_PROOF] == NO_COLUMN)
        return 0;
    if (r->layout->proof == ETP_ZONE_OF_CHANGE) {
        int rc = read_clock(r, COLUMN_PROOF, &changed, &zone);
        *is = rc == 0 && zone == ETP_ZONE_NONE && written_in_time(changed, when);
        return rc;
    }
    *is = etp_decimal_parse(field(r, COLUMN_PROOF), 0, &hour) == ETP_DECIMAL_OK && when / ETP_NS_PER_HOUR % 24 == hour;
    return 0;
}

/* A zone other than NEM time's is right or wrong: published files are known of both kinds. What else the row says of its
 * time decides, and where it says nothing, a person must. */
static int settle_zone(reader *r, etp_time *when, int zone)
{
    etp_time converted = *when + (NEM_ZONE - zone) * 60 * ETP_NS_PER_SECOND;
    bool as_is = false, as_converted = false;
    int rc = is_nem_time(r, *when, &as_is);
    if (rc == 0)
        rc = is_nem_time(r, converted, &as_converted);
    if (rc != 0)
        return rc;
    if (as_is == as_converted)
        return REFUSE(r,
                      "%s is %s, with a time zone behind it that is not NEM time's, and nothing in the row that tells "
                      "whether the zone is right; stamps are NEM time (UTC+10): convert them if they are not, and "
                      "remove the zone",
                      r->layout->stamp, etp_span_show(unquoted(field(r, COLUMN_STAMP))).text);
    r->rows->wrong_zone |= as_is;
    r->rows->zone_converted |= as_converted;
    *when = as_is ? *when : converted;
    return 0;
}

static int read_stamp(reader *r, etp_time *end)
{
    int zone;
    int rc = read_clock(r, COLUMN_STAMP, end, &zone);
    if (rc != 0 || zone == ETP_ZONE_NONE || zone == NEM_ZONE)
        return rc;
    return settle_zone(r, end, zone);
}

/* ---- the value ---- */

static int read_value(reader *r, int64_t *value)
{
    const etp_value_layout *layout = r->layout;
    etp_span text = field(r, COLUMN_VALUE);
    if (text.size == 0)
        return REFUSE(r, "%s is empty; nothing is filled in: get the file again, or take the row out", layout->value);
    etp_decimal_result result = (layout->scientific ? etp_scientific_parse : etp_decimal_parse)(text, PLACES, value);
    if (result == ETP_DECIMAL_FORM)
        return REFUSE(r, "%s is \"%s\", which is no decimal number like 87.31 or -44", layout->value,
                      etp_span_show(text).text);
    if (result == ETP_DECIMAL_RANGE || *value < layout->low || *value > layout->high)
        return REFUSE(r, "%s is %s, outside %lld to %lld %s; is the unit right?", layout->value,
                      etp_span_show(text).text, (long long)(layout->low / 1000), (long long)(layout->high / 1000),
                      layout->unit);
    return 0;
}

/* As it is written: -0.0004 is, though it is kept as 0. */
static bool is_negative(etp_span text)
{
    if (text.size == 0 || text.text[0] != '-')
        return false;
    for (size_t i = 1; i < text.size; i++)
        if (text.text[i] >= '1' && text.text[i] <= '9')
            return true;
    return false;
}

static bool is_blank(const reader *r)
{
    return r->layout->may_be_blank && field(r, COLUMN_VALUE).size == 0;
}

/* Where the market operator intervened, a second row tells what the price would have been for the intervention. */
static int read_intervention(reader *r, bool *is)
{
    *is = false;
    if (r->at[COLUMN_INTERVENTION] == NO_COLUMN)
        return 0;
    etp_span text = field(r, COLUMN_INTERVENTION);
    *is = etp_span_is(text, "1");
    if (*is || etp_span_is(text, "0"))
        return 0;
    return REFUSE(r, "%s is \"%s\"; 0 or 1 is expected", r->layout->intervention, etp_span_show(text).text);
}

/* Some of the operator's files go on with what is forecast from the last price on. */
static int check_period(reader *r)
{
    static const char *const forecasts[] = {"PD", "PREDISPATCH", "FORECAST"};
    if (r->at[COLUMN_PERIOD] == NO_COLUMN)
        return 0;
    for (unsigned i = 0; i < sizeof forecasts / sizeof *forecasts; i++)
        if (etp_span_is(field(r, COLUMN_PERIOD), forecasts[i]))
            return REFUSE(r, "%s is %s: a forecast, and no price that was; cut the file before it", r->layout->period,
                          forecasts[i]);
    return 0;
}

/* ---- rows ---- */

static int keep(reader *r, const etp_value_row *row)
{
    etp_value_rows *rows = r->rows;
    if (rows->count == rows->room) {
        size_t room = rows->room > 0 ? rows->room * 2 : 1024;
        etp_value_row *grown = etp_memory_resize(rows->allocator, rows->rows, room * sizeof *grown);
        if (grown == NULL)
            return etp_fail(r->error, ETP_ENOMEM, "%s: no memory for its rows", r->csv.name);
        rows->rows = grown;
        rows->room = room;
    }
    rows->rows[rows->count++] = *row;
    return 0;
}

static int read_row(reader *r)
{
    etp_value_row row = {.line = (uint32_t)r->csv.line, .file = (uint16_t)r->rows->file_count};
    bool intervention = false, blank;
    if (r->row.count != r->columns)
        return REFUSE(r, "%u fields, where the header has %u; is the line cut off?", r->row.count, r->columns);
    int rc = read_region(r, &row.region);
    if (rc == 0)
        rc = read_stamp(r, &row.end);
    if (rc == 0)
        rc = read_intervention(r, &intervention);
    if (rc == 0)
        rc = check_period(r);
    blank = is_blank(r);
    if (rc == 0 && !blank)
        rc = read_value(r, &row.value);
    row.negative = is_negative(field(r, COLUMN_VALUE));
    if (rc != 0)
        return rc;
    r->any = true;
    if (!intervention && !blank)
        return keep(r, &row);
    r->rows->interventions[row.region] += intervention;
    r->rows->blanks[row.region] += blank;
    return 0;
}

/* ---- files with one header ---- */

static int read_flat(reader *r)
{
    int rc = etp_csv_next(&r->csv, &r->row, r->error);
    if (rc > 0)
        rc = find_columns(r);
    while (rc == 0 && (rc = etp_csv_next(&r->csv, &r->row, r->error)) > 0) {
        if (r->row.count == 0 && etp_csv_only_blank(&r->csv))
            return 0;
        if (r->row.count == 0)
            return REFUSE(r, "the line is empty, and rows follow; remove it");
        rc = read_row(r);
    }
    return rc;
}

/* ---- files with C, I and D rows ---- */

static bool is_ours(const reader *r)
{
    const char *words = r->layout->format.table;
    etp_span word;
    char name[ETP_SHOWN_MAX];
    for (unsigned i = 1; etp_word_next(&words, &word); i++) {
        snprintf(name, sizeof name, "%.*s", (int)word.size, word.text);
        if (r->row.count <= i || !etp_span_is(etp_span_trim(r->row.fields[i]), name))
            return false;
    }
    return true;
}

static int read_mms_row(reader *r)
{
    etp_span kind = etp_span_trim(r->row.fields[0]);
    if (etp_span_is(kind, "C")) {
        r->rows->ended |= r->row.count > 1 && etp_span_is(etp_span_trim(r->row.fields[1]), "END OF REPORT");
        return 0;
    }
    if (etp_span_is(kind, "I"))
        return is_ours(r) ? find_columns(r) : 0;
    if (!etp_span_is(kind, "D"))
        return REFUSE(r, "the row begins with \"%s\", where C, I or D should be; is the file damaged?",
                      etp_span_show(kind).text);
    if (!is_ours(r))
        return 0;
    if (r->columns == 0)
        return REFUSE(r, "a D row of %s before any I row that names its columns; take the whole file",
                      r->layout->format.table);
    return read_row(r);
}

static int read_mms(reader *r)
{
    int rc = 0;
    r->rows->ended = false;
    while (rc == 0 && (rc = etp_csv_next(&r->csv, &r->row, r->error)) > 0)
        rc = r->row.count == 0 ? 0 : read_mms_row(r);
    return rc;
}

/* ---- the whole ---- */

int etp_value_rows_read(etp_value_rows *rows, const etp_value_layout *layout, const etp_data_text *file,
                        etp_error *error)
{
    reader r = {.layout = layout,
                .csv = {file->name, file->text, 0},
                .error = error,
                .rows = rows,
                .names = {layout->stamp, layout->value, layout->region, layout->intervention, layout->proof_column,
                          layout->period}};
    int rc = layout->format.table != NULL ? read_mms(&r) : read_flat(&r);
    if (rc == 0 && !r.any)
        rc = REFUSE(&r, "the file has a header and no rows");
    rows->file_count++;
    return rc;
}

void etp_value_rows_fini(etp_value_rows *rows)
{
    etp_memory_resize(rows->allocator, rows->rows, 0);
    *rows = (etp_value_rows){0};
}
