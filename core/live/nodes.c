/* SPDX-License-Identifier: MIT */
/* The devices that live here: who they are, and whom they trust. */
#include "live/internal.h"

#include <string.h>

struct live_node *etp_live_node_of(const etp_live *live, etp_node number)
{
    for (uint32_t i = 0; i < live->node_count; i++)
        if (live->nodes[i]->number == number)
            return live->nodes[i];
    return NULL;
}

static int check_identity(const etp_live_node_options *options, etp_error *error)
{
    if (options->identity == NULL)
        return options->trust == NULL ? ETP_OK
                                      : etp_fail(error, ETP_EINVAL,
                                                 "a node without an identity believes everybody: a trust list would "
                                                 "be ignored");
    if (options->trust == NULL)
        return etp_fail(error, ETP_EINVAL, "a node with an identity needs a trust list");
    if (etp_identity_device(options->identity) != options->device_id)
        return etp_fail(error, ETP_EINVAL, "the identity is of device %llu, and the node is device %llu",
                        (unsigned long long)etp_identity_device(options->identity),
                        (unsigned long long)options->device_id);
    return ETP_OK;
}

static int check_node(const etp_live *live, const etp_live_node_options *options, etp_error *error)
{
    if (options->size != sizeof *options)
        return etp_fail(error, ETP_EINVAL, "etp_live_node_options.size is %zu, not %zu", options->size,
                        sizeof *options);
    if (live->busy || live->engine == NULL)
        return etp_fail(error, ETP_ESTATE, "nodes are added after etp_live_attach(), and not from inside a callback");
    if (options->device_id == 0 || options->device_id > ETP_ID_MAX || (unsigned)options->role >= ETP_DEVICE_ROLES)
        return etp_fail(error, ETP_ERANGE, "a node has a device id of 1 to 2^53 - 1, and a role");
    for (uint32_t i = 0; i < live->node_count; i++)
        if (live->nodes[i]->number == options->node || live->nodes[i]->channel.device == options->device_id)
            return etp_fail(error, ETP_EEXIST, "node %u or device %llu is on this network already", options->node,
                            (unsigned long long)options->device_id);
    return check_identity(options, error);
}

void etp_live_limit_channel(const etp_live *live, etp_channel_options *channel)
{
    channel->unacknowledged = (uint32_t)live->options.unacknowledged_bytes;
    channel->credit = (uint32_t)live->options.unacknowledged_most_bytes;
    channel->messages_per_second = live->options.messages_per_second;
    channel->message_burst = live->options.message_burst;
    channel->handshake_limit = live->options.handshake_limit;
    channel->heartbeat = live->options.heartbeat;
}

static void configure(const etp_live *live, const etp_live_node_options *options, struct live_node *node)
{
    node->number = options->node;
    etp_channel_options_defaults(&node->channel);
    node->channel.identity = node->identity;
    node->channel.trust = options->trust;
    node->channel.device = options->device_id;
    node->channel.role = options->role;
    etp_live_limit_channel(live, &node->channel);
    node->channel.calls = etp_live_channel_calls;
}

/* Nodes do not move: connections point to them. */
static int make_room(etp_live *live)
{
    if (live->node_count < live->node_room)
        return ETP_OK;
    uint32_t room = live->node_room > 0 ? 2 * live->node_room : 4;
    struct live_node **nodes = etp_live_take(live, room * sizeof *nodes);
    if (nodes == NULL)
        return ETP_ENOMEM;
    if (live->node_count > 0)
        memcpy(nodes, live->nodes, live->node_count * sizeof *nodes);
    etp_live_give(live, live->nodes, live->node_room * sizeof *nodes);
    live->nodes = nodes;
    live->node_room = room;
    return ETP_OK;
}

int etp_live_add_node(etp_live *live, const etp_live_node_options *options, etp_error *error)
{
    if (live == NULL || options == NULL)
        return etp_fail(error, ETP_EINVAL, "a node needs a network and its options");
    int result = check_node(live, options, error);
    if (result != ETP_OK)
        return result;
    struct live_node *node = make_room(live) == ETP_OK ? etp_live_take(live, sizeof *node) : NULL;
    if (node == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a node");
    if (options->identity != NULL) {
        result = etp_identity_copy(&node->identity, options->identity, live->allocator);
        if (result != ETP_OK) {
            etp_live_give(live, node, sizeof *node);
            return etp_fail(error, result, "no memory for an identity");
        }
    }
    configure(live, options, node);
    live->nodes[live->node_count++] = node;
    return ETP_OK;
}

int etp_live_set_trust(etp_live *live, etp_node number, const etp_trust *trust)
{
    if (live == NULL || trust == NULL)
        return ETP_EINVAL;
    if (live->busy)
        return ETP_ESTATE;
    struct live_node *node = etp_live_node_of(live, number);
    if (node == NULL)
        return ETP_ENOENT;
    if (node->identity == NULL)
        return ETP_EINVAL;
    node->channel.trust = trust;
    live->busy = true;
    etp_live_judge_finders(live, node);
    etp_live_judge_connections(live, node);
    etp_live_older_judge(live, node);
    etp_live_leave(live);
    return ETP_OK;
}

/* A channel looks for it when it signs: those that have said who they are need it no more. */
int etp_live_set_identity(etp_live *live, etp_node number, const etp_identity *identity)
{
    etp_identity *copy;
    if (live == NULL || identity == NULL)
        return ETP_EINVAL;
    if (live->busy)
        return ETP_ESTATE;
    struct live_node *node = etp_live_node_of(live, number);
    if (node == NULL)
        return ETP_ENOENT;
    if (node->identity == NULL || etp_identity_device(identity) != node->channel.device)
        return ETP_EINVAL;
    int result = etp_identity_copy(&copy, identity, live->allocator);
    if (result != ETP_OK)
        return result;
    etp_live_sign_announcements(live, node, copy);
    etp_identity_free(node->identity);
    node->channel.identity = node->identity = copy;
    return ETP_OK;
}

void etp_live_free_nodes(etp_live *live)
{
    for (uint32_t i = 0; i < live->node_count; i++) {
        etp_identity_free(live->nodes[i]->identity);
        etp_live_give(live, live->nodes[i], sizeof *live->nodes[i]);
    }
    etp_live_give(live, live->nodes, live->node_room * sizeof *live->nodes);
}
