/* SPDX-License-Identifier: MIT */
#include "node/parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "etp/rehearsal.h"
#include "node/config/keys.h"
#include "program/shipped.h"

enum { NAME_MAX_BYTES = 64, PATH_BYTES = 4096 };
static etp_error none;

/* ---- the script ---- */

static const char *script_path(const etp_node_config *config)
{
    return config->role == ETP_NODE_BATTERY ? config->reserve : config->strategy;
}

static const char *script_key(const etp_node_config *config)
{
    return config->role == ETP_NODE_BATTERY ? "reserve" : "strategy";
}

int etp_node_params_apply(etp_script *script, const etp_node_config *config, etp_error *error)
{
    const char *names[ETP_NODE_PARAMS_MAX];
    double values[ETP_NODE_PARAMS_MAX];
    for (unsigned i = 0; i < config->param_count; i++) {
        names[i] = config->params[i].name;
        values[i] = config->params[i].value;
    }
    return etp_script_set_many(script, names, values, config->param_count, error);
}

static void refuse_script(const etp_node_config *config, int result, const char *text, etp_findings *findings)
{
    char nearest[NAME_MAX_BYTES];
    const char *folder = config->role == ETP_NODE_BATTERY ? "reserve/" : "";
    if (result == ETP_ENOENT && etp_shipped_nearest(script_path(config), folder, nearest, sizeof nearest))
        etp_node_config_refuse(
            config, findings, script_key(config),
            "cannot be loaded: %s: there is no such file, nor a shipped script of that name; did you "
            "mean %s?",
            script_path(config), nearest);
    else if (result == ETP_ENOENT)
        etp_node_config_refuse(config, findings, script_key(config),
                               "cannot be loaded: %s: there is no such file, nor a shipped script of that name",
                               script_path(config));
    else
        etp_node_config_refuse(config, findings, script_key(config), "cannot be loaded: %s", text);
}

/* NULL where there is none, or it was refused. */
static etp_script *load_script(const etp_node_config *config, const etp_logger *logger, etp_findings *findings)
{
    etp_script *script = NULL;
    etp_error error = none;
    etp_script_options options;
    const etp_role wanted = config->role == ETP_NODE_BATTERY ? ETP_ROLE_BESS : ETP_ROLE_AGGREGATOR;
    if (config->role == ETP_NODE_RELAY || script_path(config) == NULL)
        return NULL;
    etp_script_defaults(&options);
    options.suspend_after = ETP_SUSPEND_AFTER;
    options.suspend_after_overruns = ETP_SUSPEND_AFTER_OVERRUNS;
    options.logger = logger;
    int result = etp_script_load(&script, script_path(config), &options, &error);
    if (result != ETP_OK) {
        refuse_script(config, result, error.text, findings);
        return NULL;
    }
    if (etp_script_role(script) != wanted)
        etp_node_config_refuse(config, findings, script_key(config), "names %s, which is for the role %s",
                               script_path(config), etp_role_name(etp_script_role(script)));
    else if (etp_node_params_apply(script, config, &error) != ETP_OK)
        etp_node_config_refuse(config, findings, "params", "do not fit %s: %s", script_path(config), error.text);
    else
        return script;
    etp_script_free(script);
    return NULL;
}

/* A rehearsal changes what a script knows: this one is thrown away. */
static void rehearse(const etp_node_config *config, etp_findings *findings)
{
    etp_error error = none;
    etp_script *script = load_script(config, NULL, findings);
    if (script != NULL && etp_script_rehearse(script, NULL, &error) != ETP_OK)
        etp_node_config_refuse(config, findings, script_key(config), "fails in a dry call: %s", error.text);
    etp_script_free(script);
}

/* ---- who it is ---- */

static void load_identity(etp_node_parts *parts, const etp_node_config *config, etp_findings *findings)
{
    etp_error error = none;
    int result = etp_identity_load(&parts->identity, config->key, NULL, &error);
    if (result != ETP_OK)
        etp_node_config_refuse(config, findings, "key", "cannot be used: %s%s", error.text,
                               access(config->key, F_OK) != 0 ? "; etp-engine keygen makes one" : "");
    else if (etp_identity_device(parts->identity) != config->device)
        etp_node_config_refuse(config, findings, "key", "is of device %llu, and this node is device %llu",
                               (unsigned long long)etp_identity_device(parts->identity),
                               (unsigned long long)config->device);
}

int etp_node_trust_load(etp_trust **trust, const etp_node_config *config, etp_error *error)
{
    return etp_trust_load(trust, config->trust, NULL, error);
}

/* The line that others trust this node by often stands in the same list; a wrong one there means a key was mixed up. */
static void check_own_line(const etp_node_parts *parts, const etp_node_config *config, etp_findings *findings)
{
    const etp_trust_entry *own = etp_trust_find(parts->trust, config->device);
    bool same = own == NULL;
    for (unsigned i = 0; own != NULL && i < own->key_count; i++)
        same = same || etp_public_key_equal(&own->keys[i], etp_identity_public(parts->identity));
    if (!same)
        etp_findings_warning(findings,
                             "%s has another public key for device %llu than %s: peers with that line refuse this node",
                             config->trust, (unsigned long long)config->device, config->key);
}

static void warn_of_strangers(const etp_node_parts *parts, const etp_node_config *config, etp_findings *findings)
{
    size_t others = 0;
    for (size_t i = 0; i < etp_trust_count(parts->trust); i++)
        others += etp_trust_at(parts->trust, i)->device != config->device;
    if (others == 0)
        etp_findings_warning(findings, "%s has nobody in it but this node: nobody may trade with it", config->trust);
    for (unsigned i = 0; i < config->dial.count; i++)
        if (config->dial.list[i].device != 0 && etp_trust_find(parts->trust, config->dial.list[i].device) == NULL)
            etp_node_config_refuse(config, findings, "dial", "wants device %llu, which %s does not have",
                                   (unsigned long long)config->dial.list[i].device, config->trust);
}

static void load_trust(etp_node_parts *parts, const etp_node_config *config, etp_findings *findings)
{
    etp_error error = none;
    if (etp_node_trust_load(&parts->trust, config, &error) != ETP_OK) {
        etp_node_config_refuse(config, findings, "trust", "cannot be used: %s%s", error.text,
                               access(config->trust, F_OK) != 0 ? "; it has the lines that etp-engine keygen prints"
                                                                : "");
        return;
    }
    warn_of_strangers(parts, config, findings);
    if (parts->identity != NULL)
        check_own_line(parts, config, findings);
}

/* ---- all of them ---- */

static void check_file(const etp_node_config *config, const char *key, const char *path, etp_findings *findings)
{
    if (path != NULL && access(path, R_OK) != 0)
        etp_node_config_refuse(config, findings, key, "cannot be read: %s: %s", path, strerror(errno));
}

/* It is opened when the node starts; here nothing is made. */
static void check_audit(const etp_node_config *config, etp_findings *findings)
{
    struct stat about;
    char folder[PATH_BYTES];
    const char *path = config->audit;
    if (path == NULL)
        return;
    if (stat(path, &about) != 0) {
        const char *slash = strrchr(path, '/');
        snprintf(folder, sizeof folder, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1,
                 slash != NULL ? path : ".");
        path = folder;
    } else if (S_ISDIR(about.st_mode)) {
        etp_node_config_refuse(config, findings, "audit", "cannot be written to: %s is a folder", path);
        return;
    }
    if (access(path, W_OK) != 0)
        etp_node_config_refuse(config, findings, "audit", "cannot be written to: %s: %s", path, strerror(errno));
}

bool etp_node_parts_load(etp_node_parts *parts, const etp_node_config *config, const etp_logger *logger, etp_time now,
                         etp_findings *findings)
{
    etp_error error = none;
    unsigned before = findings->errors;
    *parts = (etp_node_parts){.identity = NULL};
    if (!config->open) {
        load_identity(parts, config, findings);
        load_trust(parts, config, findings);
    }
    check_audit(config, findings);
    check_file(config, "tls.ca", config->tls.ca, findings);
    check_file(config, "tls.certificate", config->tls.certificate, findings);
    check_file(config, "tls.key", config->tls.key, findings);
    parts->script = load_script(config, logger, findings);
    if (etp_price_feed_open(&parts->feed, config, logger, now, &error) != ETP_OK)
        etp_node_config_refuse(config, findings, "prices.file", "cannot be used: %s", error.text);
    return findings->errors == before;
}

bool etp_node_parts_rehearse(const etp_node_config *config, etp_findings *findings)
{
    unsigned before = findings->errors;
    rehearse(config, findings);
    return findings->errors == before;
}

void etp_node_parts_warn(const etp_node_config *config, etp_findings *findings)
{
    etp_findings own = {.count = 0};
    etp_node_parts_rehearse(config, &own);
    for (unsigned i = 0; i < own.count; i++)
        etp_findings_warning(findings, "%.*s", (int)strcspn(own.list[i].text, "\n"), own.list[i].text);
    etp_findings_fini(&own);
}

void etp_node_parts_fini(etp_node_parts *parts)
{
    etp_identity_free(parts->identity);
    etp_trust_free(parts->trust);
    etp_script_free(parts->script);
    etp_price_feed_close(parts->feed);
    *parts = (etp_node_parts){.identity = NULL};
}
