/* SPDX-License-Identifier: MIT */
/*
 * What the two adapters of the older format have in common. An adapter stands between one connection of an older system
 * and the engine: records on one side, sealed frames on the other. It knows no socket and no clock; whoever drives it
 * hands it the time, and tells its engine the same.
 *
 * Ids of older systems may be anything, so the engine never sees one: each message of theirs gets an id of ours, made as
 * the engine makes its own. They go up across all connections that share a counter, for the engine remembers the newest
 * id of a device longer than any connection lives.
 */
#ifndef ETP_LIVE_OLDER_ADAPTER_H
#define ETP_LIVE_OLDER_ADAPTER_H

#include "etp/codec.h"
#include "etp/older.h"

/* What an adapter calls. `frame` hands a frame to the engine, whose answers may come back through the adapter before it
 * returns. `record` hands a record to the connection, which has room for ETP_OLDER_ANSWERS_MAX of them whenever an
 * adapter is called. `refused` is told of what was not acted on; `record` there is what is known of it. */
typedef struct etp_older_calls {
    void (*frame)(void *user, const void *frame, size_t size);
    void (*record)(void *user, const void *record, size_t size);
    void (*refused)(void *user, etp_refusal refusal, const etp_message *record);
    void *user;
} etp_older_calls;

/* Most records that one call of an adapter makes: as many as there may be messages in a frame, and a few besides. */
enum { ETP_OLDER_ANSWERS_MAX = 32 };

/* The last id that was given to a message of an older system. Zero it before use. */
typedef struct etp_older_ids {
    etp_id last;
} etp_older_ids;

etp_id etp_older_next_id(etp_older_ids *ids, etp_time now);

/* Seals `message` alone in a frame and hands it to the engine. */
void etp_older_to_engine(const etp_older_calls *calls, const etp_message *message);
/* Writes `message` as a record and hands it to the connection. */
void etp_older_to_peer(const etp_older_calls *calls, const etp_message *message);

#endif
