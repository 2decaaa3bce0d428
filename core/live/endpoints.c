/* SPDX-License-Identifier: MIT */
/* Listeners and dialers. A dialer may rest: while its peer is up by another connection, or when it was told to stay away. */
#include "live/internal.h"

#include <string.h>

/* ---- the table ---- */

static int make_room(etp_live *live)
{
    uint32_t room = live->endpoint_room > 0 ? 2 * live->endpoint_room : 4;
    struct live_endpoint *endpoints = etp_live_take(live, room * sizeof *endpoints);
    if (endpoints == NULL)
        return ETP_ENOMEM;
    if (live->endpoint_count > 0)
        memcpy(endpoints, live->endpoints, live->endpoint_count * sizeof *endpoints);
    etp_live_give(live, live->endpoints, live->endpoint_room * sizeof *endpoints);
    live->endpoints = endpoints;
    live->endpoint_room = room;
    return ETP_OK;
}

/* A place that is free: one that was ended, or a new one. */
static struct live_endpoint *find_place(etp_live *live, etp_live_endpoint *number)
{
    for (*number = 0; *number < live->endpoint_count; ++*number)
        if (live->endpoints[*number].node == NULL)
            return &live->endpoints[*number];
    if (live->endpoint_count == live->endpoint_room && make_room(live) != ETP_OK)
        return NULL;
    live->endpoint_count++;
    return &live->endpoints[*number];
}

struct live_endpoint *etp_live_endpoint_at(const etp_live *live, etp_live_endpoint number)
{
    return number < live->endpoint_count && live->endpoints[number].node != NULL ? &live->endpoints[number] : NULL;
}

bool etp_live_rests(const struct live_endpoint *endpoint)
{
    return endpoint->rests_for != NULL || endpoint->rests_until != 0;
}

struct live_endpoint *etp_live_endpoint_of(etp_live *live, unsigned carried, etp_live_endpoint *number)
{
    for (*number = 0; *number < live->endpoint_count; ++*number) {
        struct live_endpoint *endpoint = &live->endpoints[*number];
        if (endpoint->node != NULL && endpoint->carried == carried && !etp_live_rests(endpoint))
            return endpoint;
    }
    return NULL;
}

/* ---- opening ---- */

static int open_endpoint(etp_live *live, struct live_endpoint *endpoint, etp_error *error)
{
    const etp_tls *tls = endpoint->secured ? &endpoint->tls : NULL;
    return endpoint->listens ? etp_carrier_listen(live->carrier, endpoint->url, tls, &endpoint->carried, error)
                             : etp_carrier_dial(live->carrier, endpoint->url, tls, &endpoint->carried, error);
}

static void forget(etp_live *live, struct live_endpoint *endpoint)
{
    etp_live_forget_tls(live, &endpoint->tls);
    *endpoint = (struct live_endpoint){0};
}

static int add(etp_live *live, const struct live_endpoint *wanted, const etp_live_tls *tls, etp_live_endpoint *made,
               etp_error *error)
{
    etp_live_endpoint number;
    struct live_endpoint *endpoint = find_place(live, &number);
    if (endpoint == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a listener or dialer");
    *endpoint = *wanted;
    int result = ETP_OK;
    if (tls != NULL) {
        endpoint->secured = true;
        if (!etp_live_keep_tls(live, &endpoint->tls, tls))
            result = etp_fail(error, ETP_ENOMEM, "no memory for the texts of TLS");
    }
    if (result == ETP_OK)
        result = open_endpoint(live, endpoint, error);
    if (result != ETP_OK) {
        forget(live, endpoint);
        return result;
    }
    if (made != NULL)
        *made = number;
    return ETP_OK;
}

static int check(const etp_live *live, etp_node node, const char *url, struct live_endpoint *wanted, etp_error *error)
{
    if (live == NULL || url == NULL)
        return etp_fail(error, ETP_EINVAL, "an address to listen at, or to dial, is needed");
    wanted->node = etp_live_node_of(live, node);
    if (wanted->node == NULL)
        return etp_fail(error, ETP_ENOENT, "no node %u is on this network: etp_live_add_node() comes first", node);
    if (strlen(url) >= sizeof wanted->url)
        return etp_fail(error, ETP_EINVAL, "an address has at most %zu characters", sizeof wanted->url - 1);
    strcpy(wanted->url, url);
    return ETP_OK;
}

int etp_live_listen(etp_live *live, etp_node node, const char *url, const etp_live_tls *tls,
                    etp_live_endpoint *endpoint, etp_error *error)
{
    struct live_endpoint wanted = {.listens = true};
    int result = check(live, node, url, &wanted, error);
    return result == ETP_OK ? add(live, &wanted, tls, endpoint, error) : result;
}

int etp_live_dial(etp_live *live, etp_node node, const char *url, etp_id expected, const etp_live_tls *tls,
                  etp_live_endpoint *endpoint, etp_error *error)
{
    struct live_endpoint wanted = {.expected = expected};
    int result = check(live, node, url, &wanted, error);
    if (result == ETP_OK && expected > ETP_ID_MAX)
        result = etp_fail(error, ETP_ERANGE, "a device id is 1 to 2^53 - 1, or 0 for whoever is trusted");
    return result == ETP_OK ? add(live, &wanted, tls, endpoint, error) : result;
}

const char *etp_live_address(const etp_live *live, etp_live_endpoint number)
{
    const struct live_endpoint *endpoint = live != NULL ? etp_live_endpoint_at(live, number) : NULL;
    if (endpoint == NULL)
        return NULL;
    return endpoint->listens ? etp_carrier_address(live->carrier, endpoint->carried) : endpoint->url;
}

void etp_live_end_endpoint(etp_live *live, etp_live_endpoint number)
{
    struct live_endpoint *endpoint = etp_live_endpoint_at(live, number);
    if (!etp_live_rests(endpoint))
        etp_carrier_retire(live->carrier, endpoint->carried);
    etp_live_end_connections_of(live, number);
    forget(live, endpoint);
}

int etp_live_end(etp_live *live, etp_live_endpoint number)
{
    if (live == NULL)
        return ETP_EINVAL;
    if (live->busy)
        return ETP_ESTATE;
    if (etp_live_endpoint_at(live, number) == NULL)
        return ETP_ENOENT;
    live->busy = true;
    etp_live_end_endpoint(live, number);
    etp_live_leave(live);
    return ETP_OK;
}

/* ---- dialers that rest ---- */

void etp_live_rest(etp_live *live, etp_live_endpoint number, const struct etp_live_peer *peer, etp_time until)
{
    struct live_endpoint *endpoint = etp_live_endpoint_at(live, number);
    if (endpoint == NULL || endpoint->listens || etp_live_rests(endpoint))
        return;
    etp_carrier_end(live->carrier, endpoint->carried);
    endpoint->rests_for = peer;
    endpoint->rests_until = peer == NULL ? until : 0;
    if (peer == NULL && until < live->rise_at)
        live->rise_at = until;
}

static void dial_again(etp_live *live, struct live_endpoint *endpoint)
{
    etp_error error = {0};
    endpoint->rests_for = NULL;
    endpoint->rests_until = 0;
    if (open_endpoint(live, endpoint, &error) == ETP_OK)
        return;
    /* There may be memory, or a descriptor, in a while. */
    etp_log(&live->options.logger, ETP_LOG_WARN, "live", "cannot dial url=%s error=%s", endpoint->url, error.text);
    endpoint->rests_until = etp_live_now(live) + live->options.backoff_max;
}

void etp_live_rise(etp_live *live, const struct etp_live_peer *lost)
{
    etp_time now = etp_live_now(live), next = ETP_TIME_NEVER;
    for (uint32_t i = 0; i < live->endpoint_count; i++) {
        struct live_endpoint *endpoint = &live->endpoints[i];
        if (endpoint->node == NULL)
            continue;
        if ((lost != NULL && endpoint->rests_for == lost) ||
            (endpoint->rests_until != 0 && endpoint->rests_until <= now))
            dial_again(live, endpoint);
        if (endpoint->rests_until != 0 && endpoint->rests_until < next)
            next = endpoint->rests_until;
    }
    live->rise_at = next;
}

void etp_live_free_endpoints(etp_live *live)
{
    for (uint32_t i = 0; i < live->endpoint_count; i++)
        forget(live, &live->endpoints[i]);
    etp_live_give(live, live->endpoints, live->endpoint_room * sizeof *live->endpoints);
}
