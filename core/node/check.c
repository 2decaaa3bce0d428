/* SPDX-License-Identifier: MIT */
#include "node/check.h"

#include "node/station.h"

static etp_time market_now(const etp_node_config *config)
{
    etp_live_clock clock;
    etp_live_clock_set(&clock);
    return etp_live_clock_now(&clock) + config->market.utc_offset;
}

bool etp_node_check(const char *file, const etp_logger *logger, FILE *out, etp_findings *findings)
{
    etp_node_config config;
    etp_node_parts parts = {.identity = NULL};
    if (etp_node_config_load(&config, file, findings) &&
        etp_node_parts_load(&parts, &config, logger, market_now(&config), findings) &&
        etp_node_parts_rehearse(&config, findings))
        etp_node_describe(&config, &parts, out);
    etp_node_parts_fini(&parts);
    etp_node_config_fini(&config);
    return findings->errors == 0;
}
