/* SPDX-License-Identifier: MIT */
/*
 * At a relay: which two devices speak with each other, so that each can be told at once when the other has gone. A pair is
 * made when something is first handed on between its ends, both of which have proved who they are, and stays as its peers
 * do. A battery has at most ETP_RELAY_PAIRS of them: of one more partner it learns when it next sends to it.
 *
 * A note that one end is to have waits in the pair until the connection has room, and a newer one takes its place: so notes cost
 * no memory, and none is lost. GONE waits until the last messages of the device that has gone have left.
 */
#ifndef ETP_LIVE_RELAY_PAIRS_H
#define ETP_LIVE_RELAY_PAIRS_H

#include "live/relay/relay.h"

enum { ETP_RELAY_PAIRS = 64 };

struct live_pair;

/* Of two peers of a relay of which something is handed on. NULL: they have none, and there is no room for it. */
struct live_pair *etp_pair_of(etp_live *live, struct etp_live_peer *one, struct etp_live_peer *other);
/* `to`, one end of it, is to be told this of the other end. */
void etp_pair_note(struct live_pair *pair, struct etp_live_peer *to, unsigned char note);
/* A message of `from` was handed on: what was to be said of it is out of date. */
void etp_pair_spoke(struct live_pair *pair, const struct etp_live_peer *from);
/* Its connection has ended: all with whom it spoke are to be told so. */
void etp_pairs_part(etp_live *live, struct etp_live_peer *gone);
/* Sends what waits for the peer of this connection. True if some of it has to wait on. */
bool etp_pairs_settle(struct live_connection *connection);

#endif
