/* SPDX-License-Identifier: MIT */
/*
 * Which device a guest is. Nothing proves it, so an id means little: it is let in if it is on the list, or without a list
 * while there is room; never if a key belongs to it. Buyers that name no device get one of a few ids of ours.
 *
 * Of two connections with the same id the newer one is let in, for the older one may be half of a connection that a
 * reboot has left behind; but not while the older one has a bid that waits or an award to confirm: else anybody could
 * take these away.
 */
#include "live/older/older.h"

static unsigned room_of(const struct older_listener *listener)
{
    return listener->options.allow_count > 0 ? listener->options.allow_count : listener->options.max_devices;
}

static struct older_device *find(const struct older_listener *listener, etp_id id)
{
    for (unsigned i = 0; i < listener->head.stats.devices; i++)
        if (listener->devices[i].id == id)
            return &listener->devices[i];
    return NULL;
}

static bool is_allowed(const struct older_listener *listener, etp_id id)
{
    if (listener->options.allow_count == 0)
        return true;
    for (unsigned i = 0; i < listener->options.allow_count; i++)
        if (listener->allow[i] == id)
            return true;
    return false;
}

static const char *const belongs_to_another = "this device id is that of a device which proves who it is";

/* Somebody may come with this id and the key to it. The list may have changed since the id was let in. */
static bool is_trusted(const struct older_listener *listener, etp_id id)
{
    const etp_trust *trust = listener->head.node->channel.trust;
    return trust != NULL && etp_trust_find(trust, id) != NULL;
}

/* Is here, or has been, by other means than this listener. */
static bool is_known(const struct older_listener *listener, etp_id id)
{
    const struct live_node *node = listener->head.node;
    return id == node->channel.device || etp_live_find_peer(listener->head.live, node->number, id) != NULL;
}

/* The one that has been free for longest: what its last guest did in this interval is over soonest. */
static struct older_device *find_unnamed(const struct older_listener *listener)
{
    struct older_device *best = NULL;
    for (unsigned i = 0; i < listener->head.stats.devices; i++) {
        struct older_device *device = &listener->devices[i];
        if (device->unnamed && device->guest == NULL && !device->taken && (best == NULL || device->left < best->left))
            best = device;
    }
    return best;
}

static unsigned count_unnamed(const struct older_listener *listener)
{
    unsigned count = 0;
    for (unsigned i = 0; i < listener->head.stats.devices; i++)
        count += listener->devices[i].unnamed;
    return count;
}

static const char *join(struct older_guest *guest, etp_id id)
{
    struct older_listener *listener = guest->listener;
    const etp_live_arrival arrival = {.node = listener->head.node->number, .device = id, .role = ETP_DEVICE_AGGREGATOR};
    if (etp_live_port_join(listener->head.live, &guest->port, &arrival, NULL) != ETP_OK)
        return "the node has no link for one more peer";
    return NULL;
}

static const char *add(struct older_guest *guest, etp_id id, bool unnamed)
{
    struct older_listener *listener = guest->listener;
    if (is_trusted(listener, id) || is_known(listener, id))
        return belongs_to_another;
    if (listener->head.stats.devices == room_of(listener))
        return "as many devices as the limit allows were let in already";
    const char *why = join(guest, id);
    if (why != NULL)
        return why;
    guest->device = &listener->devices[listener->head.stats.devices++];
    *guest->device = (struct older_device){.id = id, .guest = guest, .unnamed = unnamed};
    return NULL;
}

static bool is_at_work(const struct older_guest *guest, etp_time now)
{
    const etp_older_seller *seller = &guest->seller;
    return seller->open.ours != 0 || (seller->accept_id != 0 && now < seller->won.answer_by);
}

static const char *come_back(struct older_guest *guest, struct older_device *device, etp_time now)
{
    if (device->taken || is_trusted(guest->listener, device->id))
        return belongs_to_another;
    if (device->guest != NULL && is_at_work(device->guest, now))
        return "another connection of this device id has a bid that waits, or an award to confirm";
    if (device->guest != NULL)
        etp_older_guest_close(device->guest, "a newer connection of the same device id has come");
    const char *why = join(guest, device->id);
    if (why != NULL)
        return why;
    device->guest = guest;
    guest->device = device;
    return NULL;
}

static const char *admit_unnamed(struct older_guest *guest, etp_time now)
{
    struct older_listener *listener = guest->listener;
    if (listener->options.allow_count > 0)
        return "the first record gives no device id, and only listed devices are let in";
    unsigned count = count_unnamed(listener);
    if (count < listener->options.unnamed)
        return add(guest, ETP_ID_MAX - count, true);
    struct older_device *device = find_unnamed(listener);
    return device != NULL ? come_back(guest, device, now) : "too many buyers without a device id";
}

const char *etp_older_admit(struct older_guest *guest, etp_id id, etp_time now)
{
    if (id == 0)
        return admit_unnamed(guest, now);
    struct older_device *device = find(guest->listener, id);
    if (!is_allowed(guest->listener, id) || (device != NULL && device->unnamed))
        return "this device id is not on the list of those that are let in";
    return device != NULL ? come_back(guest, device, now) : add(guest, id, false);
}

void etp_older_leave(struct older_guest *guest, etp_time now)
{
    if (guest->device == NULL)
        return;
    guest->device->guest = NULL;
    guest->device->left = now;
    guest->device = NULL;
}

void etp_older_judge(struct older_listener *listener)
{
    for (unsigned i = 0; i < listener->head.stats.devices; i++) {
        struct older_guest *guest = listener->devices[i].guest;
        if (guest == NULL || !is_trusted(listener, listener->devices[i].id))
            continue;
        guest->over = belongs_to_another;
        etp_older_socket_poke(&guest->socket);
    }
}
