/* SPDX-License-Identifier: MIT */
/* Dialing with NNG's streams; of ws ws_dialer.c has the rest. */
#include <stdio.h>
#include <string.h>

#include "live/carrier/inside.h"

static int fail(const struct carrier_endpoint *endpoint, int why, etp_error *error)
{
    if (why == NNG_ENOMEM)
        return etp_fail(error, ETP_ENOMEM, NULL);
    return etp_fail(error, ETP_EINVAL, "%s: cannot be dialed: %s", endpoint->address, etp_carrier_reason(why));
}

void etp_carrier_set_dial_timeout(struct carrier_endpoint *endpoint)
{
    etp_time timeout_ms = endpoint->carrier->options.dial_timeout / ETP_NS_PER_MS;
    nng_aio_set_timeout(endpoint->trying.aio, timeout_ms > INT32_MAX ? INT32_MAX : (nng_duration)timeout_ms);
}

int etp_carrier_make_dialer(struct carrier_endpoint *endpoint)
{
    int why = nng_stream_dialer_alloc(&endpoint->dialer, endpoint->address);
    if (why != 0)
        return why;
    nng_stream_dialer_set_bool(endpoint->dialer, NNG_OPT_TCP_NODELAY, true);
    nng_stream_dialer_set_bool(endpoint->dialer, NNG_OPT_TCP_KEEPALIVE, true);
    return endpoint->tls != NULL ? nng_stream_dialer_set_ptr(endpoint->dialer, NNG_OPT_TLS_CONFIG, endpoint->tls) : 0;
}

int etp_carrier_open_dialer(struct carrier_endpoint *endpoint, etp_error *error)
{
    int why = etp_carrier_make_dialer(endpoint);
    return why == 0 ? ETP_OK : fail(endpoint, why, error);
}

static int open_with_timeout(struct carrier_endpoint *endpoint, etp_error *error)
{
    etp_carrier_set_dial_timeout(endpoint);
    return etp_carrier_open_dialer(endpoint, error);
}

static void begin_dial(struct carrier_endpoint *endpoint)
{
    nng_stream_dialer_dial(endpoint->dialer, endpoint->trying.aio);
}

int etp_carrier_take_dialed(struct carrier_endpoint *endpoint, struct carrier_line *line, char *address)
{
    int why = nng_aio_result(endpoint->trying.aio);
    if (why != 0)
        return why;
    line->stream = nng_aio_get_output(endpoint->trying.aio, 0);
    line->kind = etp_carrier_reads_ahead(endpoint->address) ? &etp_carrier_ahead_stream : &etp_carrier_stream;
    strcpy(address, endpoint->address);
    return 0;
}

static void shut_dialer(struct carrier_endpoint *endpoint)
{
    nng_stream_dialer_close(endpoint->dialer);
}

static void release_dialer(struct carrier_endpoint *endpoint)
{
    if (endpoint->dialer != NULL)
        nng_stream_dialer_free(endpoint->dialer);
}

const struct carrier_endpoint_kind etp_carrier_stream_dialer = {open_with_timeout, begin_dial, etp_carrier_take_dialed,
                                                                shut_dialer, release_dialer};
