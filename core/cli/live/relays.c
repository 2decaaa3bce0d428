/* SPDX-License-Identifier: MIT */
#include "cli/live/relays.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/live/keys.h"
#include "cli/live/relay_program.h"
#include "cli/live/whole.h"
#include "program/status.h"

enum { URL_MAX = 64 };

static const etp_time patience_per_link = 50 * ETP_NS_PER_MS;
static const etp_time run_up = 50 * ETP_NS_PER_MS;

struct etp_relays {
    etp_relays_options options;
    etp_whole whole;
    etp_live_keys keys;
    etp_relay_program *programs; /* one for each firm */
    unsigned started;
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
    etp_live_free(relays->whole.live);
    etp_live_keys_fini(&relays->keys);
    for (unsigned i = 0; i < relays->started; i++)
        etp_relay_program_end(&relays->programs[i]);
    free(relays->programs);
    free(relays);
}

etp_transport etp_relays_carriage(etp_relays *relays)
{
    return etp_whole_carriage(&relays->whole);
}

/* ---- the network ---- */

/* A narrow link takes its time even for a handshake. */
static int make_network(etp_relays *relays, const etp_run *run, etp_error *error)
{
    etp_live_options options;
    etp_whole_defaults(&relays->whole, &options);
    options.seed = relays->options.seed;
    return etp_whole_attach(&relays->whole, &options, run, error);
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

static int join_firm(etp_relays *relays, const etp_run *run, unsigned index, etp_error *error)
{
    char url[URL_MAX];
    etp_live_endpoint endpoint;
    etp_firm_result firm = {0};
    etp_node node = 0;
    etp_run_firm(run, index, &firm);
    etp_run_firm_node(run, index, &node);
    if (etp_live_listen(relays->whole.live, node, "tcp://127.0.0.1:0", NULL, &endpoint, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    int status = put_between(relays, port_of(etp_live_address(relays->whole.live, endpoint)), url, error);
    return status == ETP_EXIT_DONE ? etp_whole_dial_all(&relays->whole, url, etp_run_firm_device(firm.portfolio), error)
                                   : status;
}

static int join_all(etp_relays *relays, const etp_run *run, etp_error *error)
{
    int status = etp_live_keys_add_nodes(&relays->keys, relays->whole.live, run, error);
    for (unsigned i = 0; i < relays->whole.firms && status == ETP_EXIT_DONE; i++)
        status = join_firm(relays, run, i, error);
    if (status != ETP_EXIT_DONE)
        return status;
    return etp_whole_start(&relays->whole, error);
}

/* ---- the clock ---- */

etp_time etp_relays_now(const etp_relays *relays)
{
    return etp_whole_now(&relays->whole);
}

int etp_relays_serve(etp_relays *relays, etp_time until, etp_error *error)
{
    return etp_whole_serve(&relays->whole, until, error);
}

uint64_t etp_relays_bytes(const etp_relays *relays)
{
    return etp_whole_stats(&relays->whole).bytes_sent;
}

/* A buyer asks nobody whose Register it has not seen. */
static bool all_know_all(const etp_relays *relays, const etp_run *run)
{
    unsigned links = etp_whole_links(&relays->whole);
    etp_engine_stats stats;
    etp_run_engine_stats(run, &stats);
    return etp_whole_stats(&relays->whole).peers_up == 2 * links && stats.received[ETP_REGISTER] >= links;
}

static int wait_for_all(etp_relays *relays, const etp_run *run, etp_error *error)
{
    etp_whole *whole = &relays->whole;
    etp_time patience = etp_whole_patience(whole, patience_per_link), limit = etp_whole_now(whole) + patience;
    int status = ETP_EXIT_DONE;
    while (status == ETP_EXIT_DONE && !all_know_all(relays, run)) {
        if (etp_whole_now(whole) > limit)
            return etp_whole_fail_links(whole, patience, "through", relays->options.program, error);
        status = etp_whole_turn(whole, error);
    }
    return status;
}

/* ---- all of it ---- */

int etp_relays_join(etp_relays *relays, etp_run *run, unsigned homes, etp_error *error)
{
    etp_whole *whole = &relays->whole;
    whole->homes = homes;
    whole->firms = etp_run_firm_count(run);
    relays->programs = calloc(whole->firms, sizeof *relays->programs);
    if (relays->programs == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for %u relays", whole->firms);
        return ETP_EXIT_FAILED;
    }
    etp_whole_begin(whole, run);
    int status = etp_live_keys_make(&relays->keys, run, homes, error);
    if (status == ETP_EXIT_DONE)
        status = make_network(relays, run, error);
    if (status == ETP_EXIT_DONE)
        status = join_all(relays, run, error);
    if (status == ETP_EXIT_DONE)
        status = wait_for_all(relays, run, error);
    return status == ETP_EXIT_DONE ? etp_whole_shift(whole, run, run_up, etp_run_starts(run, 0), error) : status;
}
