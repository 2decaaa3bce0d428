/* SPDX-License-Identifier: MIT */
/* How the market's machinery fared: messages, refusals, links, memory, scripts. */
#include <math.h>
#include <stdio.h>

#include "report/pages/internal.h"

/* ---- messages ---- */

static void put_message(etp_page *page, etp_sheet *sheet, const char *type, const json_t *message)
{
    static const char *const counts[] = {"sent", "received"};
    static const char *const delays[] = {"p50_us", "p99_us", "max_us", "limit_us"};
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, type);
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        etp_sheet_number(sheet, etp_fields_number(&page->from, message, counts[i]));
    for (size_t i = 0; i < sizeof delays / sizeof delays[0]; i++)
        etp_sheet_number(sheet, etp_fields_number(&page->from, message, delays[i]) / 1000);
    etp_sheet_number(sheet, etp_fields_number(&page->from, message, "misses"));
}

static bool was_used(const json_t *message)
{
    return json_number_value(json_object_get(message, "sent")) > 0 ||
           json_number_value(json_object_get(message, "received")) > 0;
}

static void put_messages(etp_page *page, const json_t *messages)
{
    const char *type;
    json_t *message;
    etp_sheet *sheet = etp_document_table(page->document, "messages", "Messages of the market and their delays");
    etp_sheet_column(sheet, "message", "Message", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "sent", "Sent", "", 0);
    etp_sheet_column(sheet, "received", "Received", "", 0);
    etp_sheet_column(sheet, "p50", "Median", "ms", 1);
    etp_sheet_column(sheet, "p99", "99 % below", "ms", 1);
    etp_sheet_column(sheet, "max", "Longest", "ms", 1);
    etp_sheet_column(sheet, "limit", "Limit", "ms", 0);
    etp_sheet_column(sheet, "misses", "Misses", "", 0);
    etp_sheet_note(sheet, "From creation by the sender to processing by the receiver. A miss is a message that was "
                          "processed later than its limit.");
    json_object_foreach((json_t *)messages, type, message)
    {
        if (was_used(message))
            put_message(page, sheet, type, message);
    }
}

/* ---- what arrived and was not acted on ---- */

static void put_refusals(etp_page *page, const json_t *refused)
{
    const char *reason;
    json_t *times;
    etp_sheet *sheet = NULL;
    json_object_foreach((json_t *)refused, reason, times)
    {
        if (json_number_value(times) <= 0)
            continue;
        if (sheet == NULL) {
            sheet = etp_document_table(page->document, "refusals", "What arrived and was not acted on");
            etp_sheet_column(sheet, "reason", "Reason", "", ETP_DIGITS_AUTO);
            etp_sheet_column(sheet, "times", "Times", "", 0);
        }
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, reason);
        etp_sheet_number(sheet, json_number_value(times));
    }
    if (sheet == NULL)
        etp_document_text(page->document, "Nothing that arrived was refused.");
}

/* ---- counts ---- */

static void put_count(etp_page *page, etp_sheet *sheet, const json_t *of, const char *field, const char *label)
{
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, label);
    etp_sheet_number(sheet, etp_fields_number(&page->from, of, field));
}

static void put_counts(etp_page *page, const json_t *market)
{
    const json_t *network = etp_fields_object(&page->from, market, "network");
    const json_t *memory = etp_fields_object(&page->from, market, "memory");
    etp_sheet *sheet = etp_document_table(page->document, "counts", "Auctions, links and memory");
    etp_sheet_column(sheet, "what", "What", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "count", "Count", "", 0);
    put_count(page, sheet, market, "intervals", "Market intervals");
    put_count(page, sheet, market, "auctions", "Auctions opened");
    put_count(page, sheet, market, "bids", "Bids that batteries processed");
    put_count(page, sheet, market, "trades", "Trades: awards that were confirmed");
    put_count(page, sheet, market, "lapses", "Awards that were not confirmed in time");
    put_count(page, sheet, market, "in_doubt", "Trades of which the buyer had no receipt at the end");
    put_count(page, sheet, network, "frames_sent", "Frames handed to the links");
    put_count(page, sheet, network, "frames_lost", "Frames lost by chance");
    put_count(page, sheet, network, "frames_flipped", "Frames with a bit flipped");
    put_count(page, sheet, network, "frames_duplicated", "Frames given out twice");
    put_count(page, sheet, network, "bytes_sent", "Bytes of all frames");
    put_count(page, sheet, memory, "peak_bytes", "Memory of engine, homes and batteries, bytes");
    put_count(page, sheet, memory, "network_bytes", "Memory of the links, bytes");
}

void etp_page_run_traffic(etp_page *page)
{
    const json_t *market = page->runs[0].of;
    etp_fields_place(&page->from, "runs.market");
    etp_document_section(page->document, "traffic", "Messages and links");
    put_messages(page, etp_fields_object(&page->from, market, "messages"));
    put_refusals(page, etp_fields_object(&page->from, market, "refused"));
    put_counts(page, market);
}

/* ---- scripts ---- */

static void put_params(etp_sheet *sheet, const json_t *params)
{
    const char *name;
    json_t *value;
    char text[512] = "";
    size_t used = 0;
    json_object_foreach((json_t *)params, name, value)
    {
        char one[128];
        int size = snprintf(one, sizeof one, "%s%.60s = %.10g", used > 0 ? ", " : "", name, json_number_value(value));
        if (size > 0 && used + (size_t)size < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s", one);
    }
    etp_sheet_text(sheet, text);
}

static void put_script(etp_page *page, etp_sheet *sheet, const json_t *script)
{
    const char *last = etp_fields_text(&page->from, script, "last_error");
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_fields_text(&page->from, script, "name"));
    put_params(sheet, etp_fields_object(&page->from, script, "params"));
    etp_sheet_number(sheet, etp_fields_number(&page->from, script, "script_calls"));
    etp_sheet_number(sheet, etp_fields_number(&page->from, script, "script_errors"));
    etp_sheet_textf(sheet, "%s%s", etp_fields_bool(&page->from, script, "suspended") ? "not called any more: " : "",
                    last);
    etp_sheet_textf(sheet, "%.8s", etp_fields_text(&page->from, script, "source_hash"));
}

void etp_page_run_scripts(etp_page *page)
{
    size_t i;
    const json_t *firm, *market = page->runs[0].of;
    etp_document_section(page->document, "scripts", "Scripts");
    etp_sheet *sheet = etp_document_table(page->document, "scripts-used", "Scripts that took part in the market");
    etp_sheet_column(sheet, "script", "Script", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "parameters", "Parameters", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "calls", "Calls", "", 0);
    etp_sheet_column(sheet, "errors", "Failed", "", 0);
    etp_sheet_column(sheet, "last_error", "Last error", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "hash", "Source", "", ETP_DIGITS_AUTO);
    etp_fields_place(&page->from, "runs.market.firms");
    json_array_foreach(json_object_get(market, "firms"), i, firm) put_script(page, sheet, firm);
    etp_fields_place(&page->from, "runs.market");
    put_script(page, sheet, etp_fields_object(&page->from, market, "policy"));
    etp_sheet_note(sheet, "The last one is the batteries' reserve policy. Source: the first digits of the hash.");
}
