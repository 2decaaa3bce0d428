/* SPDX-License-Identifier: MIT */
/*
 * The side of those who speak through a relay. Which devices are behind it the trust list says, and nobody else. Each of them
 * is greeted when the connection with the relay is there, and again from time to time while it is not up; whoever answers has a
 * port, and so a link of the engine. One that has a connection of its own with us is left alone.
 */
#include "live/bucket.h"
#include "live/relay/relay.h"

#define GREET_AGAIN (30 * ETP_NS_PER_SECOND)
#define ANEW_EACH   ETP_NS_PER_SECOND

enum { ANEW_AT_ONCE = 8 };

struct far_port {
    etp_live_port port; /* first */
    struct live_connection *connection;
    etp_id device;
    bool waits;        /* the engine met ETP_EFULL */
    bool owes_welcome; /* the channel had no room for it */
    etp_time anew_due; /* when it will be allowed all of its new beginnings again */
    struct far_port *next;
};

struct live_behind {
    struct far_port *ports;
    size_t greeted; /* of the trust list */
    etp_time greet_at;
};

/* ---- a port ---- */

static struct far_port *as_far(etp_live_port *port)
{
    return (struct far_port *)(void *)port;
}

static int send_frame(etp_live_port *port, const void *frame, size_t size)
{
    struct far_port *far = as_far(port);
    struct live_connection *connection = far->connection;
    etp_time now = etp_engine_now(connection->live->engine);
    int result = etp_channel_send(&connection->channel, now, far->device, frame, size);
    far->waits = result == ETP_EFULL;
    if (result == ETP_OK)
        etp_live_list(connection->live, connection);
    return result;
}

/* The peer has a connection of its own now, or another relay. */
static void was_replaced(etp_live_port *port)
{
    as_far(port)->waits = false;
}

static void describe(const etp_live_port *port, etp_live_peer_info *info)
{
    const struct far_port *far = (const struct far_port *)(const void *)port;
    info->address = far->connection->address;
    info->proved = etp_channel_peer_of(&far->connection->channel).proved;
}

static const etp_live_port_class far_class = {
    .transport = "relay", .send = send_frame, .replaced = was_replaced, .describe = describe};

static struct far_port *find(const struct live_connection *connection, etp_id device)
{
    struct far_port *far = connection->behind->ports;
    while (far != NULL && far->device != device)
        far = far->next;
    return far;
}

static struct far_port *add(struct live_connection *connection, etp_id device)
{
    struct far_port *far = etp_live_take(connection->live, sizeof *far);
    if (far == NULL)
        return NULL;
    *far = (struct far_port){
        .port = {.class = &far_class}, .connection = connection, .device = device, .next = connection->behind->ports};
    connection->behind->ports = far;
    return far;
}

/* ---- who is there ---- */

static const etp_trust_entry *entry_of(const struct live_connection *connection, etp_id device)
{
    return etp_trust_find(connection->node->channel.trust, device);
}

/* Its port, joined; NULL where it has another one, or cannot have any. */
static struct far_port *join(struct live_connection *connection, etp_id device)
{
    etp_live *live = connection->live;
    const etp_trust_entry *entry = entry_of(connection, device);
    struct far_port *far = find(connection, device);
    if (far != NULL && far->port.peer != NULL)
        return far;
    if (entry == NULL || !etp_device_role_meets(connection->node->channel.role, entry->role) ||
        etp_live_has_peer(live, connection->node->number, device))
        return NULL;
    if (far == NULL)
        far = add(connection, device);
    const etp_live_arrival arrival = {
        .node = connection->node->number, .device = device, .role = entry->role, .name = entry->name};
    etp_error error = {0};
    if (far == NULL || etp_live_port_join(live, &far->port, &arrival, &error) == ETP_OK)
        return far;
    etp_log(&live->options.logger, ETP_LOG_WARN, "live", "cannot take peer device=%llu error=%s",
            (unsigned long long)device, error.text);
    return NULL;
}

static bool send_note(struct live_connection *connection, etp_id device, unsigned char note)
{
    etp_time now = etp_live_now(connection->live);
    if (etp_channel_send(&connection->channel, now, device, &note, sizeof note) != ETP_OK)
        return false;
    etp_live_list(connection->live, connection);
    return true;
}

static bool is_to_be_greeted(const struct live_connection *connection, const etp_trust_entry *entry)
{
    const etp_channel_options *own = &connection->node->channel;
    return entry->via == etp_channel_peer_of(&connection->channel).device && entry->device != own->device &&
           etp_device_role_meets(own->role, entry->role) &&
           !etp_live_has_peer(connection->live, connection->node->number, entry->device);
}

/* True if there are more than the channel took. */
static bool greet(struct live_connection *connection)
{
    struct live_behind *behind = connection->behind;
    etp_time now = etp_live_now(connection->live);
    const etp_trust_entry *entry;
    if (behind->greet_at <= now) {
        behind->greeted = 0;
        behind->greet_at = now + GREET_AGAIN;
    }
    while ((entry = etp_trust_at(connection->node->channel.trust, behind->greeted)) != NULL) {
        if (is_to_be_greeted(connection, entry) && !send_note(connection, entry->device, ETP_RELAY_HELLO))
            return true;
        behind->greeted++;
    }
    return false;
}

void etp_through_begin(struct live_connection *connection)
{
    connection->behind = etp_live_take(connection->live, sizeof *connection->behind);
    if (connection->behind != NULL)
        connection->behind->greet_at = etp_live_now(connection->live);
    etp_live_list(connection->live, connection);
}

/* ---- what comes ---- */

/* Who says HELLO has no link with us: what we believe to have is from before it was started, or lost us. Who says so again and
 * again would only have us take the link down and up. */
static bool has_begun_anew(const struct live_connection *connection, struct far_port *far)
{
    const etp_time now = etp_live_now(connection->live);
    if (far == NULL || far->port.peer == NULL)
        return false;
    return etp_bucket_take(&far->anew_due, now, ANEW_EACH, ANEW_AT_ONCE * ANEW_EACH);
}

static void take_note(struct live_connection *connection, etp_id device, unsigned char note)
{
    struct far_port *far = find(connection, device);
    if (note == ETP_RELAY_GONE) {
        if (far == NULL)
            return;
        far->owes_welcome = false;
        etp_live_port_lost(connection->live, &far->port, "the relay has no connection with it");
        return;
    }
    if (note == ETP_RELAY_HELLO && has_begun_anew(connection, far))
        etp_live_port_lost(connection->live, &far->port, "it has begun anew");
    far = join(connection, device);
    if (far != NULL && note == ETP_RELAY_HELLO)
        far->owes_welcome = !send_note(connection, device, ETP_RELAY_WELCOME);
}

/* The channel has seen to it that this relay may speak for the device. */
void etp_through_take(struct live_connection *connection, etp_id device, const void *frame, size_t size)
{
    if (connection->behind == NULL)
        return;
    if (size == 1) {
        take_note(connection, device, *(const unsigned char *)frame);
        return;
    }
    struct far_port *far = join(connection, device);
    if (far != NULL)
        etp_live_port_frame(connection->live, &far->port, frame, size);
}

bool etp_through_settle(struct live_connection *connection)
{
    bool more = greet(connection);
    for (struct far_port *far = connection->behind->ports; far != NULL; far = far->next) {
        if (far->owes_welcome)
            far->owes_welcome = !send_note(connection, far->device, ETP_RELAY_WELCOME);
        if (far->owes_welcome)
            return true;
        if (!far->waits)
            continue;
        if (!etp_channel_writable(&connection->channel))
            return true;
        far->waits = false;
        etp_live_port_ready(connection->live, &far->port);
        more = more || far->waits;
    }
    return more;
}

void etp_through_judge(struct live_connection *connection)
{
    const etp_id relay = etp_channel_peer_of(&connection->channel).device;
    for (struct far_port *far = connection->behind->ports; far != NULL; far = far->next) {
        const etp_trust_entry *entry = entry_of(connection, far->device);
        if (entry == NULL || entry->via != relay)
            etp_live_port_lost(connection->live, &far->port, "the trust list does not give it this relay any more");
    }
    connection->behind->greet_at = etp_live_now(connection->live);
    etp_live_list(connection->live, connection);
}

void etp_through_end(struct live_connection *connection, const char *why)
{
    struct live_behind *behind = connection->behind;
    while (behind->ports != NULL) {
        struct far_port *far = behind->ports;
        behind->ports = far->next;
        if (why != NULL)
            etp_live_port_lost(connection->live, &far->port, why);
        etp_live_give(connection->live, far, sizeof *far);
    }
    etp_live_give(connection->live, behind, sizeof *behind);
    connection->behind = NULL;
}
