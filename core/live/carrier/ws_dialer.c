/* SPDX-License-Identifier: MIT */
/*
 * Dialing over ws. NNG 1.5.2 cannot be trusted to cancel such a dial (inside.h), so what ends one that gets no answer is that
 * its dialer is closed, and made anew for the next. `limit` says when: it sleeps for as long as a dial may take; of an endpoint
 * that is ended for a moment only; and once the dialer is closed, for as long as NNG may need to end the dial.
 *
 * Closed between two steps of its dial, NNG forgets the rest of them: then nothing of the dial is under way any more, so that
 * it can be aborted without harm. But to free that dialer NNG would wait for the dial without end: it is left behind. The
 * moment is for this not to happen: after it a dial waits for the other side, and is not between two steps.
 */
#include "live/carrier/inside.h"

static const etp_time moment = 100 * ETP_NS_PER_MS, grace = ETP_NS_PER_SECOND;

static void watch(struct carrier_endpoint *endpoint)
{
    etp_time span = endpoint->state == ENDPOINT_ENDED ? moment : endpoint->carrier->options.dial_timeout;
    etp_carrier_op_sleep(&endpoint->limit, endpoint->is_resting ? grace : span);
}

static void watch_no_more(struct carrier_endpoint *endpoint)
{
    if (endpoint->limit.busy)
        nng_aio_abort(endpoint->limit.aio, NNG_ECANCELED);
}

static void close_dialer(struct carrier_endpoint *endpoint)
{
    nng_stream_dialer_close(endpoint->dialer);
    endpoint->is_resting = true;
}

/* A dial that is under way ends by its limit, which on_limit() sets anew. */
static void shut_dialer(struct carrier_endpoint *endpoint)
{
    if (endpoint->trying.busy)
        watch_no_more(endpoint);
    else
        close_dialer(endpoint);
}

static void run_out(struct carrier_endpoint *endpoint)
{
    if (!endpoint->is_resting) {
        close_dialer(endpoint);
        watch(endpoint);
        return;
    }
    endpoint->is_stuck = true;
    nng_aio_abort(endpoint->trying.aio, NNG_ECLOSED);
}

/* One that was woken slept for what is over: an earlier dial, or this one before its endpoint was ended. */
static void on_limit(struct carrier_event *event)
{
    struct carrier_endpoint *endpoint = CARRIER_AROUND(event, struct carrier_endpoint, limit.event);
    endpoint->limit.busy = false;
    if (!endpoint->trying.busy)
        etp_carrier_endpoint_settle(endpoint);
    else if (nng_aio_result(endpoint->limit.aio) != 0)
        watch(endpoint);
    else
        run_out(endpoint);
}

static int open_dialer(struct carrier_endpoint *endpoint, etp_error *error)
{
    if (etp_carrier_op_init(&endpoint->limit, endpoint->carrier, on_limit) != ETP_OK)
        return etp_fail(error, ETP_ENOMEM, NULL);
    return etp_carrier_open_dialer(endpoint, error);
}

static void release_dialer(struct carrier_endpoint *endpoint)
{
    if (endpoint->dialer != NULL && !endpoint->is_stuck)
        nng_stream_dialer_free(endpoint->dialer);
    endpoint->dialer = NULL;
    endpoint->is_stuck = false;
}

/* An error of NNG. */
static int make_anew(struct carrier_endpoint *endpoint)
{
    release_dialer(endpoint);
    int why = etp_carrier_make_dialer(endpoint);
    endpoint->is_resting = why != 0;
    return why;
}

static void begin_dial(struct carrier_endpoint *endpoint)
{
    int why = endpoint->is_resting ? make_anew(endpoint) : 0;
    if (why != 0) {
        if (nng_aio_begin(endpoint->trying.aio))
            nng_aio_finish(endpoint->trying.aio, why);
        return;
    }
    if (!endpoint->limit.busy)
        watch(endpoint);
    nng_stream_dialer_dial(endpoint->dialer, endpoint->trying.aio);
}

static int take_dialed(struct carrier_endpoint *endpoint, struct carrier_line *line, char *address)
{
    watch_no_more(endpoint);
    int why = etp_carrier_take_dialed(endpoint, line, address);
    return why != 0 && endpoint->is_resting ? NNG_ETIMEDOUT : why;
}

const struct carrier_endpoint_kind etp_carrier_ws_dialer = {open_dialer, begin_dial, take_dialed, shut_dialer,
                                                            release_dialer};
