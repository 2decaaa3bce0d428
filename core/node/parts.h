/* SPDX-License-Identifier: MIT */
/* What a node is made of besides its configuration: its keys, whom it trusts, its script, its prices. */
#ifndef ETP_NODE_PARTS_H
#define ETP_NODE_PARTS_H

#include "etp/identity.h"
#include "etp/script.h"
#include "node/config/config.h"
#include "node/prices/feed.h"

typedef struct etp_node_parts {
    etp_identity *identity; /* NULL: open */
    etp_trust *trust;       /* NULL: open */
    etp_script *script;     /* NULL: the protocol's own policy, or a relay */
    etp_price_feed *feed;   /* NULL: none */
} etp_node_parts;

/* Loads all of them; what is wrong is in `findings`, all of it. `now` is the time on the market's clock.
 * etp_node_parts_fini() is due in any case. */
bool etp_node_parts_load(etp_node_parts *parts, const etp_node_config *config, const etp_logger *logger, etp_time now,
                         etp_findings *findings);
/* Accepts a zeroed one. */
void etp_node_parts_fini(etp_node_parts *parts);

/* The trust list alone, once more. ETP_EFORMAT and so on with a sentence. */
int etp_node_trust_load(etp_trust **trust, const etp_node_config *config, etp_error *error);
/* Sets the parameters that the configuration has in a script. */
int etp_node_params_apply(etp_script *script, const etp_node_config *config, etp_error *error);

/* Looks harder, as --check does: calls every hook of the script on made-up data. */
bool etp_node_parts_rehearse(const etp_node_config *config, etp_findings *findings);
/* The same for a node that starts: what it finds are warnings, for the script may be mended while the node runs. */
void etp_node_parts_warn(const etp_node_config *config, etp_findings *findings);

#endif
