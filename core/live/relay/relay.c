/* SPDX-License-Identifier: MIT */
#include "live/relay/relay.h"

static bool is_relay(const struct live_connection *connection)
{
    return connection->node->channel.role == ETP_DEVICE_RELAY;
}

int etp_relay_begin(struct live_connection *connection)
{
    if (is_relay(connection))
        return etp_forward_begin(connection);
    if (etp_channel_peer_of(&connection->channel).role == ETP_DEVICE_RELAY)
        etp_through_begin(connection);
    return ETP_OK;
}

void etp_relay_take(struct live_connection *connection, etp_id device, const void *frame, size_t size)
{
    if (is_relay(connection))
        etp_forward_take(connection, device, frame, size);
    else
        etp_through_take(connection, device, frame, size);
}

bool etp_relay_settle(struct live_connection *connection)
{
    if (connection->queue != NULL)
        return etp_forward_settle(connection);
    return connection->behind != NULL && etp_through_settle(connection);
}

void etp_relay_end(struct live_connection *connection, const char *why)
{
    if (connection->queue != NULL)
        etp_forward_end(connection, why);
    if (connection->behind != NULL)
        etp_through_end(connection, why);
}
