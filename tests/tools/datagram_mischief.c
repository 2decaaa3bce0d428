/* SPDX-License-Identifier: MIT */
/*
 * A stranger in the group: it listens to what nodes announce, and sends it again, altered, cut, too long, in another order,
 * and many times.
 *     datagram-mischief GROUP:PORT INTERFACE COUNT SEED
 * ends after COUNT datagrams that it has sent, and says how many it has heard and sent.
 */
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "etp/rng.h"
#include "live/discovery/udp.h"

enum { KEPT = 64, LONGEST = 1400, PATIENCE_MS = 20000, PAUSE_MS = 2 };

typedef struct kept {
    size_t size;
    unsigned char bytes[LONGEST];
} kept;

static kept heard[KEPT];
static unsigned heard_count;

/* But what came from `own_port`, which is its own doing. */
static void hear(int fd, int wait_ms, unsigned own_port)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (poll(&wait, 1, wait_ms) == 1) {
        kept *next = &heard[heard_count % KEPT];
        etp_udp_address source = {.any = {0}};
        socklen_t source_size = sizeof source;
        ssize_t size = recvfrom(fd, next->bytes, sizeof next->bytes, 0, &source.any, &source_size);
        if (size > 0 && etp_udp_port(&source) != own_port) {
            next->size = (size_t)size;
            heard_count++;
            wait_ms = 0;
        }
    }
}

/* One of those that were heard, and what becomes of it. */
static kept spoiled(etp_rng *rng)
{
    kept made = heard[etp_rng_below(rng, heard_count < KEPT ? heard_count : KEPT)];
    switch (etp_rng_below(rng, 5)) {
    case 0: /* again */
        break;
    case 1: /* altered */
        made.bytes[etp_rng_below(rng, made.size)] ^= (unsigned char)(1 + etp_rng_below(rng, 255));
        break;
    case 2: /* cut */
        made.size = (size_t)etp_rng_below(rng, made.size);
        break;
    case 3: /* too long */
        made.size = LONGEST;
        break;
    default: /* a later stamp, so that only the signature can tell */
        made.bytes[21]++;
    }
    return made;
}

int main(int argc, char **argv)
{
    etp_udp_address group;
    etp_error error = {0};
    etp_rng rng;
    int in = -1, out = -1;
    if (argc != 5 || etp_udp_parse(argv[1], "group", &group, &error) != ETP_OK) {
        fprintf(stderr, "datagram-mischief GROUP:PORT INTERFACE COUNT SEED\n%s\n", error.text);
        return 2;
    }
    int family = group.any.sa_family;
    unsigned interface = if_nametoindex(argv[2]);
    etp_udp_address bound = etp_udp_wildcard(family, etp_udp_port(&group)), any = etp_udp_wildcard(family, 0);
    etp_rng_seed(&rng, strtoull(argv[4], NULL, 10));
    if (etp_udp_open(&bound, true, &in, &error) != ETP_OK || !etp_udp_join(in, &group, interface) ||
        etp_udp_open(&any, false, &out, &error) != ETP_OK ||
        etp_udp_prepare(out, family, interface, 1, &error) != ETP_OK) {
        fprintf(stderr, "the group cannot be joined. %s\n", error.text);
        return 1;
    }
    unsigned long count = strtoul(argv[3], NULL, 10), sent = 0;
    etp_udp_address own = etp_udp_name(out);
    hear(in, PATIENCE_MS, etp_udp_port(&own));
    while (heard_count > 0 && sent < count) {
        kept next = spoiled(&rng);
        sent += sendto(out, next.bytes, next.size, 0, &group.any, etp_udp_size(&group)) == (ssize_t)next.size;
        hear(in, PAUSE_MS, etp_udp_port(&own));
    }
    printf("heard %u sent %lu\n", heard_count, sent);
    return heard_count > 0 ? 0 : 1;
}
