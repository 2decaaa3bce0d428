/* SPDX-License-Identifier: MIT */
#include "cli/live/relays.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/live/relay_program.h"
#include "etp/live.h"
#include "program/status.h"

enum { URL_MAX = 64 };

static const etp_time turn = 10 * ETP_NS_PER_MS;
static const etp_time least_patience = 30 * ETP_NS_PER_SECOND;
static const etp_time patience_per_link = 50 * ETP_NS_PER_MS;
static const etp_time run_up = 50 * ETP_NS_PER_MS;

struct etp_relays {
    etp_relays_options options;
    etp_live_clock clock;
    etp_live *live;
    etp_relay_program *programs; /* one for each firm */
    unsigned homes, firms, started;
};

/* ---- life ---- */

int etp_relays_new(etp_relays **made, const etp_relays_options *options, etp_error *error)
{
    etp_relays *relays = calloc(1, sizeof *relays);
    *made = relays;
    if (relays == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for links over real sockets");
        return ETP_EXIT_FAILED;
    }
    relays->options = *options;
    return ETP_EXIT_DONE;
}

void etp_relays_free(etp_relays *relays)
{
    if (relays == NULL)
        return;
    etp_live_free(relays->live);
    for (unsigned i = 0; i < relays->started; i++)
        etp_relay_program_end(&relays->programs[i]);
    free(relays->programs);
    free(relays);
}

/* The run has an engine before there is a network: until it is linked nobody sends. */
static int carry(void *user, etp_link link, const void *frame, size_t size)
{
    const etp_relays *relays = user;
    if (relays->live == NULL)
        return ETP_EIO;
    etp_transport transport = etp_live_transport(relays->live);
    return transport.send(transport.user, link, frame, size);
}

etp_transport etp_relays_carriage(etp_relays *relays)
{
    return (etp_transport){.send = carry, .user = relays};
}

/* ---- the network ---- */

/* A narrow link takes its time even for a handshake. */
static int make_network(etp_relays *relays, const etp_run *run, etp_error *error)
{
    unsigned ends = 2 * relays->homes * relays->firms;
    etp_live_options options;
    etp_live_defaults(&options);
    options.clock = &relays->clock;
    options.seed = relays->options.seed;
    options.max_peers = ends;
    options.max_connections = 2 * ends;
    options.max_per_address = 0;
    options.max_unauthenticated = 2 * ends;
    options.messages_per_second = 0;
    options.backoff_max = ETP_NS_PER_SECOND;
    options.handshake_limit = least_patience;
    if (etp_live_new(&relays->live, &options, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    int result = etp_live_attach(relays->live, etp_run_engine(run));
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the network cannot be attached: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

static int add_node(const etp_relays *relays, etp_node node, etp_id device, etp_device_role role, etp_error *error)
{
    const etp_live_node_options options = {.size = sizeof options, .node = node, .device_id = device, .role = role};
    return etp_live_add_node(relays->live, &options, error) == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

static int add_homes(const etp_relays *relays, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < relays->homes && status == ETP_EXIT_DONE; i++)
        status = add_node(relays, i, etp_run_home_device(i), ETP_DEVICE_BATTERY, error);
    return status;
}

static unsigned port_of(const char *url)
{
    const char *colon = strrchr(url, ':');
    return colon != NULL ? (unsigned)strtoul(colon + 1, NULL, 10) : 0;
}

/* The relay between the batteries and a firm; writes where it is to be dialed. */
static int put_between(etp_relays *relays, unsigned port, char url[URL_MAX], etp_error *error)
{
    const etp_relays_options *options = &relays->options;
    char delay[32], jitter[32], bandwidth[32], target[URL_MAX];
    snprintf(delay, sizeof delay, "%.6f", (double)options->delay / (double)ETP_NS_PER_MS);
    snprintf(jitter, sizeof jitter, "%.6f", (double)options->jitter / (double)ETP_NS_PER_MS);
    snprintf(bandwidth, sizeof bandwidth, "%" PRIu64, options->bandwidth);
    snprintf(target, sizeof target, "127.0.0.1:%u", port);
    const char *const arguments[] = {options->program,  "--delay-ms", delay,         "--jitter-ms", jitter,
                                     "--bandwidth-bps", bandwidth,    "127.0.0.1:0", target,        NULL};
    etp_relay_program *program = &relays->programs[relays->started];
    int status = etp_relay_program_start(program, arguments, error);
    if (status != ETP_EXIT_DONE)
        return status;
    relays->started++;
    snprintf(url, URL_MAX, "tcp://127.0.0.1:%u", program->port);
    return ETP_EXIT_DONE;
}

static int dial_all(const etp_relays *relays, const char *url, etp_id firm, etp_error *error)
{
    for (unsigned home = 0; home < relays->homes; home++)
        if (etp_live_dial(relays->live, home, url, firm, NULL, NULL, error) != ETP_OK)
            return ETP_EXIT_FAILED;
    return ETP_EXIT_DONE;
}

static int join_firm(etp_relays *relays, const etp_run *run, unsigned index, etp_error *error)
{
    char url[URL_MAX];
    etp_live_endpoint endpoint;
    etp_firm_result firm = {0};
    etp_node node = 0;
    etp_run_firm(run, index, &firm);
    etp_run_firm_node(run, index, &node);
    etp_id device = etp_run_firm_device(firm.portfolio);
    int status = add_node(relays, node, device, ETP_DEVICE_AGGREGATOR, error);
    if (status != ETP_EXIT_DONE)
        return status;
    if (etp_live_listen(relays->live, node, "tcp://127.0.0.1:0", NULL, &endpoint, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    status = put_between(relays, port_of(etp_live_address(relays->live, endpoint)), url, error);
    return status == ETP_EXIT_DONE ? dial_all(relays, url, device, error) : status;
}

static int join_all(etp_relays *relays, const etp_run *run, etp_error *error)
{
    int status = add_homes(relays, error);
    for (unsigned i = 0; i < relays->firms && status == ETP_EXIT_DONE; i++)
        status = join_firm(relays, run, i, error);
    if (status != ETP_EXIT_DONE)
        return status;
    int result = etp_live_start(relays->live);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the network cannot be started: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

/* ---- the clock ---- */

etp_time etp_relays_now(const etp_relays *relays)
{
    return etp_live_clock_now(&relays->clock);
}

int etp_relays_serve(etp_relays *relays, etp_time until, etp_error *error)
{
    int result = etp_live_changed(relays->live);
    if (result == ETP_OK)
        result = etp_live_run_until(relays->live, until);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the network has stopped: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

static etp_live_stats stats_of(const etp_relays *relays)
{
    etp_live_stats stats = {.size = sizeof stats};
    etp_live_get_stats(relays->live, &stats);
    return stats;
}

uint64_t etp_relays_bytes(const etp_relays *relays)
{
    return stats_of(relays).bytes_sent;
}

/* A buyer asks nobody whose Register it has not seen. */
static bool all_know_all(const etp_relays *relays, const etp_run *run)
{
    unsigned links = relays->homes * relays->firms;
    etp_engine_stats stats;
    etp_run_engine_stats(run, &stats);
    return stats_of(relays).peers_up == 2 * links && stats.received[ETP_REGISTER] >= links;
}

static int wait_for_all(etp_relays *relays, const etp_run *run, etp_error *error)
{
    unsigned links = relays->homes * relays->firms;
    etp_time begun = etp_relays_now(relays), limit = begun + least_patience + links * patience_per_link;
    int status = ETP_EXIT_DONE;
    while (status == ETP_EXIT_DONE && !all_know_all(relays, run)) {
        if (etp_relays_now(relays) > limit) {
            etp_fail(error, ETP_EIO, "of %u links only %u came up in %.3g s through %s", links,
                     stats_of(relays).peers_up / 2, (double)(limit - begun) / 1e9, relays->options.program);
            return ETP_EXIT_FAILED;
        }
        status = etp_relays_serve(relays, etp_relays_now(relays) + turn, error);
    }
    return status;
}

/* ---- all of it ---- */

int etp_relays_join(etp_relays *relays, etp_run *run, unsigned homes, etp_error *error)
{
    relays->homes = homes;
    relays->firms = etp_run_firm_count(run);
    relays->programs = calloc(relays->firms, sizeof *relays->programs);
    if (relays->programs == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for %u relays", relays->firms);
        return ETP_EXIT_FAILED;
    }
    etp_live_clock_set(&relays->clock);
    relays->clock.offset += etp_run_now(run) - etp_relays_now(relays);
    int status = make_network(relays, run, error);
    if (status == ETP_EXIT_DONE)
        status = join_all(relays, run, error);
    if (status == ETP_EXIT_DONE)
        status = wait_for_all(relays, run, error);
    if (status != ETP_EXIT_DONE)
        return status;
    int result = etp_run_shift(run, etp_relays_now(relays) + run_up - etp_run_starts(run, 0));
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the market cannot be moved to the clock's time: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}
