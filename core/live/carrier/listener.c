/* SPDX-License-Identifier: MIT */
/* Listening for NNG's streams. */
#include <stdio.h>
#include <string.h>

#include "live/carrier/inside.h"

static int fail(const struct carrier_endpoint *endpoint, int why, etp_error *error)
{
    const char *url = endpoint->address;
    switch (why) {
    case NNG_EADDRINUSE:
        return etp_fail(error, ETP_EEXIST, "%s: another program, or this one, listens there already", url);
    case NNG_EADDRINVAL:
        return etp_fail(error, ETP_EINVAL, "%s: this host has no such address, or the name is not known", url);
    case NNG_EPERM:
        return etp_fail(error, ETP_EIO, "%s: the system does not permit it (a port below 1024? a folder's rights?)",
                        url);
    case NNG_ENOENT:
        return etp_fail(error, ETP_EIO, "%s: there is no such folder", url);
    case NNG_ENOMEM:
        return etp_fail(error, ETP_ENOMEM, NULL);
    default:
        return etp_fail(error, ETP_EIO, "%s: cannot listen: %s", url, etp_carrier_reason(why));
    }
}

/* ws and ipc do not have all of these. */
static void set_options(nng_stream_listener *listener)
{
    nng_stream_listener_set_bool(listener, NNG_OPT_TCP_NODELAY, true);
    nng_stream_listener_set_bool(listener, NNG_OPT_TCP_KEEPALIVE, true);
}

/* Puts the port that the kernel chose in the place of a 0. */
static void write_port(struct carrier_endpoint *endpoint)
{
    nng_url *url;
    int port;
    if (nng_stream_listener_get_int(endpoint->listener, NNG_OPT_TCP_BOUND_PORT, &port) != 0 ||
        nng_url_parse(&url, endpoint->address) != 0)
        return;
    const char *form = strchr(url->u_hostname, ':') != NULL ? "%s://[%s]:%d%s" : "%s://%s:%d%s";
    const char *path = strncmp(url->u_scheme, "ws", 2) == 0 ? url->u_path : "";
    if (strcmp(url->u_port, "0") == 0)
        snprintf(endpoint->address, ETP_CARRIER_ADDRESS_MAX, form, url->u_scheme, url->u_hostname, port, path);
    nng_url_free(url);
}

/* An error of NNG. */
static int start(struct carrier_endpoint *endpoint)
{
    int why = nng_stream_listener_alloc(&endpoint->listener, endpoint->address);
    if (why != 0)
        return why;
    set_options(endpoint->listener);
    if (endpoint->tls != NULL)
        why = nng_stream_listener_set_ptr(endpoint->listener, NNG_OPT_TLS_CONFIG, endpoint->tls);
    return why != 0 ? why : nng_stream_listener_listen(endpoint->listener);
}

static int open_listener(struct carrier_endpoint *endpoint, etp_error *error)
{
    int why = start(endpoint);
    if (why != 0)
        return fail(endpoint, why, error);
    write_port(endpoint);
    return ETP_OK;
}

/* An error of NNG: it rests on. */
static int start_again(struct carrier_endpoint *endpoint)
{
    if (endpoint->listener != NULL)
        nng_stream_listener_free(endpoint->listener);
    endpoint->listener = NULL;
    int why = start(endpoint);
    endpoint->is_resting = why != 0;
    return why;
}

static void begin_accept(struct carrier_endpoint *endpoint)
{
    int why = endpoint->is_resting ? start_again(endpoint) : 0;
    if (why != 0) {
        if (nng_aio_begin(endpoint->trying.aio))
            nng_aio_finish(endpoint->trying.aio, why);
        return;
    }
    nng_stream_listener_accept(endpoint->listener, endpoint->trying.aio);
}

static int take_accepted(struct carrier_endpoint *endpoint, struct carrier_line *line, char *address)
{
    nng_sockaddr from = {.s_family = NNG_AF_UNSPEC};
    int why = nng_aio_result(endpoint->trying.aio);
    if (why != 0)
        return why;
    line->stream = nng_aio_get_output(endpoint->trying.aio, 0);
    line->kind = etp_carrier_reads_ahead(endpoint->address) ? &etp_carrier_ahead_stream : &etp_carrier_stream;
    nng_stream_get_addr(line->stream, NNG_OPT_REMADDR, &from);
    etp_carrier_write_address(address, endpoint->address, &from);
    return 0;
}

/* Closing a ws listener does not end its accept; aborting that of another may meet its end half way. */
static void shut_listener(struct carrier_endpoint *endpoint)
{
    nng_stream_listener_close(endpoint->listener);
    if (endpoint->trying.busy && endpoint->is_ws)
        nng_aio_abort(endpoint->trying.aio, NNG_ECLOSED);
}

static void release_listener(struct carrier_endpoint *endpoint)
{
    if (endpoint->listener != NULL)
        nng_stream_listener_free(endpoint->listener);
}

const struct carrier_endpoint_kind etp_carrier_stream_listener = {open_listener, begin_accept, take_accepted,
                                                                  shut_listener, release_listener};
