/* SPDX-License-Identifier: MIT */
/* How a value of each kind is read. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/config/keys.h"
#include "program/share.h"
#include "program/shipped.h"
#include "program/values.h"

static const double one_ppm = 1e6, ms_per_second = 1e3, mv_per_volt = 1e3, ns_per_second = 1e9, percent = 100;

static void *field_of(const etp_node_key *key, etp_node_config *config)
{
    return (char *)config + key->offset;
}

static bool is_number(etp_key_kind kind)
{
    return kind >= ETP_KEY_ID && kind <= ETP_KEY_VOLTS;
}

/* ---- numbers ---- */

/* The nearest whole number of units; what a person writes has few digits. */
static int64_t units(double number, double per_one)
{
    return (int64_t)floor(number * per_one + 0.5);
}

static void put_number(const etp_node_key *key, void *field, double number)
{
    switch (key->kind) {
    case ETP_KEY_ID:
        *(etp_id *)field = (etp_id)number;
        break;
    case ETP_KEY_COUNT:
        *(unsigned *)field = (unsigned)number;
        break;
    case ETP_KEY_SECONDS:
        *(etp_time *)field = units(number, ns_per_second);
        break;
    case ETP_KEY_MS:
        *(etp_time *)field = units(number, ns_per_second / ms_per_second);
        break;
    case ETP_KEY_HOURS:
        *(etp_time *)field = units(number, (double)ETP_NS_PER_HOUR);
        break;
    case ETP_KEY_KWH:
        etp_energy_from_kwh(number, field);
        break;
    case ETP_KEY_KW:
        etp_power_from_kw(number, field);
        break;
    case ETP_KEY_CENTS:
        etp_price_from_cents(number, -ETP_PRICE_MAX, ETP_PRICE_MAX, field);
        break;
    case ETP_KEY_DOLLARS:
        *(etp_money *)field = units(number, (double)ETP_MONEY_PER_DOLLAR);
        break;
    case ETP_KEY_SHARE:
        *(uint32_t *)field = (uint32_t)units(number, one_ppm);
        break;
    case ETP_KEY_PERCENT:
        *(uint32_t *)field = (uint32_t)units(number, one_ppm / percent);
        break;
    case ETP_KEY_VOLTS:
        *(uint32_t *)field = (uint32_t)units(number, mv_per_volt);
        break;
    default:
        break;
    }
}

static void read_number(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    double number;
    char range[80];
    etp_error error = {0};
    if (etp_table_number(config->table, key->path, &number, &error) != ETP_OK) {
        etp_findings_take(findings, &error);
        return;
    }
    etp_node_key_range(key, range, sizeof range);
    bool whole = key->kind == ETP_KEY_ID || key->kind == ETP_KEY_COUNT;
    if (number < key->low || number > key->high)
        etp_node_config_refuse(config, findings, key->path, "is %.12g; it has to be %s", number, range);
    else if (whole && floor(number) != number)
        etp_node_config_refuse(config, findings, key->path, "is %.12g; it has to be a whole number, %s", number, range);
    else
        put_number(key, field_of(key, config), number);
}

/* ---- texts ---- */

/* The text at the key's path, not an empty one; else NULL. */
static const char *text_of(const etp_node_key *key, const etp_node_config *config, etp_findings *findings)
{
    const char *text;
    etp_error error = {0};
    if (etp_table_text(config->table, key->path, &text, &error) != ETP_OK) {
        etp_findings_take(findings, &error);
        return NULL;
    }
    if (text[0] != '\0')
        return text;
    etp_node_config_refuse(config, findings, key->path, "is an empty text; leave the key out, or say %s",
                           etp_node_key_kind_name(key));
    return NULL;
}

static void read_word(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    char words[160];
    unsigned found = 0;
    const char *text = text_of(key, config, findings);
    if (text == NULL)
        return;
    while (key->words[found] != NULL && strcmp(key->words[found], text) != 0)
        found++;
    if (key->words[found] != NULL) {
        *(unsigned *)field_of(key, config) = found;
        return;
    }
    etp_node_key_range(key, words, sizeof words);
    etp_node_config_refuse(config, findings, key->path, "is \"%.40s\"; it has to be %s", text, words);
}

static void read_bool(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    etp_error error = {0};
    if (etp_table_bool(config->table, key->path, field_of(key, config), &error) != ETP_OK)
        etp_findings_take(findings, &error);
}

/* Files lie where the configuration lies, wherever the program is started. */
static const char *beside(etp_node_config *config, const char *text)
{
    char path[ETP_SHARE_PATH_MAX];
    if (text[0] == '/' || config->folder[0] == '\0')
        return text;
    snprintf(path, sizeof path, "%s%s", config->folder, text);
    return etp_node_config_keep(config, path);
}

static void read_file(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    const char *text = text_of(key, config, findings);
    if (text != NULL)
        *(const char **)field_of(key, config) = beside(config, text);
}

/* What is no file there may be the name of a shipped script. */
static void read_script(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    const char *text = text_of(key, config, findings);
    if (text == NULL)
        return;
    const char *path = beside(config, text);
    if (path != NULL && !etp_share_is_there(path) && strchr(text, '/') == NULL) {
        char *shipped = etp_shipped_find(text, config->role == ETP_NODE_BATTERY ? "reserve/" : "");
        if (shipped != NULL && etp_share_is_there(shipped))
            path = etp_node_config_keep(config, shipped);
        free(shipped);
    }
    *(const char **)field_of(key, config) = path;
}

/* ---- the rest ---- */

static void read_tariff(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    char number[40];
    double value;
    const char *text = number;
    etp_error error = {0};
    if (etp_table_kind(config->table, key->path) == ETP_VALUE_NUMBER) {
        etp_table_number(config->table, key->path, &value, NULL);
        snprintf(number, sizeof number, "%.15g", value);
    } else if (etp_table_text(config->table, key->path, &text, &error) != ETP_OK) {
        etp_findings_take(findings, &error);
        return;
    }
    if (etp_tariff_parse(field_of(key, config), text, &error) != ETP_OK)
        etp_node_config_refuse(config, findings, key->path, "is no tariff: %s", error.text);
}

static void read_text(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    const char *text = text_of(key, config, findings);
    if (text == NULL)
        return;
    if (key->kind == ETP_KEY_TEXT || etp_node_address_read(key, config, key->path, text, findings))
        *(const char **)field_of(key, config) = text;
}

static void check_section(const etp_node_key *key, const etp_node_config *config, etp_findings *findings)
{
    etp_value_kind kind = etp_table_kind(config->table, key->path);
    bool empty = kind == ETP_VALUE_LIST && etp_table_length(config->table, key->path) == 0;
    if (kind != ETP_VALUE_TABLE && !empty)
        etp_node_config_refuse(config, findings, key->path, "is %s; it has to be a table of keys",
                               etp_value_kind_name(kind));
}

void etp_node_kind_read(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    if (is_number(key->kind)) {
        read_number(key, config, findings);
        return;
    }
    switch (key->kind) {
    case ETP_KEY_SECTION:
        check_section(key, config, findings);
        break;
    case ETP_KEY_BOOL:
        read_bool(key, config, findings);
        break;
    case ETP_KEY_WORD:
        read_word(key, config, findings);
        break;
    case ETP_KEY_FILE:
        read_file(key, config, findings);
        break;
    case ETP_KEY_SCRIPT:
        read_script(key, config, findings);
        break;
    case ETP_KEY_TARIFF:
        read_tariff(key, config, findings);
        break;
    case ETP_KEY_LINKS:
    case ETP_KEY_DIALS:
    case ETP_KEY_ADDRESSES:
    case ETP_KEY_SERVERS:
        etp_node_links_read(key, config, field_of(key, config), findings);
        break;
    case ETP_KEY_IDS:
        etp_node_ids_read(key, config, findings);
        break;
    case ETP_KEY_PARAMS:
        etp_node_params_read(key, config, findings);
        break;
    default:
        read_text(key, config, findings);
    }
}

/* ---- defaults ---- */

void etp_node_kind_default(const etp_node_key *key, etp_node_config *config)
{
    double number;
    void *field = field_of(key, config);
    if (key->standard == NULL || key->standard[0] == '\0' || key->kind == ETP_KEY_BOOL)
        return; /* zeroed is what these are */
    if (key->kind == ETP_KEY_TARIFF) {
        etp_tariff_parse(field, key->standard, NULL);
    } else if (is_number(key->kind)) {
        if (etp_value_number(key->standard, &number))
            put_number(key, field, number);
    } else if (key->kind == ETP_KEY_WORD) {
        for (unsigned i = 0; key->words[i] != NULL; i++)
            if (strcmp(key->words[i], key->standard) == 0)
                *(unsigned *)field = i;
    }
}
