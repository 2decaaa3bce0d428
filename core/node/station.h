/* SPDX-License-Identifier: MIT */
/*
 * A node as a process: its engine, its network, its market clock, its script and its books, on one loop.
 *
 *     station.c    made of its parts, and taken apart
 *     serve.c      the loop: market intervals, files that change, signals, the end
 *     interval.c   one market interval after the other
 *     reread.c     SIGHUP: what is read again, and which part of the node follows it
 *     links.c      where it listens, whom it dials, with which certificates
 *     tell.c       lines on standard output as things happen
 *     discover.c   what discovery is told of the configuration
 *     audit.c      the file of refusals
 *     facts.c      what is reported: the same for tables and JSON
 *     tables.c     the tables of SIGUSR1 and of the end
 *     json.c       the result
 *
 * Life: etp_station_new(), etp_station_serve() until it returns, etp_station_finish(), etp_station_free(). All on one
 * thread. The engine is called from the loop alone; observers and the network's callbacks only write down and print.
 */
#ifndef ETP_NODE_STATION_H
#define ETP_NODE_STATION_H

#include <stdio.h>

#include "etp/engine.h"
#include "etp/live.h"
#include "etp/watch.h"
#include "node/books.h"
#include "node/market_clock.h"
#include "node/parts.h"
#include "node/premises.h"

struct event_base;
struct event;

typedef struct etp_station_options {
    const char *file; /* the configuration */
    FILE *out;        /* lines and tables */
    etp_logger logger;
} etp_station_options;

/* Why it is no longer served. */
typedef enum etp_station_end {
    ETP_STATION_SERVING = 0,
    ETP_STATION_ENDING, /* what is open may end */
    ETP_STATION_ENDED,  /* all of it has */
    ETP_STATION_WAITED, /* a trade stayed in doubt for as long as one may wait */
    ETP_STATION_CUT     /* it was told twice */
} etp_station_end;

enum { ETP_STATION_SIGNALS = 4 };

enum { ETP_STATION_URL_MAX = 256 };

/* One listener or dialer. */
typedef struct etp_station_link {
    char *url; /* as the configuration has it: its port may be 0 */
    etp_id device;
    etp_live_endpoint endpoint;
    bool leaves, ended; /* while links are changed */
} etp_station_link;

typedef struct etp_station_links {
    bool listens;
    etp_station_link *list;
    unsigned count;
} etp_station_links;

typedef struct etp_station {
    etp_station_options options;
    etp_node_config config;          /* that runs; its table is that of the start */
    struct etp_station_file *reread; /* by SIGHUP, to which texts of `config` point: reread.c */
    uint64_t seed;                   /* the configuration's, or one of this start */
    etp_node_parts parts;
    etp_live_clock clock;
    etp_market_clock market;
    etp_premises premises; /* of a battery */
    etp_books books;
    etp_live *live;
    etp_engine *engine;
    etp_node node;
    etp_watch *watch;  /* of the script; NULL without one */
    FILE *audit;       /* NULL: none */
    bool audit_fails;  /* which has been said */
    uint64_t refusals; /* told to the audit */
    /* the loop */
    struct event_base *base;
    struct event *market_timer, *tick, *signals[ETP_STATION_SIGNALS];
    etp_station_end end;
    etp_time ends_by, quiet_since; /* while it is ending */
    etp_time asked_at;             /* at a battery: when a buyer last wanted to know what became of its Confirm */
    /* what happened */
    etp_time began;
    uint64_t intervals, intervals_left_out, steps;
    etp_known_prices known;       /* of the interval under way */
    struct etp_live_older *older; /* its listener, or NULL */
    etp_station_links listeners, dialers;
} etp_station;

/* ---- life ---- */

/* Reads the configuration, loads everything, and listens; nothing is served yet. What is wrong is in `findings`. NULL on
 * failure. */
etp_station *etp_station_new(const etp_station_options *options, etp_findings *findings);
/* Until it is told to end, and all is over that was open. ETP_OK, or why it cannot be served. */
int etp_station_serve(etp_station *station, etp_error *error);
/* Settles and compares the books. ETP_ECONSERVATION with a sentence. */
int etp_station_finish(etp_station *station, etp_error *error);
/* Accepts NULL. */
void etp_station_free(etp_station *station);

/* Whether an award, or a trade in doubt, is open here. */
bool etp_station_has_open(const etp_station *station);

/* ---- the parts of it, for each other ---- */

/* The time on the engine's clock. */
etp_time etp_station_now(const etp_station *station);
void etp_station_begin_if_due(etp_station *station);
void etp_station_settle(etp_station *station, bool at_the_end);
void etp_station_reread(etp_station *station);
void etp_station_free_reread(etp_station *station);
void etp_station_reload(etp_station *station);

/* Begins discovery as a configuration has it, changes it, or ends it. On failure it goes on as it was. */
int etp_station_discover(etp_station *station, const etp_node_discovery *config, etp_error *error);
/* The addresses at which the node listens are others: they are announced, unless the configuration names some. */
int etp_station_announce(etp_station *station, etp_error *error);

/* ---- links ---- */

int etp_station_open_links(etp_station *station, etp_error *error);
void etp_station_free_links(etp_station *station);
/* Adds those that are not there, with the certificates of the configuration that runs, then ends those that are not wanted.
 * All of it or, with a sentence, nothing. */
int etp_station_change_links(etp_station *station, etp_station_links *links, const etp_node_links *wanted,
                             etp_error *error);
/* Other files for all links with TLS, `count` of them. */
int etp_station_set_tls(etp_station *station, const etp_node_tls *given, unsigned *count, etp_error *error);
/* TLS of a link, in `tls`, or NULL for one that has none. */
const etp_live_tls *etp_station_tls(const etp_node_tls *given, const char *url, etp_live_tls *tls);

/* ---- telling ---- */

#define ETP_TELL ETP_PRINTF(2, 3)
/* One line, written out at once. */
void etp_tell(const etp_station *station, const char *format, ...) ETP_TELL;
void etp_tell_start(const etp_station *station, const etp_findings *findings);
void etp_tell_ready(const etp_station *station);
void etp_tell_discovery(const etp_station *station);
void etp_tell_interval(const etp_station *station, const etp_interval *interval);
/* An etp_observer's: keeps the books and prints trades. */
void etp_tell_event(void *station, const etp_event *event);
void etp_tell_peer(void *station, const etp_live_peer_info *peer, const char *why);

/* What may stand between two quotes of a line: the first line of a text, with ' for ". */
typedef struct etp_told {
    char text[ETP_ERROR_TEXT_MAX];
} etp_told;
etp_told etp_tell_quoted(const char *text);

enum { ETP_STAMP_TEXT_MAX = 40 };
/* "2026-01-31T14:05:00.123Z" of a moment on the engine's clock, as the wall showed it. */
const char *etp_tell_stamp(const etp_station *station, etp_time when, char text[ETP_STAMP_TEXT_MAX]);

/* ---- the audit ---- */

/* ETP_EIO with a sentence. What was open is closed before: a file that was moved away is begun anew. */
int etp_audit_open(etp_station *station, etp_error *error);
void etp_audit_refusal(void *station, const etp_live_refusal *refusal);

/* ---- reports ---- */

/* The delay table, peers, and what was refused. */
void etp_station_print(const etp_station *station, FILE *out);
/* The same and the books, at the end. */
void etp_station_print_end(const etp_station *station, FILE *out);
/* ETP_OK, ETP_ENOMEM, or ETP_EIO with errno. */
int etp_station_write_json(const etp_station *station, FILE *out);
/* What the node would do, for --check. */
void etp_node_describe(const etp_node_config *config, const etp_node_parts *parts, FILE *out);

#endif
