/* SPDX-License-Identifier: MIT */
#include "cli/live/whole.h"

#include "program/status.h"

static const etp_time turn = 10 * ETP_NS_PER_MS;
static const etp_time least_patience = 30 * ETP_NS_PER_SECOND;

static int carry(void *user, etp_link link, const void *frame, size_t size)
{
    const etp_whole *whole = user;
    if (whole->live == NULL)
        return ETP_EIO;
    etp_transport transport = etp_live_transport(whole->live);
    return transport.send(transport.user, link, frame, size);
}

etp_transport etp_whole_carriage(etp_whole *whole)
{
    return (etp_transport){.send = carry, .user = whole};
}

unsigned etp_whole_links(const etp_whole *whole)
{
    return whole->homes * whole->firms;
}

static int status_of(int result, const char *what, etp_error *error)
{
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "%s: %s", what, etp_strerror(result));
    return ETP_EXIT_FAILED;
}

/* ---- before it starts ---- */

void etp_whole_begin(etp_whole *whole, const etp_run *run)
{
    etp_live_clock_set(&whole->clock);
    whole->clock.offset += etp_run_now(run) - etp_whole_now(whole);
}

void etp_whole_defaults(const etp_whole *whole, etp_live_options *options)
{
    unsigned ends = 2 * etp_whole_links(whole);
    etp_live_defaults(options);
    options->clock = &whole->clock;
    options->max_peers = ends;
    options->max_connections = 2 * ends;
    options->max_per_address = 0;
    options->max_unauthenticated = 2 * ends;
    options->messages_per_second = 0;
    options->backoff_max = ETP_NS_PER_SECOND;
    options->handshake_limit = least_patience;
}

int etp_whole_attach(etp_whole *whole, const etp_live_options *options, const etp_run *run, etp_error *error)
{
    if (etp_live_new(&whole->live, options, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    return status_of(etp_live_attach(whole->live, etp_run_engine(run)), "the network cannot be attached", error);
}

int etp_whole_dial_all(const etp_whole *whole, const char *address, etp_id firm, etp_error *error)
{
    for (unsigned home = 0; home < whole->homes; home++)
        if (etp_live_dial(whole->live, home, address, firm, NULL, NULL, error) != ETP_OK)
            return ETP_EXIT_FAILED;
    return ETP_EXIT_DONE;
}

int etp_whole_start(etp_whole *whole, etp_error *error)
{
    return status_of(etp_live_start(whole->live), "the network cannot be started", error);
}

/* ---- while it runs ---- */

etp_time etp_whole_now(const etp_whole *whole)
{
    return etp_live_clock_now(&whole->clock);
}

int etp_whole_serve(etp_whole *whole, etp_time until, etp_error *error)
{
    int result = etp_live_changed(whole->live);
    if (result == ETP_OK)
        result = etp_live_run_until(whole->live, until);
    return status_of(result, "the network has stopped", error);
}

int etp_whole_turn(etp_whole *whole, etp_error *error)
{
    return etp_whole_serve(whole, etp_whole_now(whole) + turn, error);
}

etp_live_stats etp_whole_stats(const etp_whole *whole)
{
    etp_live_stats stats = {.size = sizeof stats};
    if (whole->live != NULL)
        etp_live_get_stats(whole->live, &stats);
    return stats;
}

etp_time etp_whole_patience(const etp_whole *whole, etp_time per_link)
{
    return least_patience + etp_whole_links(whole) * per_link;
}

int etp_whole_fail_links(const etp_whole *whole, etp_time waited, const char *how, const char *what, etp_error *error)
{
    etp_fail(error, ETP_EIO, "of %u links only %u came up in %.3g s %s %s", etp_whole_links(whole),
             etp_whole_stats(whole).peers_up / 2, (double)waited / 1e9, how, what);
    return ETP_EXIT_FAILED;
}

int etp_whole_shift(const etp_whole *whole, etp_run *run, etp_time from_now, etp_time planned, etp_error *error)
{
    return status_of(etp_run_shift(run, etp_whole_now(whole) + from_now - planned),
                     "the market cannot be moved to the clock's time", error);
}
