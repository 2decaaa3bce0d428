/* SPDX-License-Identifier: MIT */
/*
 * The wholesale prices that a node knows: from a trace that is replayed, or from a file that somebody appends to.
 *
 *     replayed   the trace is laid over the market's clock so that the times of day agree, and is repeated from its
 *                beginning after its end. A trace of today is at its place as long as it lasts.
 *     followed   the newest row whose interval has begun counts. A line without its end is waited for; a file that
 *                shrinks, or is another one, is read from its beginning; a row that cannot be read is said, once.
 *
 * Nothing looks ahead: the spot price that an interval shows is that of the last one that had ended when it began.
 */
#ifndef ETP_NODE_PRICES_FEED_H
#define ETP_NODE_PRICES_FEED_H

#include "etp/buyer.h"
#include "etp/log.h"
#include "etp/trace.h"
#include "node/config/config.h"

typedef struct etp_price_feed etp_price_feed;

/* Copies the logger and what it needs of the configuration. `now` is the time on the market's clock. NULL `*feed` and ETP_OK for a configuration without
 * prices. */
int etp_price_feed_open(etp_price_feed **feed, const etp_node_config *config, const etp_logger *logger, etp_time now,
                        etp_error *error);
/* Accepts NULL. */
void etp_price_feed_close(etp_price_feed *feed);

/* What an interval that begins now is shown. Both prices are ETP_PRICE_NONE where nothing is known, or nothing new
 * enough. */
typedef struct etp_known_prices {
    etp_price spot, forecast;
    bool fresh;
} etp_known_prices;

/* Looks at the file and moves on to `now`, which may also have gone back. NULL knows nothing. */
etp_known_prices etp_price_feed_look(etp_price_feed *feed, etp_time now);

/* After SIGHUP. */
void etp_price_feed_set_stale_after(etp_price_feed *feed, etp_time stale_after);

/* What it is, as a sentence. */
void etp_price_feed_describe(const etp_price_feed *feed, char *text, size_t size);

#endif
