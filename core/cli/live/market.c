/* SPDX-License-Identifier: MIT */
#include "cli/live/market.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/live/keys.h"
#include "cli/live/places.h"
#include "cli/live/whole.h"
#include "cli/watch/session.h"
#include "program/status.h"

struct etp_live_market {
    const char *transport;
    const etp_reloads *reloads;
    etp_whole whole;
    etp_live_keys keys;
    etp_live_places places;
    uint64_t lost; /* links, so far */
    etp_time set_up;
};

static const etp_time run_up = 10 * ETP_NS_PER_MS;
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
    etp_live_free(market->whole.live);
    etp_live_keys_fini(&market->keys);
    etp_live_places_fini(&market->places);
    free(market);
}

etp_transport etp_live_market_carriage(etp_live_market *market)
{
    return etp_whole_carriage(&market->whole);
}

/* ---- the network ---- */

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

static int make_network(etp_live_market *market, etp_error *error)
{
    const etp_stage *stage = market->reloads->stage;
    etp_live_options options;
    etp_whole_defaults(&market->whole, &options);
    options.logger = stage->logger;
    options.seed = stage->run.seed;
    options.watch = (etp_live_watch){.on_peer = note_peer, .user = market};
    options.audit = (etp_live_audit){.on_refusal = note_refusal, .user = market};
    return etp_whole_attach(&market->whole, &options, market->reloads->run, error);
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
    if (etp_live_listen(market->whole.live, node, url, NULL, &endpoint, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    snprintf(address, sizeof address, "%s", etp_live_address(market->whole.live, endpoint));
    return etp_whole_dial_all(&market->whole, address, etp_run_firm_device(firm.portfolio), error);
}

/* Batteries keep trying until there is somebody, so all of them listen and dial before the loop runs. */
static int join_all(etp_live_market *market, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < market->whole.firms && status == ETP_EXIT_DONE; i++)
        status = join_firm(market, i, error);
    return status == ETP_EXIT_DONE ? etp_whole_start(&market->whole, error) : status;
}

/* ---- the clock ---- */

static etp_time live_now(void *user)
{
    return etp_whole_now(&((const etp_live_market *)user)->whole);
}

static int rest(void *user, etp_time until, etp_error *error)
{
    return etp_whole_serve(&((etp_live_market *)user)->whole, until, error);
}

static bool all_registered(const etp_live_market *market)
{
    etp_engine_stats stats;
    etp_run_engine_stats(market->reloads->run, &stats);
    return stats.received[ETP_REGISTER] >= etp_whole_links(&market->whole);
}

static bool all_up(const etp_whole *whole)
{
    return etp_whole_stats(whole).peers_up >= 2 * etp_whole_links(whole);
}

static int wait_for_links(etp_live_market *market, etp_error *error)
{
    etp_whole *whole = &market->whole;
    etp_time patience = etp_whole_patience(whole, patience_per_link), begun = etp_whole_now(whole);
    int status = ETP_EXIT_DONE;
    while (status == ETP_EXIT_DONE && !all_up(whole) && !etp_session_is_ending()) {
        if (etp_whole_now(whole) > begun + patience)
            return etp_whole_fail_links(whole, patience, "over", market->transport, error);
        status = etp_whole_turn(whole, error);
    }
    market->set_up = etp_whole_now(whole) - begun;
    etp_time settled = etp_whole_now(whole) + settling;
    while (status == ETP_EXIT_DONE && !all_registered(market) && etp_whole_now(whole) < settled)
        status = etp_whole_turn(whole, error);
    return status;
}

static void tell_ready(const etp_live_market *market)
{
    bool on_wire = strcmp(market->transport, "tcp") == 0 || strcmp(market->transport, "ws") == 0;
    if (market->reloads->stage->options->quiet)
        return;
    printf("Live over %s%s: %u %s between %u %s and %u %s, each end proved by a key of its own, up in %.2f s.\n",
           market->transport, on_wire ? " on this host alone (plain: who sees it can read it)" : "",
           etp_whole_links(&market->whole), etp_whole_links(&market->whole) == 1 ? "link" : "links",
           market->whole.homes, market->whole.homes == 1 ? "battery" : "batteries", market->whole.firms,
           market->whole.firms == 1 ? "aggregator" : "aggregators", (double)market->set_up / 1e9);
    fflush(stdout);
}

/* The clock goes on while links are made; the market is moved to where it then stands. */
static int begin(void *user, const etp_reloads *reloads, etp_error *error)
{
    etp_live_market *market = user;
    etp_run *run = reloads->run;
    etp_whole_begin(&market->whole, run);
    int status = etp_live_places_make_room(&market->places, etp_whole_links(&market->whole), error);
    if (status == ETP_EXIT_DONE)
        status = make_network(market, error);
    if (status == ETP_EXIT_DONE)
        status = etp_live_keys_add_nodes(&market->keys, market->whole.live, run, error);
    if (status == ETP_EXIT_DONE)
        status = join_all(market, error);
    if (status == ETP_EXIT_DONE)
        status = wait_for_links(market, error);
    if (status != ETP_EXIT_DONE || etp_session_is_ending())
        return status;
    tell_ready(market);
    etp_time next = etp_run_starts(run, (size_t)(reloads->stage->options->skip / reloads->stage->trace.interval));
    return etp_whole_shift(&market->whole, run, run_up, next, error);
}

/* ---- the whole ---- */

int etp_live_market_play(etp_live_market *market, const etp_reloads *reloads, etp_error *error)
{
    const etp_session_clock clock = {.begin = begin, .now = live_now, .rest = rest, .user = market};
    market->reloads = reloads;
    market->whole.homes = reloads->stage->run.homes;
    market->whole.firms = etp_run_firm_count(reloads->run);
    int status = etp_live_places_begin(&market->places, market->transport, error);
    if (status == ETP_EXIT_DONE)
        status = etp_live_keys_make(&market->keys, reloads->run, market->whole.homes, error);
    return status == ETP_EXIT_DONE ? etp_session_play(reloads, &clock, error) : status;
}

void etp_live_market_describe(const etp_live_market *market, etp_report_live *report)
{
    etp_live_stats stats = etp_whole_stats(&market->whole);
    const etp_histogram *trips = etp_live_round_trips(market->whole.live);
    *report = (etp_report_live){.transport = market->transport,
                                .links = etp_whole_links(&market->whole),
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
