/* SPDX-License-Identifier: MIT */
/*
 * The parts of a node that follow its configuration while it runs. Each takes over what a new file says, or goes on as it
 * was and says why not; what the others do does not depend on it.
 */
#ifndef ETP_NODE_RENEW_H
#define ETP_NODE_RENEW_H

#include "node/station.h"

/* One reading of the file. */
typedef struct etp_renewal {
    etp_station *station;
    etp_node_config *wanted;
    const etp_node_config *running;  /* what the part has */
    const etp_node_changes *changes; /* of the part's keys, against what it runs with */
    bool tls_changed, listen_changed;
} etp_renewal;

typedef struct etp_node_part {
    const char *keys[2]; /* at the top of the configuration; a table stands for all that is in it */
    /* ETP_OK: it runs as wanted. On failure without a sentence it has told why. */
    int (*renew)(etp_renewal *renewal, etp_error *error);
    bool always; /* what its keys name may have changed where they have not */
} etp_node_part;

/* In the order in which they are to change. NULL behind the last. */
const etp_node_part *etp_node_part_at(unsigned index);
bool etp_node_part_has(const etp_node_part *part, const char *path);

/* A script has another version, or was refused one. */
void etp_tell_reload(const etp_station *station, int result, const etp_error *refusal);

#endif
