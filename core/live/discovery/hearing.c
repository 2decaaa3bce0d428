/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "address.h"
#include "state.h"

enum { READ_AT_ONCE = 64 };

/* One that is too long fills the byte more that there is room for. */
typedef struct arrival {
    size_t size;
    unsigned char bytes[ETP_DISCOVERY_DATAGRAM_MAX + 1];
} arrival;

bool etp_discovery_dials(etp_device_role own, bool own_address, etp_device_role other, bool other_address)
{
    static const unsigned order[] = {[ETP_DEVICE_BATTERY] = 0, [ETP_DEVICE_RELAY] = 1, [ETP_DEVICE_AGGREGATOR] = 2};
    if (own == other || (size_t)own >= sizeof order / sizeof *order || (size_t)other >= sizeof order / sizeof *order)
        return false;
    if (!other_address || !own_address)
        return other_address;
    return order[own] < order[other];
}

/* From what costs least to what costs most. */
static etp_discovery_refusal judge(etp_discovery *d, const arrival *datagram, const etp_envelope *envelope,
                                   const etp_udp_address *source)
{
    const etp_discovery_options *options = &d->options;
    const etp_trust_entry *trusted = NULL;
    if (envelope->device == options->device)
        return ETP_DISCOVERY_REFUSED_OWN;
    if (!etp_device_role_meets(options->role, envelope->role))
        return ETP_DISCOVERY_REFUSED_BYSTANDER;
    if (options->identity != NULL) {
        trusted = etp_trust_find(options->trust, envelope->device);
        if (trusted == NULL)
            return ETP_DISCOVERY_REFUSED_UNKNOWN;
    }
    if (trusted != NULL && trusted->role != envelope->role)
        return ETP_DISCOVERY_REFUSED_ROLE;
    etp_discovery_refusal refusal =
        etp_guard_judge(&d->guard, envelope, etp_discovery_wall_us(), etp_discovery_ticks(), etp_udp_host_key(source));
    if (refusal != ETP_DISCOVERY_REFUSED_NONE)
        return refusal;
    if (trusted != NULL && !etp_envelope_verify(datagram->bytes, datagram->size, trusted))
        return ETP_DISCOVERY_REFUSED_SIGNATURE;
    return etp_guard_admit(&d->guard, envelope);
}

static void refuse(etp_discovery *d, etp_discovery_refusal why, etp_id device, const etp_udp_address *source)
{
    char text[ETP_UDP_TEXT_MAX];
    d->stats.refused[why]++;
    if (etp_discovery_is_ordinary(why) || d->options.calls.refused == NULL)
        return;
    etp_udp_text(source, text);
    d->options.calls.refused(d->options.user, why, device, text);
}

static bool choose_address(const etp_discovery *d, const etp_envelope *envelope, const etp_udp_address *source,
                           char url[ETP_URL_MAX])
{
    for (unsigned i = 0; i < envelope->address_count; i++) {
        if (etp_address_resolve(envelope->addresses[i], d->options.tls, &source->any, url))
            return true;
    }
    return false;
}

static void tell_heard(etp_discovery *d, const etp_envelope *envelope, const etp_udp_address *source)
{
    const etp_discovery_options *options = &d->options;
    char url[ETP_URL_MAX], text[ETP_UDP_TEXT_MAX];
    bool own_address = d->own.address_count > 0, other_address = envelope->address_count > 0;
    bool fit = choose_address(d, envelope, source, url);
    bool dial = etp_discovery_dials(options->role, own_address, envelope->role, other_address);
    if (dial && !fit)
        refuse(d, ETP_DISCOVERY_REFUSED_ADDRESS, envelope->device, source);
    etp_udp_text(source, text);
    bool linked = options->calls.linked != NULL && options->calls.linked(options->user, envelope->device);
    if (!linked && etp_discovery_dials(envelope->role, other_address, options->role, own_address))
        etp_discovery_answer(d, source);
    etp_discovery_heard heard = {.device = envelope->device,
                                 .role = envelope->role,
                                 .url = fit ? url : NULL,
                                 .dial = dial && fit,
                                 .message = envelope->has_message ? &envelope->message : NULL,
                                 .fresh = envelope->counter == 1,
                                 .source = text};
    d->stats.heard++;
    options->calls.heard(options->user, &heard);
}

static void take_datagram(etp_discovery *d, const arrival *datagram, const etp_udp_address *source)
{
    etp_envelope envelope;
    d->stats.received++;
    etp_discovery_refusal refusal = etp_envelope_decode(datagram->bytes, datagram->size, &envelope);
    if (refusal == ETP_DISCOVERY_REFUSED_NONE)
        refusal = judge(d, datagram, &envelope, source);
    if (refusal != ETP_DISCOVERY_REFUSED_NONE)
        refuse(d, refusal, envelope.device, source);
    else
        tell_heard(d, &envelope, source);
}

/* So many at once, so that a flood does not keep the loop from its other work. */
void etp_discovery_on_readable(evutil_socket_t fd, short what, void *user)
{
    (void)what;
    const etp_discovery_door *door = user;
    arrival datagram;
    for (unsigned i = 0; i < READ_AT_ONCE; i++) {
        etp_udp_address source = {.any = {0}};
        socklen_t size = sizeof source;
        ssize_t got = recvfrom(fd, datagram.bytes, sizeof datagram.bytes, 0, &source.any, &size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return;
        datagram.size = (size_t)got;
        take_datagram(door->discovery, &datagram, &source);
    }
}
