/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "live/carrier/inside.h"

enum {
    SLOT_BITS = 20,
    MAX_ENDPOINTS = 1 << SLOT_BITS,
    MAX_GENERATION = (1 << (32 - SLOT_BITS)) - 1,
    FIRST_ENDPOINTS = 8,
    LINGER_MS = 200
};

struct carrier_endpoint *etp_carrier_find_endpoint(const struct etp_carrier *carrier, unsigned number)
{
    unsigned place = number & (MAX_ENDPOINTS - 1);
    if (carrier == NULL || place >= carrier->endpoint_capacity)
        return NULL;
    const struct endpoint_slot *slot = &carrier->endpoints[place];
    struct carrier_endpoint *endpoint = slot->endpoint;
    bool is_it = endpoint != NULL && slot->generation == number >> SLOT_BITS && endpoint->state != ENDPOINT_ENDED;
    return is_it ? endpoint : NULL;
}

static void complain(struct carrier_endpoint *endpoint, const char *what, etp_time delay)
{
    struct etp_carrier *carrier = endpoint->carrier;
    char text[ETP_CARRIER_ADDRESS_MAX + 256];
    if (delay > 0)
        snprintf(text, sizeof(text), "%s: %s; tried again in %d ms", endpoint->address, what,
                 (int)(delay / ETP_NS_PER_MS));
    else
        snprintf(text, sizeof(text), "%s: %s", endpoint->address, what);
    carrier->options.calls.trouble(carrier->options.user, endpoint->number, text);
}

static void begin(struct carrier_endpoint *endpoint)
{
    endpoint->state = ENDPOINT_TRYING;
    endpoint->trying.busy = true;
    endpoint->kind->begin(endpoint);
}

/* The delay of this time, a quarter more or less, and then twice as much next time. */
static etp_time next_delay(struct carrier_endpoint *endpoint)
{
    const etp_carrier_options *options = &endpoint->carrier->options;
    etp_time base = endpoint->backoff;
    uint64_t half = (uint64_t)base / 2;
    endpoint->backoff = base > options->backoff_max / 2 ? options->backoff_max : base * 2;
    return base - base / 4 + (etp_time)etp_rng_below(&endpoint->carrier->rng, half + 1);
}

/* The owner may end the endpoint when it hears of the trouble. */
static void wait_and_tell(struct carrier_endpoint *endpoint, const char *what)
{
    etp_time delay = next_delay(endpoint);
    endpoint->state = ENDPOINT_WAITING;
    etp_carrier_op_sleep(&endpoint->waiting, delay);
    if (what != NULL)
        complain(endpoint, what, delay);
}

static const char all_taken[] = "all connections are taken: nobody is accepted until one goes";

static void begin_or_wait_for_slot(struct carrier_endpoint *endpoint)
{
    struct etp_carrier *carrier = endpoint->carrier;
    if (endpoint->dials || endpoint->is_ws || !etp_carrier_is_full(carrier)) {
        begin(endpoint);
        return;
    }
    endpoint->state = ENDPOINT_FULL;
    carrier->full_listeners++;
    complain(endpoint, all_taken, 0);
}

void etp_carrier_resume_listeners(struct etp_carrier *carrier)
{
    for (unsigned i = 0; i < carrier->endpoint_capacity && !etp_carrier_is_full(carrier); i++) {
        struct carrier_endpoint *endpoint = carrier->endpoints[i].endpoint;
        if (endpoint == NULL || endpoint->state != ENDPOINT_FULL)
            continue;
        carrier->full_listeners--;
        begin(endpoint);
    }
}

static void rest(struct carrier_endpoint *endpoint)
{
    etp_time delay = next_delay(endpoint), least = LINGER_MS * ETP_NS_PER_MS;
    if (delay < least)
        delay = least;
    endpoint->state = ENDPOINT_WAITING;
    endpoint->is_resting = true;
    endpoint->kind->shut(endpoint);
    etp_carrier_op_sleep(&endpoint->waiting, delay);
    complain(endpoint, etp_carrier_reason(NNG_ENOFILES), delay);
}

void etp_carrier_rest_listeners(struct etp_carrier *carrier)
{
    for (unsigned i = 0; i < carrier->endpoint_capacity; i++) {
        struct carrier_endpoint *endpoint = carrier->endpoints[i].endpoint;
        if (endpoint != NULL && endpoint->is_ws && !endpoint->dials && endpoint->state == ENDPOINT_TRYING)
            rest(endpoint);
    }
}

void etp_carrier_endpoint_lost(struct carrier_endpoint *endpoint)
{
    endpoint->connection = NULL;
    if (endpoint->state == ENDPOINT_UP)
        wait_and_tell(endpoint, NULL);
}

static void free_endpoint(struct carrier_endpoint *endpoint)
{
    /* First, since a time-out may still look at the endpoint. */
    etp_carrier_op_fini(&endpoint->trying);
    etp_carrier_op_fini(&endpoint->waiting);
    etp_carrier_op_fini(&endpoint->limit);
    endpoint->kind->release(endpoint);
    if (endpoint->tls != NULL)
        nng_tls_config_free(endpoint->tls);
    if (endpoint->prepared != NULL)
        nng_tls_config_free(endpoint->prepared);
    etp_memory_give(endpoint->carrier->options.allocator, endpoint, sizeof(*endpoint));
}

static void give_slot(struct carrier_endpoint *endpoint)
{
    struct etp_carrier *carrier = endpoint->carrier;
    struct endpoint_slot *slot = &carrier->endpoints[endpoint->number & (MAX_ENDPOINTS - 1)];
    slot->endpoint = NULL;
    carrier->endpoint_count--;
}

void etp_carrier_endpoint_settle(struct carrier_endpoint *endpoint)
{
    bool is_busy = endpoint->trying.busy || endpoint->waiting.busy || endpoint->limit.busy;
    if (endpoint->state != ENDPOINT_ENDED || !endpoint->gone_seen || is_busy)
        return;
    if (!endpoint->has_lingered && endpoint->is_ws) {
        endpoint->has_lingered = true;
        etp_carrier_op_sleep(&endpoint->waiting, LINGER_MS * ETP_NS_PER_MS);
        return;
    }
    give_slot(endpoint);
    free_endpoint(endpoint);
}

static int open_line(struct carrier_endpoint *endpoint, struct carrier_line *line, const char *address)
{
    const etp_carrier_options *options = &endpoint->carrier->options;
    if (endpoint->dials || options->admit == NULL || options->admit(options->user, endpoint->number, address))
        return etp_carrier_connection_open(endpoint, *line, address);
    line->kind->close(line);
    return ETP_OK;
}

static void take_line(struct carrier_endpoint *endpoint)
{
    struct carrier_line line;
    char address[ETP_CARRIER_ADDRESS_MAX];
    int why = endpoint->kind->take(endpoint, &line, address);
    if (why != 0) {
        wait_and_tell(endpoint, etp_carrier_reason(why));
        return;
    }
    if (endpoint->dials)
        endpoint->state = ENDPOINT_UP;
    int result = open_line(endpoint, &line, address);
    if (endpoint->state == ENDPOINT_ENDED)
        return;
    if (result == ETP_ENOMEM || (result != ETP_OK && endpoint->dials)) {
        wait_and_tell(endpoint, result == ETP_ENOMEM ? "no memory for a connection" : "all connections are taken");
    } else if (!endpoint->dials) {
        if (result == ETP_EFULL && !endpoint->has_told_full)
            complain(endpoint, all_taken, 0);
        endpoint->has_told_full = result == ETP_EFULL;
        if (endpoint->state == ENDPOINT_ENDED)
            return;
        endpoint->backoff = endpoint->carrier->options.backoff_min;
        begin_or_wait_for_slot(endpoint);
    }
}

static void drop_line(struct carrier_endpoint *endpoint)
{
    struct carrier_line line;
    char address[ETP_CARRIER_ADDRESS_MAX];
    if (endpoint->kind->take(endpoint, &line, address) == 0)
        line.kind->close(&line);
}

static void on_tried(struct carrier_event *event)
{
    struct carrier_endpoint *endpoint = CARRIER_AROUND(event, struct carrier_endpoint, trying.event);
    endpoint->trying.busy = false;
    if (endpoint->state == ENDPOINT_TRYING)
        take_line(endpoint);
    else
        drop_line(endpoint);
    if (endpoint->state == ENDPOINT_RENEWED)
        begin_or_wait_for_slot(endpoint);
    etp_carrier_endpoint_settle(endpoint);
}

static void on_waited(struct carrier_event *event)
{
    struct carrier_endpoint *endpoint = CARRIER_AROUND(event, struct carrier_endpoint, waiting.event);
    endpoint->waiting.busy = false;
    if (endpoint->state == ENDPOINT_WAITING)
        begin_or_wait_for_slot(endpoint);
    etp_carrier_endpoint_settle(endpoint);
}

static void on_gone(struct carrier_event *event)
{
    struct carrier_endpoint *endpoint = CARRIER_AROUND(event, struct carrier_endpoint, gone);
    endpoint->gone_seen = true;
    etp_carrier_endpoint_settle(endpoint);
}

/* From here on its connections are nobody's. */
static void release_connections(struct carrier_endpoint *endpoint)
{
    struct etp_carrier *carrier = endpoint->carrier;
    for (unsigned i = 0; i < carrier->slots_touched; i++)
        if (carrier->slots[i].connection != NULL && carrier->slots[i].connection->endpoint == endpoint)
            carrier->slots[i].connection->endpoint = NULL;
    endpoint->connection = NULL;
}

static void close_connections(struct carrier_endpoint *endpoint)
{
    struct etp_carrier *carrier = endpoint->carrier;
    for (unsigned i = 0; i < carrier->slots_touched; i++) {
        struct carrier_connection *connection = carrier->slots[i].connection;
        if (connection == NULL || connection->endpoint != endpoint)
            continue;
        connection->endpoint = NULL;
        etp_carrier_connection_close(connection, "its endpoint was ended");
    }
}

static void close_connection(struct carrier_connection *connection)
{
    if (connection == NULL)
        return;
    connection->endpoint = NULL;
    etp_carrier_connection_close(connection, "its endpoint was ended");
}

void etp_carrier_endpoint_end(struct carrier_endpoint *endpoint)
{
    if (endpoint->state == ENDPOINT_ENDED)
        return;
    if (endpoint->state == ENDPOINT_FULL)
        endpoint->carrier->full_listeners--;
    endpoint->state = ENDPOINT_ENDED;
    if (endpoint->is_ws && !endpoint->dials)
        endpoint->carrier->ws_listeners--;
    if (!endpoint->is_resting)
        endpoint->kind->shut(endpoint);
    if (endpoint->waiting.busy)
        nng_aio_abort(endpoint->waiting.aio, NNG_ECANCELED);
    if (endpoint->dials)
        close_connection(endpoint->connection);
    else
        close_connections(endpoint);
    etp_carrier_handover_put(&endpoint->carrier->handover, &endpoint->gone);
}

static bool grow(struct etp_carrier *carrier)
{
    unsigned old = carrier->endpoint_capacity, capacity = old > 0 ? old * 2 : FIRST_ENDPOINTS;
    if (capacity > MAX_ENDPOINTS)
        return false;
    const etp_allocator *allocator = carrier->options.allocator;
    struct endpoint_slot *grown = etp_memory_take(allocator, capacity * sizeof(*grown));
    if (grown == NULL)
        return false;
    if (old > 0)
        memcpy(grown, carrier->endpoints, old * sizeof(*grown));
    etp_memory_give(allocator, carrier->endpoints, old * sizeof(*grown));
    carrier->endpoints = grown;
    carrier->endpoint_capacity = capacity;
    return true;
}

static bool take_slot(struct carrier_endpoint *endpoint)
{
    struct etp_carrier *carrier = endpoint->carrier;
    unsigned place = 0;
    if (carrier->endpoint_count == carrier->endpoint_capacity) {
        place = carrier->endpoint_capacity;
        if (!grow(carrier))
            return false;
    }
    while (carrier->endpoints[place].endpoint != NULL)
        place++;
    struct endpoint_slot *slot = &carrier->endpoints[place];
    slot->generation = slot->generation == MAX_GENERATION ? 1 : (uint16_t)(slot->generation + 1);
    slot->endpoint = endpoint;
    endpoint->number = (unsigned)slot->generation << SLOT_BITS | place;
    carrier->endpoint_count++;
    return true;
}

static int build(struct carrier_endpoint *endpoint, const etp_tls *tls, etp_error *error)
{
    struct etp_carrier *carrier = endpoint->carrier;
    if (etp_carrier_op_init(&endpoint->trying, carrier, on_tried) != ETP_OK ||
        etp_carrier_op_init(&endpoint->waiting, carrier, on_waited) != ETP_OK)
        return etp_fail(error, ETP_ENOMEM, NULL);
    endpoint->gone.happened = on_gone;
    endpoint->backoff = carrier->options.backoff_min;
    if (tls != NULL) {
        int result = etp_carrier_tls_load(&endpoint->tls, tls, endpoint->address, endpoint->dials, error);
        if (result != ETP_OK)
            return result;
    }
    int result = endpoint->kind->open(endpoint, error);
    if (result != ETP_OK)
        return result;
    return take_slot(endpoint) ? ETP_OK : etp_fail(error, ETP_ENOMEM, "no memory for an endpoint");
}

static int make(etp_carrier *carrier, const char *url, const etp_tls *tls, bool dials, unsigned *number,
                etp_error *error)
{
    struct etp_url parts;
    if (carrier == NULL || url == NULL || number == NULL || carrier->is_freed)
        return etp_fail(error, ETP_EINVAL, "an endpoint needs a carrier, a URL and a place for its number");
    int result = etp_carrier_read_url(&parts, url, dials, tls != NULL, error);
    if (result != ETP_OK)
        return result;
    struct carrier_endpoint *made = etp_memory_take(carrier->options.allocator, sizeof(*made));
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    made->carrier = carrier;
    made->dials = dials;
    made->kind = dials ? parts.dialer : parts.listener;
    made->is_ws = strncmp(url, "ws", 2) == 0;
    strcpy(made->address, url);
    result = build(made, tls, error);
    if (result != ETP_OK) {
        free_endpoint(made);
        return result;
    }
    *number = made->number;
    if (made->is_ws && !dials)
        carrier->ws_listeners++;
    etp_carrier_start_tick(carrier);
    begin(made);
    return ETP_OK;
}

int etp_carrier_listen(etp_carrier *carrier, const char *url, const etp_tls *tls, unsigned *endpoint, etp_error *error)
{
    return make(carrier, url, tls, false, endpoint, error);
}

int etp_carrier_dial(etp_carrier *carrier, const char *url, const etp_tls *tls, unsigned *endpoint, etp_error *error)
{
    return make(carrier, url, tls, true, endpoint, error);
}

static int end(etp_carrier *carrier, unsigned number, bool keeps)
{
    struct carrier_endpoint *found = etp_carrier_find_endpoint(carrier, number);
    if (found == NULL)
        return ETP_ENOENT;
    if (keeps)
        release_connections(found);
    etp_carrier_endpoint_end(found);
    return ETP_OK;
}

int etp_carrier_end(etp_carrier *carrier, unsigned endpoint)
{
    return end(carrier, endpoint, false);
}

int etp_carrier_retire(etp_carrier *carrier, unsigned endpoint)
{
    return end(carrier, endpoint, true);
}

const char *etp_carrier_address(const etp_carrier *carrier, unsigned endpoint)
{
    const struct carrier_endpoint *found = etp_carrier_find_endpoint(carrier, endpoint);
    return found != NULL ? found->address : "";
}
