/* SPDX-License-Identifier: MIT */
#include "cli/live/market.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/live/internal.h"
#include "cli/watch/session.h"
#include "program/status.h"

struct etp_live_market {
    const char *transport;
    const etp_reloads *reloads;
    etp_live_clock clock;
    etp_live *live;
    etp_live_keys keys;
    etp_live_places places;
    unsigned homes, firms;
    uint64_t lost; /* links, so far */
    etp_time set_up;
};

static const etp_time turn = 10 * ETP_NS_PER_MS;
static const etp_time least_patience = 30 * ETP_NS_PER_SECOND;
static const etp_time patience_per_link = 20 * ETP_NS_PER_MS;
static const etp_time settling = 500 * ETP_NS_PER_MS; /* for the batteries to register */

/* ---- life ---- */

int etp_live_market_new(etp_live_market **made, const char *transport, etp_error *error)
{
    etp_live_market *market = calloc(1, sizeof *market);
    *made = market;
    if (market == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for a live market");
        return ETP_EXIT_FAILED;
    }
    market->transport = transport;
    return ETP_EXIT_DONE;
}

void etp_live_market_free(etp_live_market *market)
{
    if (market == NULL)
        return;
    etp_live_free(market->live);
    etp_live_keys_fini(&market->keys);
    etp_live_places_fini(&market->places);
    free(market);
}

/* The run has an engine before there is a network: until it is linked nobody sends. */
static int carry(void *user, etp_link link, const void *frame, size_t size)
{
    const etp_live_market *market = user;
    if (market->live == NULL)
        return ETP_EIO;
    etp_transport transport = etp_live_transport(market->live);
    return transport.send(transport.user, link, frame, size);
}

etp_transport etp_live_market_carriage(etp_live_market *market)
{
    return (etp_transport){.send = carry, .user = market};
}

/* ---- the network ---- */

static unsigned links_of(const etp_live_market *market)
{
    return market->homes * market->firms;
}

static void note_peer(void *user, const etp_live_peer_info *peer, const char *why)
{
    etp_live_market *market = user;
    if (peer->up)
        return;
    market->lost++;
    etp_log(&market->reloads->stage->logger, ETP_LOG_WARN, "live", "lost device=%" PRIu64 " why=\"%s\"", peer->device,
            why != NULL ? why : "");
}

static void note_refusal(void *user, const etp_live_refusal *refusal)
{
    const etp_live_market *market = user;
    etp_log(&market->reloads->stage->logger, ETP_LOG_WARN, "live",
            "refused kind=%s node=%" PRIu64 " device=%" PRIu64 " reason=\"%s\"", etp_live_refusal_name(refusal->kind),
            refusal->node, refusal->device, refusal->reason);
}

/* Both ends of every link are here, and nobody else is expected. */
static int make_network(etp_live_market *market, etp_error *error)
{
    const etp_stage *stage = market->reloads->stage;
    unsigned ends = 2 * links_of(market);
    etp_live_options options;
    etp_live_defaults(&options);
    options.logger = stage->logger;
    options.clock = &market->clock;
    options.seed = stage->run.seed;
    options.max_peers = ends;
    options.max_connections = 2 * ends;
    options.max_per_address = 0;
    options.max_unauthenticated = 2 * ends;
    options.messages_per_second = 0;
    options.backoff_max = ETP_NS_PER_SECOND;
    options.handshake_limit = least_patience;
    options.watch = (etp_live_watch){.on_peer = note_peer, .user = market};
    options.audit = (etp_live_audit){.on_refusal = note_refusal, .user = market};
    if (etp_live_new(&market->live, &options, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    int result = etp_live_attach(market->live, etp_run_engine(market->reloads->run));
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the network cannot be attached: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

static int dial_all(const etp_live_market *market, const char *address, etp_id firm, etp_error *error)
{
    for (unsigned home = 0; home < market->homes; home++)
        if (etp_live_dial(market->live, home, address, firm, NULL, NULL, error) != ETP_OK)
            return ETP_EXIT_FAILED;
    return ETP_EXIT_DONE;
}

static int join_firm(etp_live_market *market, unsigned index, etp_error *error)
{
    char url[2 * ETP_PLACE_MAX], address[2 * ETP_PLACE_MAX];
    const etp_run *run = market->reloads->run;
    etp_live_endpoint endpoint;
    etp_firm_result firm;
    etp_node node;
    etp_run_firm(run, index, &firm);
    etp_run_firm_node(run, index, &node);
    etp_live_places_next(&market->places, url);
    if (etp_live_listen(market->live, node, url, NULL, &endpoint, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    snprintf(address, sizeof address, "%s", etp_live_address(market->live, endpoint));
    return dial_all(market, address, etp_run_firm_device(firm.portfolio), error);
}

/* Batteries keep trying until there is somebody, so all of them listen and dial before the loop runs. */
static int join_all(etp_live_market *market, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < market->firms && status == ETP_EXIT_DONE; i++)
        status = join_firm(market, i, error);
    if (status != ETP_EXIT_DONE)
        return status;
    int result = etp_live_start(market->live);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the network cannot be started: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

/* ---- the clock ---- */

static etp_time live_now(void *user)
{
    return etp_live_clock_now(&((const etp_live_market *)user)->clock);
}

static int rest(void *user, etp_time until, etp_error *error)
{
    etp_live_market *market = user;
    int result = etp_live_changed(market->live);
    if (result == ETP_OK)
        result = etp_live_run_until(market->live, until);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the network has stopped: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

static etp_live_stats stats_of(const etp_live_market *market)
{
    etp_live_stats stats = {.size = sizeof stats};
    if (market->live != NULL)
        etp_live_get_stats(market->live, &stats);
    return stats;
}

static bool all_registered(const etp_live_market *market)
{
    etp_engine_stats stats;
    etp_run_engine_stats(market->reloads->run, &stats);
    return stats.received[ETP_REGISTER] >= links_of(market);
}

static int wait_for_links(etp_live_market *market, etp_error *error)
{
    unsigned ends = 2 * links_of(market);
    etp_time begun = live_now(market), limit = begun + least_patience + links_of(market) * patience_per_link;
    int status = ETP_EXIT_DONE;
    while (status == ETP_EXIT_DONE && stats_of(market).peers_up < ends && live_now(market) < limit &&
           !etp_session_is_ending())
        status = rest(market, live_now(market) + turn, error);
    if (status == ETP_EXIT_DONE && stats_of(market).peers_up < ends && !etp_session_is_ending()) {
        etp_fail(error, ETP_EIO, "of %u links only %u came up in %.3g s over %s", links_of(market),
                 stats_of(market).peers_up / 2, (double)(limit - begun) / 1e9, market->transport);
        return ETP_EXIT_FAILED;
    }
    market->set_up = live_now(market) - begun;
    limit = live_now(market) + settling;
    while (status == ETP_EXIT_DONE && !all_registered(market) && live_now(market) < limit)
        status = rest(market, live_now(market) + turn, error);
    return status;
}

static void tell_ready(const etp_live_market *market)
{
    bool on_wire = strcmp(market->transport, "tcp") == 0 || strcmp(market->transport, "ws") == 0;
    if (market->reloads->stage->options->quiet)
        return;
    printf("Live over %s%s: %u %s between %u %s and %u %s, each end proved by a key of its own, up in %.2f s.\n",
           market->transport, on_wire ? " on this host alone (plain: who sees it can read it)" : "", links_of(market),
           links_of(market) == 1 ? "link" : "links", market->homes, market->homes == 1 ? "battery" : "batteries",
           market->firms, market->firms == 1 ? "aggregator" : "aggregators", (double)market->set_up / 1e9);
    fflush(stdout);
}

/* The clock goes on while links are made; the market is moved to where it then stands. */
static int begin(void *user, const etp_reloads *reloads, etp_error *error)
{
    etp_live_market *market = user;
    etp_run *run = reloads->run;
    etp_live_clock_set(&market->clock);
    market->clock.offset += etp_run_now(run) - live_now(market);
    int status = etp_live_places_make_room(&market->places, links_of(market), error);
    if (status == ETP_EXIT_DONE)
        status = make_network(market, error);
    if (status == ETP_EXIT_DONE)
        status = etp_live_keys_add_nodes(&market->keys, market->live, run, error);
    if (status == ETP_EXIT_DONE)
        status = join_all(market, error);
    if (status == ETP_EXIT_DONE)
        status = wait_for_links(market, error);
    if (status != ETP_EXIT_DONE || etp_session_is_ending())
        return status;
    tell_ready(market);
    etp_time next = etp_run_starts(run, (size_t)(reloads->stage->options->skip / reloads->stage->trace.interval));
    int result = etp_run_shift(run, live_now(market) + turn - next);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the market cannot be moved to the clock's time: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

/* ---- the whole ---- */

int etp_live_market_play(etp_live_market *market, const etp_reloads *reloads, etp_error *error)
{
    const etp_session_clock clock = {.begin = begin, .now = live_now, .rest = rest, .user = market};
    market->reloads = reloads;
    market->homes = reloads->stage->run.homes;
    market->firms = etp_run_firm_count(reloads->run);
    int status = etp_live_places_begin(&market->places, market->transport, error);
    if (status == ETP_EXIT_DONE)
        status = etp_live_keys_make(&market->keys, reloads->run, market->homes, error);
    return status == ETP_EXIT_DONE ? etp_session_play(reloads, &clock, error) : status;
}

void etp_live_market_describe(const etp_live_market *market, etp_report_live *report)
{
    etp_live_stats stats = stats_of(market);
    const etp_histogram *trips = etp_live_round_trips(market->live);
    *report = (etp_report_live){.transport = market->transport,
                                .links = links_of(market),
                                .set_up = market->set_up,
                                .lost = market->lost,
                                .frames = stats.frames_sent,
                                .bytes = stats.bytes_sent,
                                .sends = stats.sends};
    for (unsigned i = 0; i < ETP_LIVE_REFUSALS; i++)
        report->refused += stats.refused[i];
    if (trips != NULL)
        report->round_trip = (etp_report_delay){.p50_us = etp_histogram_quantile(trips, 0.5),
                                                .p99_us = etp_histogram_quantile(trips, 0.99),
                                                .p999_us = etp_histogram_quantile(trips, 0.999),
                                                .max_us = trips->max};
}
