/* SPDX-License-Identifier: MIT */
#include "data/price_layout.h"

#include <stdio.h>

#include "data/head.h"
#include "data/value_look.h"

/* What lies outside was never a price: the floor is -1 000 A$/MWh, and the cap is still below 25 000. */
#define PRICE(column) .value = (column), .unit = "A$/MWh", .low = -1000 * 1000, .high = 25000 * 1000

const etp_value_layout etp_price_layouts[ETP_PRICE_LAYOUTS] = {
    {.format = {"price-and-demand", "AEMO's aggregated price and demand", "REGION SETTLEMENTDATE RRP", NULL,
                etp_price_look},
     .stamp = "SETTLEMENTDATE",
     PRICE("RRP"),
     .region = "REGION",
     .period = "PERIODTYPE"},
    {.format = {"mms-dispatch-price", "AEMO's MMS table DISPATCHPRICE, or a NEMWEB dispatch report with it", NULL,
                "DISPATCH PRICE", etp_price_look},
     .stamp = "SETTLEMENTDATE",
     PRICE("RRP"),
     .region = "REGIONID",
     .intervention = "INTERVENTION"},
    {.format = {"mms-trading-price", "AEMO's MMS table TRADINGPRICE, or a NEMWEB trading report with it", NULL,
                "TRADING PRICE", etp_price_look},
     .stamp = "SETTLEMENTDATE",
     PRICE("RRP"),
     .region = "REGIONID",
     .intervention = "INTERVENTION"},
    {.format = {"dispatch-price-flat", "an AEMO price table whose C, I and D rows were made one header",
                "SETTLEMENTDATE REGIONID RRP", NULL, etp_price_look},
     .stamp = "SETTLEMENTDATE",
     PRICE("RRP"),
     .region = "REGIONID",
     .intervention = "INTERVENTION",
     .proof = ETP_ZONE_OF_CHANGE,
     .proof_column = "LASTCHANGED"},
    {.format = {"spot-price-series", "AEMO's spot price as a series of one region", "time spot_price", NULL,
                etp_price_look},
     .stamp = "time",
     PRICE("spot_price"),
     .remark = "the column period, where there is one, is not read: published files are known in which it is wrong"},
    {.format = {"price-forecast", "a price forecast beside what came of it, of one region",
                "observed_at hour_of_day predicted_rrp_per_mwh actual_rrp_per_mwh", NULL, etp_price_look},
     .stamp = "observed_at",
     .scientific = true,
     PRICE("actual_rrp_per_mwh"),
     .proof = ETP_ZONE_OF_HOUR,
     .proof_column = "hour_of_day",
     .remark = "the price taken is the actual one; that a stamp names the END of its interval is our reading, as its "
               "publisher does not say: it may be off by one interval"},
};

/* The layout that has most of its columns here. */
static const etp_value_layout *nearest(const etp_data_head *head)
{
    const etp_value_layout *best = &etp_price_layouts[0];
    unsigned most = 0;
    for (unsigned i = 0; i < ETP_PRICE_LAYOUTS; i++) {
        unsigned shared = etp_data_head_shared(head, &etp_price_layouts[i].format, NULL);
        if (shared > most) {
            most = shared;
            best = &etp_price_layouts[i];
        }
    }
    return best;
}

static void say_what_is_missing(const etp_data_head *head, const char *name, etp_error *error)
{
    const etp_data_format *format = &nearest(head)->format;
    etp_span missing = {"", 0};
    char list[400];
    etp_data_head_shared(head, format, &missing);
    etp_column_list(&head->first, list, sizeof list);
    etp_fail(
        error, ETP_EFORMAT,
        "%s: line 1: there is no column named %.*s (%s has %s; found %s); take AEMO's \"price and demand\" file or "
        "another one of docs/data.md, or rename the columns",
        name, (int)missing.size, missing.text, format->title, format->columns, list);
}

static void list_tables(const etp_data_head *head, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (unsigned i = 0; i < head->table_count && size - used > sizeof head->tables[0]; i++)
        used += (size_t)snprintf(list + used, size - used, "%s%s", i > 0 ? ", " : "", head->tables[i]);
}

static const etp_value_layout *refuse(const etp_data_head *head, const char *name, etp_error *error)
{
    char list[ETP_ERROR_TEXT_MAX / 2];
    list_tables(head, list, sizeof list);
    if (head->mms)
        etp_fail(
            error, ETP_EFORMAT,
            "%s: an MMS or NEMWEB file without the table DISPATCH PRICE or TRADING PRICE (found %s); take one that "
            "has prices, such as DISPATCHPRICE",
            name, head->table_count > 0 ? list : "no table");
    else
        say_what_is_missing(head, name, error);
    return NULL;
}

const etp_value_layout *etp_price_layout_of(const etp_data_text *file, etp_error *error)
{
    etp_data_head head;
    const etp_value_layout *found = NULL;
    if (etp_data_head_read(&head, file, error) != 0)
        return NULL;
    for (unsigned i = 0; i < ETP_PRICE_LAYOUTS; i++) {
        if (!etp_data_head_fits(&head, &etp_price_layouts[i].format))
            continue;
        if (found != NULL && head.mms) {
            etp_fail(error, ETP_EFORMAT, "%s has both tables, %s and %s, of different intervals: keep the rows of one",
                     file->name, found->format.table, etp_price_layouts[i].format.table);
            return NULL;
        }
        if (found == NULL)
            found = &etp_price_layouts[i];
    }
    return found != NULL ? found : refuse(&head, file->name, error);
}

bool etp_format_is_of_prices(const etp_data_format *format)
{
    return format != NULL && format->look == etp_price_look;
}

int etp_price_look(etp_data_about *about, const etp_data_text *file, etp_error *error)
{
    const etp_value_layout *layout = etp_price_layout_of(file, error);
    return layout != NULL ? etp_value_look(about, file, layout, error) : ETP_EFORMAT;
}
