/* SPDX-License-Identifier: MIT */
/* Configurations of nodes for tests, as texts in files. */
#ifndef ETP_TEST_NODE_CONFIG_H
#define ETP_TEST_NODE_CONFIG_H

#include "test_files.h"

#include "node/config/keys.h"

static const char battery_text[] = "return {\n"
                                   "  api = 1, role = 'battery', device = 1001,\n"
                                   "  key = 'home.key', trust = 'trusted',\n"
                                   "  dial = { 'tls+tcp://agg.example:7700' },\n"
                                   "  tls = { ca = 'ca.pem', certificate = 'c.pem', key = 'k.pem' },\n"
                                   "  battery = { capacity_kwh = 10, stored_kwh = 6, power_kw = 5 },\n"
                                   "}\n";
static const char aggregator_text[] = "return {\n"
                                      "  api = 1, role = 'aggregator', device = 2001,\n"
                                      "  identity = 'off', listen = 'tcp://127.0.0.1:0',\n"
                                      "  strategy = 'greedy',\n"
                                      "  demand = { need_kwh = 5, budget_dollars = 2, value_c_per_kwh = 12 },\n"
                                      "}\n";

/* A configuration with what was found in it. */
typedef struct sample {
    etp_node_config config;
    etp_findings findings;
    bool good;
} sample;

static inline sample load_text(const char *text)
{
    sample loaded = {.good = false};
    write_file(in_folder("node.lua"), text);
    loaded.good = etp_node_config_load(&loaded.config, in_folder("node.lua"), &loaded.findings);
    return loaded;
}

/* The text with `from` replaced; it has to be there. */
static inline sample load_changed(const char *text, const char *from, const char *to)
{
    static char changed[4096];
    const char *at = strstr(text, from);
    assert_non_null(at);
    snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return load_text(changed);
}

static inline void release(sample *loaded)
{
    etp_node_config_fini(&loaded->config);
    etp_findings_fini(&loaded->findings);
}

static inline bool says(const sample *loaded, const char *words)
{
    for (unsigned i = 0; i < loaded->findings.count; i++)
        if (strstr(loaded->findings.list[i].text, words) != NULL)
            return true;
    return false;
}

static inline void print_findings(const sample *loaded)
{
    for (unsigned i = 0; i < loaded->findings.count; i++)
        print_message("%s: %s\n", loaded->findings.list[i].is_error ? "error" : "warning",
                      loaded->findings.list[i].text);
}

#endif
