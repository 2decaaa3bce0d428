/* SPDX-License-Identifier: MIT */
/* A cell's result as JSON and back. All figures are whole numbers, so nothing is lost on the way. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_pieces.h"
#include "study/store.h"

/* ---- writing ---- */

static json_t *make_list(const int64_t *values, size_t count)
{
    list_builder to = begin_list();
    for (size_t i = 0; i < count; i++)
        append(&to, json_integer(values[i]));
    return finish_list(&to);
}

enum { SLICE_FIGURES = 9 };

static void spread_slice(const etp_ledger_slice *slice, int64_t figures[SLICE_FIGURES])
{
    const int64_t all[SLICE_FIGURES] = {(int64_t)slice->intervals,
                                        slice->offered,
                                        slice->sold,
                                        slice->paid,
                                        slice->worth,
                                        slice->spot,
                                        slice->cost,
                                        slice->gain,
                                        slice->best_gain};
    memcpy(figures, all, sizeof all);
}

static json_t *make_slices(const etp_ledger_slice *slices, size_t count)
{
    list_builder to = begin_list();
    for (size_t i = 0; i < count; i++) {
        int64_t figures[SLICE_FIGURES];
        spread_slice(&slices[i], figures);
        append(&to, make_list(figures, SLICE_FIGURES));
    }
    return finish_list(&to);
}

static json_t *make_homes(const etp_cell_result *result)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < result->homes; i++) {
        const int64_t figures[] = {result->home[i].profile, result->home[i].capacity};
        append(&to, make_list(figures, 2));
    }
    return finish_list(&to);
}

static json_t *make_firms(const etp_cell_result *result)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < result->firms; i++) {
        const etp_cell_firm *firm = &result->firm[i];
        builder one = begin();
        put_text(&one, "name", firm->name);
        put_count(&one, "portfolios", firm->portfolios);
        put_count(&one, "bids", firm->bids);
        put_count(&one, "trades", firm->trades);
        put_whole(&one, "energy", firm->energy);
        put_whole(&one, "paid", firm->paid);
        put_whole(&one, "worth", firm->worth);
        append(&to, finish(&one));
    }
    return finish_list(&to);
}

/* What the key is a hash of, a line each: for people who look into the file. */
static json_t *make_description(const etp_cell *cell, const etp_ground *ground)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool whole = out != NULL && etp_cell_describe(cell, ground, out);
    whole = out != NULL && fclose(out) == 0 && whole;
    list_builder to = begin_list();
    for (char *at = text; whole && at != NULL && *at != '\0';) {
        char *end = strchr(at, '\n');
        if (end != NULL)
            *end++ = '\0';
        append(&to, make_text(at));
        at = end;
    }
    free(text);
    return whole ? finish_list(&to) : NULL;
}

int etp_cell_write(const etp_cell *cell, const etp_ground *ground, const etp_cell_result *result, FILE *out)
{
    size_t places = (size_t)result->homes * result->blocks;
    builder to = begin();
    put_count(&to, "format", ETP_CELL_FORMAT);
    put_text(&to, "key", cell->key);
    put(&to, "of", make_description(cell, ground));
    put_count(&to, "blocks", result->blocks);
    put(&to, "homes", make_homes(result));
    put(&to, "cost", make_list(result->cost, places));
    if (etp_arm_has_market(cell->arm)) {
        put(&to, "sold", make_list(result->sold, places));
        put(&to, "income", make_list(result->income, places));
        put(&to, "total", make_slices(&result->total, 1));
        put(&to, "hours", make_slices(result->hour, ETP_LEDGER_HOURS));
        put(&to, "regimes", make_slices(result->regime, ETP_REGIMES));
        put(&to, "days", make_slices(result->day, result->days));
        put(&to, "firms", make_firms(result));
        put_count(&to, "trades", result->trades);
        put_count(&to, "bids", result->bids);
        put_count(&to, "auctions", result->auctions);
        put_count(&to, "lapses", result->lapses);
        put_count(&to, "misses", result->misses);
    }
    json_t *whole = finish(&to);
    if (whole == NULL)
        return ETP_ENOMEM;
    int failed = json_dumpf(whole, out, JSON_COMPACT);
    json_decref(whole);
    return failed != 0 || fputc('\n', out) == EOF ? ETP_EIO : ETP_OK;
}

/* ---- reading ---- */

/* False where it is no list of exactly so many whole numbers. */
static bool read_list(const json_t *list, int64_t *values, size_t count)
{
    if (!json_is_array(list) || json_array_size(list) != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *value = json_array_get(list, i);
        if (!json_is_integer(value))
            return false;
        values[i] = json_integer_value(value);
    }
    return true;
}

static bool read_slices(const json_t *list, etp_ledger_slice *slices, size_t count)
{
    if (!json_is_array(list) || json_array_size(list) != count)
        return false;
    for (size_t i = 0; i < count; i++) {
        int64_t f[SLICE_FIGURES];
        if (!read_list(json_array_get(list, i), f, SLICE_FIGURES))
            return false;
        slices[i] = (etp_ledger_slice){(uint64_t)f[0], f[1], f[2], f[3], f[4], f[5], f[6], f[7], f[8]};
    }
    return true;
}

static bool read_homes(const json_t *list, etp_cell_result *result)
{
    if (!json_is_array(list) || json_array_size(list) != result->homes)
        return false;
    for (unsigned i = 0; i < result->homes; i++) {
        int64_t figures[2];
        if (!read_list(json_array_get(list, i), figures, 2) || figures[0] < 0 || figures[0] > UINT32_MAX)
            return false;
        result->home[i] = (etp_cell_home){(uint32_t)figures[0], figures[1]};
    }
    return true;
}

static bool read_count(const json_t *from, const char *name, uint64_t *value)
{
    const json_t *count = json_object_get(from, name);
    *value = (uint64_t)json_integer_value(count);
    return json_is_integer(count) && json_integer_value(count) >= 0;
}

static bool read_firm(const json_t *from, etp_cell_firm *firm)
{
    const char *name = json_string_value(json_object_get(from, "name"));
    uint64_t portfolios, energy, paid;
    bool read = name != NULL && read_count(from, "portfolios", &portfolios) && read_count(from, "bids", &firm->bids) &&
                read_count(from, "trades", &firm->trades) && read_count(from, "energy", &energy) &&
                read_count(from, "paid", &paid) && json_is_integer(json_object_get(from, "worth"));
    if (!read || portfolios > UINT32_MAX)
        return false;
    snprintf(firm->name, sizeof firm->name, "%s", name);
    firm->portfolios = (unsigned)portfolios;
    firm->energy = (etp_energy)energy;
    firm->paid = (etp_money)paid;
    firm->worth = json_integer_value(json_object_get(from, "worth"));
    return true;
}

static bool read_firms(const json_t *list, etp_cell_result *result)
{
    if (!json_is_array(list) || json_array_size(list) != result->firms)
        return false;
    for (unsigned i = 0; i < result->firms; i++)
        if (!read_firm(json_array_get(list, i), &result->firm[i]))
            return false;
    return true;
}

static bool read_market(const json_t *from, etp_cell_result *result)
{
    size_t places = (size_t)result->homes * result->blocks;
    return read_list(json_object_get(from, "sold"), result->sold, places) &&
           read_list(json_object_get(from, "income"), result->income, places) &&
           read_slices(json_object_get(from, "total"), &result->total, 1) &&
           read_slices(json_object_get(from, "hours"), result->hour, ETP_LEDGER_HOURS) &&
           read_slices(json_object_get(from, "regimes"), result->regime, ETP_REGIMES) &&
           read_slices(json_object_get(from, "days"), result->day, result->days) &&
           read_firms(json_object_get(from, "firms"), result) && read_count(from, "trades", &result->trades) &&
           read_count(from, "bids", &result->bids) && read_count(from, "auctions", &result->auctions) &&
           read_count(from, "lapses", &result->lapses) && read_count(from, "misses", &result->misses);
}

static bool is_of_cell(const json_t *from, const etp_cell *cell)
{
    const char *key = json_string_value(json_object_get(from, "key"));
    return json_integer_value(json_object_get(from, "format")) == ETP_CELL_FORMAT && key != NULL &&
           strcmp(key, cell->key) == 0;
}

static bool read_all(const json_t *from, const etp_cell *cell, etp_cell_result *result)
{
    etp_cell_shape(cell, result);
    bool market = etp_arm_has_market(cell->arm);
    uint64_t blocks;
    return etp_cell_result_make(result, market) && read_count(from, "blocks", &blocks) && blocks == result->blocks &&
           read_homes(json_object_get(from, "homes"), result) &&
           read_list(json_object_get(from, "cost"), result->cost, (size_t)result->homes * result->blocks) &&
           (!market || read_market(from, result));
}

int etp_cell_read(const etp_cell *cell, FILE *in, etp_cell_result *result, etp_error *error)
{
    json_error_t why;
    *result = (etp_cell_result){0};
    json_t *whole = json_loadf(in, 0, &why);
    if (whole == NULL)
        return etp_fail(error, ETP_EFORMAT, "is no whole JSON (%s, line %d)", why.text, why.line);
    bool own = is_of_cell(whole, cell);
    bool read = own && read_all(whole, cell, result);
    json_decref(whole);
    if (read)
        return ETP_OK;
    etp_cell_result_fini(result);
    return etp_fail(error, ETP_EFORMAT,
                    own ? "lacks figures or has others" : "is not the result of the cell it is named after");
}
