/* SPDX-License-Identifier: MIT */
/*
 * What changes while a carrier runs: certificates, and how many connections there may be.
 *
 * NNG gives an accept or a dial its certificates when it is begun. So a dialer's next dial has the new ones, but a
 * listener's accept that waits has the old: it is closed, and listens again at once, with an accept of its own. Whoever
 * connects in between is refused, and what waited in the kernel's queue is reset: they try again. To abort the accept would
 * be enough, were it not that NNG looks at it after it may have ended by itself.
 */
#include <string.h>

#include "base/memory.h"
#include "live/carrier/inside.h"

/* ---- certificates ---- */

static void forget_prepared(struct carrier_endpoint *endpoint)
{
    if (endpoint->prepared != NULL)
        nng_tls_config_free(endpoint->prepared);
    endpoint->prepared = NULL;
}

int etp_carrier_prepare_tls(etp_carrier *carrier, unsigned number, const etp_tls *tls, etp_error *error)
{
    struct carrier_endpoint *endpoint = etp_carrier_find_endpoint(carrier, number);
    if (endpoint == NULL || endpoint->tls == NULL)
        return etp_fail(error, ETP_ENOENT, "there is no such endpoint, or it has no certificates");
    forget_prepared(endpoint);
    int result = etp_carrier_tls_load(&endpoint->prepared, tls, endpoint->address, endpoint->dials, error);
    if (result != ETP_OK)
        forget_prepared(endpoint);
    return result;
}

/* A dialer that waits tries at once: it may have failed for its old certificate. */
static void dial_with_them(struct carrier_endpoint *endpoint)
{
    nng_stream_dialer_set_ptr(endpoint->dialer, NNG_OPT_TLS_CONFIG, endpoint->tls);
    endpoint->backoff = endpoint->carrier->options.backoff_min;
    if (endpoint->state == ENDPOINT_WAITING && endpoint->waiting.busy)
        nng_aio_abort(endpoint->waiting.aio, NNG_ECANCELED);
}

static void listen_with_them(struct carrier_endpoint *endpoint)
{
    if (endpoint->is_resting)
        return;
    if (endpoint->state != ENDPOINT_TRYING) {
        nng_stream_listener_set_ptr(endpoint->listener, NNG_OPT_TLS_CONFIG, endpoint->tls);
        return;
    }
    endpoint->kind->shut(endpoint);
    endpoint->is_resting = true;
    endpoint->state = ENDPOINT_RENEWED;
}

void etp_carrier_take_tls(etp_carrier *carrier, unsigned number, bool wanted)
{
    struct carrier_endpoint *endpoint = etp_carrier_find_endpoint(carrier, number);
    if (endpoint == NULL || endpoint->prepared == NULL)
        return;
    if (!wanted) {
        forget_prepared(endpoint);
        return;
    }
    nng_tls_config_free(endpoint->tls);
    endpoint->tls = endpoint->prepared;
    endpoint->prepared = NULL;
    if (endpoint->dials)
        dial_with_them(endpoint);
    else
        listen_with_them(endpoint);
}

/* ---- how many connections ---- */

static bool grow(struct etp_carrier *carrier, unsigned count)
{
    const etp_allocator *allocator = carrier->options.allocator;
    unsigned old = carrier->options.max_connections;
    struct connection_slot *slots = etp_memory_take(allocator, count * sizeof(*slots));
    if (slots == NULL)
        return false;
    memcpy(slots, carrier->slots, old * sizeof(*slots));
    etp_memory_give(allocator, carrier->slots, old * sizeof(*slots));
    carrier->slots = slots;
    carrier->options.max_connections = count;
    etp_carrier_chain_slots(carrier, old);
    return true;
}

int etp_carrier_set_max(etp_carrier *carrier, unsigned max_connections)
{
    if (carrier == NULL || max_connections < 1 || max_connections > CARRIER_MAX_CONNECTIONS)
        return ETP_ERANGE;
    if (max_connections > carrier->options.max_connections && !grow(carrier, max_connections))
        return ETP_ENOMEM;
    carrier->limit = max_connections;
    if (carrier->full_listeners > 0)
        etp_carrier_resume_listeners(carrier);
    return ETP_OK;
}

void etp_carrier_set_silence(etp_carrier *carrier, etp_time silence)
{
    carrier->options.silence = silence;
}

bool etp_carrier_is_full(const struct etp_carrier *carrier)
{
    return carrier->first_free == CARRIER_NO_SLOT || carrier->connection_count >= carrier->limit;
}
