/* SPDX-License-Identifier: MIT */
/* Links, peers, device ids, and parameters of scripts. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/config/keys.h"
#include "program/values.h"

enum { LINKS_MAX = 10000, PORT_MAX = 65535, PATH_MAX_TEXT = 160 };

static const char *const schemes[] = {"tcp://", "tls+tcp://", "ipc://", "ws://"};
enum { SCHEMES = sizeof schemes / sizeof schemes[0] };

/* ---- addresses ---- */

/* "HOST:PORT", with the host in brackets if it has colons itself. What is wrong as a sentence's end, or NULL. */
static const char *check_host_port(const char *text, size_t size)
{
    char port[8];
    uint64_t number;
    size_t colon = size;
    while (colon > 0 && text[colon - 1] != ':')
        colon--;
    if (colon <= 1)
        return "has no host and port, as in 10.0.0.7:7701";
    if (memchr(text, ':', colon - 1) != NULL && text[0] != '[')
        return "has an IPv6 host without brackets, as in [::1]:7701";
    if (size - colon >= sizeof port)
        return "has a port that is no number from 0 to 65535";
    snprintf(port, sizeof port, "%.*s", (int)(size - colon), text + colon);
    if (!etp_value_whole(port, &number) || number > PORT_MAX)
        return "has a port that is no number from 0 to 65535";
    return NULL;
}

static const char *check_url(const char *url)
{
    unsigned scheme = 0;
    while (scheme < SCHEMES && strncmp(url, schemes[scheme], strlen(schemes[scheme])) != 0)
        scheme++;
    if (strncmp(url, "inproc://", strlen("inproc://")) == 0)
        return "reaches nobody: inproc joins nodes of one process, and this one has one node";
    if (scheme == SCHEMES)
        return "does not begin with tcp://, tls+tcp://, ipc:// or ws://";
    const char *rest = url + strlen(schemes[scheme]);
    if (strcmp(schemes[scheme], "ipc://") == 0)
        return rest[0] != '\0' ? NULL : "has no path, as in ipc:///run/etp/home-17";
    return check_host_port(rest, strcspn(rest, "/"));
}

bool etp_node_address_read(const etp_node_key *key, etp_node_config *config, const char *path, const char *text,
                           etp_findings *findings)
{
    bool url = key->kind == ETP_KEY_LINKS || key->kind == ETP_KEY_DIALS;
    const char *wrong = url ? check_url(text) : check_host_port(text, strlen(text));
    if (wrong != NULL)
        etp_node_config_refuse(config, findings, path, "is \"%.80s\", which %s", text, wrong);
    return wrong == NULL;
}

/* ---- lists of links ---- */

static void refuse_twice(const etp_node_key *key, const etp_node_config *config, const etp_node_links *links,
                         const char *path, const char *text, etp_findings *findings)
{
    for (unsigned i = 0; i < links->count; i++)
        if (strcmp(links->list[i].url, text) == 0 && strstr(text, ":0") == NULL)
            etp_node_config_refuse(config, findings, path, "is \"%.80s\", which is in %s before", text, key->path);
}

static void add(const etp_node_key *key, etp_node_config *config, etp_node_links *links, const char *path,
                const char *text, etp_id device, etp_findings *findings)
{
    if (!etp_node_address_read(key, config, path, text, findings))
        return;
    refuse_twice(key, config, links, path, text, findings);
    links->list[links->count++] = (etp_node_link){text, device};
}

static void refuse_other_keys(const etp_node_config *config, const char *path, etp_findings *findings)
{
    const char *key;
    for (size_t i = 0; (key = etp_table_key(config->table, path, i)) != NULL; i++) {
        char where[PATH_MAX_TEXT];
        snprintf(where, sizeof where, "%s.%s", path, key);
        if (strcmp(key, "url") != 0 && strcmp(key, "device") != 0)
            etp_node_config_refuse(config, findings, where, "is not known here; a link has url and device");
    }
}

/* { url = "tcp://...", device = 2001 } */
static void add_table(const etp_node_key *key, etp_node_config *config, etp_node_links *links, const char *path,
                      etp_findings *findings)
{
    char where[PATH_MAX_TEXT];
    const char *url;
    int64_t device = 0;
    etp_error error = {0};
    refuse_other_keys(config, path, findings);
    snprintf(where, sizeof where, "%s.device", path);
    if (etp_table_kind(config->table, where) != ETP_VALUE_NONE &&
        etp_table_whole(config->table, where, &device, &error) == ETP_OK &&
        (device < 1 || device > (int64_t)ETP_ID_MAX))
        etp_node_config_refuse(config, findings, where, "is %lld; it has to be 1 to %lld", (long long)device,
                               (long long)ETP_ID_MAX);
    etp_findings_take(findings, &error);
    snprintf(where, sizeof where, "%s.url", path);
    if (etp_table_text(config->table, where, &url, &error) == ETP_OK)
        add(key, config, links, where, url, (etp_id)device, findings);
    etp_findings_take(findings, &error);
}

static void add_place(const etp_node_key *key, etp_node_config *config, etp_node_links *links, const char *path,
                      etp_findings *findings)
{
    const char *text;
    etp_error error = {0};
    bool may_be_table = key->kind == ETP_KEY_DIALS || key->kind == ETP_KEY_SERVERS;
    if (may_be_table && etp_table_kind(config->table, path) == ETP_VALUE_TABLE)
        add_table(key, config, links, path, findings);
    else if (etp_table_text(config->table, path, &text, &error) == ETP_OK)
        add(key, config, links, path, text, 0, findings);
    etp_findings_take(findings, &error);
}

void etp_node_links_read(const etp_node_key *key, etp_node_config *config, etp_node_links *links,
                         etp_findings *findings)
{
    bool is_list = etp_table_kind(config->table, key->path) == ETP_VALUE_LIST;
    size_t count = is_list ? etp_table_length(config->table, key->path) : 1;
    if (count > LINKS_MAX) {
        etp_node_config_refuse(config, findings, key->path, "has %zu entries; %d is the most", count, (int)LINKS_MAX);
        return;
    }
    links->list = calloc(count + 1, sizeof *links->list);
    if (links->list == NULL) {
        etp_findings_error(findings, "no memory for the links of %s", config->file);
        return;
    }
    if (!is_list)
        add_place(key, config, links, key->path, findings);
    for (size_t i = 0; is_list && i < count; i++) {
        char path[PATH_MAX_TEXT];
        snprintf(path, sizeof path, "%s[%zu]", key->path, i + 1);
        add_place(key, config, links, path, findings);
    }
}

/* ---- device ids ---- */

static void add_id(etp_node_config *config, etp_node_ids *ids, const char *path, etp_findings *findings)
{
    int64_t id;
    etp_error error = {0};
    if (etp_table_whole(config->table, path, &id, &error) != ETP_OK)
        etp_findings_take(findings, &error);
    else if (id < 1 || id > (int64_t)ETP_ID_MAX)
        etp_node_config_refuse(config, findings, path, "is %lld; it has to be 1 to %lld", (long long)id,
                               (long long)ETP_ID_MAX);
    else
        ids->list[ids->count++] = (etp_id)id;
}

void etp_node_ids_read(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    etp_node_ids *ids = (etp_node_ids *)(void *)((char *)config + key->offset);
    size_t count = etp_table_length(config->table, key->path);
    if (etp_table_kind(config->table, key->path) != ETP_VALUE_LIST || count == 0 || count > LINKS_MAX) {
        etp_node_config_refuse(config, findings, key->path, "has to be a list of 1 to %d device ids", (int)LINKS_MAX);
        return;
    }
    ids->list = calloc(count, sizeof *ids->list);
    if (ids->list == NULL) {
        etp_findings_error(findings, "no memory for %s of %s", key->path, config->file);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        char path[PATH_MAX_TEXT];
        snprintf(path, sizeof path, "%s[%zu]", key->path, i + 1);
        add_id(config, ids, path, findings);
    }
}

/* ---- parameters ---- */

void etp_node_params_read(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    const char *name;
    if (etp_table_kind(config->table, key->path) == ETP_VALUE_LIST && etp_table_length(config->table, key->path) > 0)
        etp_node_config_refuse(config, findings, key->path, "is a list; it has to be a table of NAME = number");
    else if (etp_table_kind(config->table, key->path) != ETP_VALUE_TABLE &&
             etp_table_kind(config->table, key->path) != ETP_VALUE_LIST)
        etp_node_config_refuse(config, findings, key->path, "is %s; it has to be a table of NAME = number",
                               etp_value_kind_name(etp_table_kind(config->table, key->path)));
    for (size_t i = 0; (name = etp_table_key(config->table, key->path, i)) != NULL; i++) {
        char path[PATH_MAX_TEXT];
        double value;
        etp_error error = {0};
        snprintf(path, sizeof path, "%s.%s", key->path, name);
        if (config->param_count == ETP_NODE_PARAMS_MAX)
            etp_node_config_refuse(config, findings, path, "is one too many; no script has over %d parameters",
                                   (int)ETP_NODE_PARAMS_MAX);
        else if (etp_table_number(config->table, path, &value, &error) == ETP_OK)
            config->params[config->param_count++] = (etp_node_param){name, value};
        etp_findings_take(findings, &error);
        if (config->param_count == ETP_NODE_PARAMS_MAX)
            return;
    }
}
