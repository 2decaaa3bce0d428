/* SPDX-License-Identifier: MIT */
/* libFuzzer's door to what discovery reads from the network before it knows whose it is: envelopes and the addresses in
 * them; see CMakeLists.txt beside it. */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "live/discovery/address.h"
#include "live/discovery/envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_address(const char *text, const struct sockaddr *source)
{
    char url[ETP_URL_MAX];
    for (int tls = 0; tls < 2; tls++) {
        bool fit = etp_address_resolve(text, tls, source, url);
        if (fit != (url[0] != '\0') || strlen(url) >= sizeof url)
            abort();
        if (fit && (strncmp(url, "tls+tcp://", 10) == 0) != tls)
            abort();
        if (fit && (strncmp(url, "ipc", 3) == 0 || etp_address_check(text, NULL) != ETP_OK))
            abort();
    }
}

static void check_envelope(const uint8_t *bytes, size_t size)
{
    etp_envelope envelope;
    etp_datagram again;
    struct sockaddr_in source = {.sin_family = AF_INET, .sin_addr = {htonl(0x0a000007)}};
    if (etp_envelope_decode(bytes, size, &envelope) != ETP_DISCOVERY_REFUSED_NONE)
        return;
    /* What was taken is such that it could be announced. */
    if (etp_envelope_encode(&envelope, NULL, &again) != ETP_OK)
        abort();
    for (unsigned i = 0; i < envelope.address_count; i++)
        check_address(envelope.addresses[i], (const struct sockaddr *)&source);
}

/* As a text, for no fuzzer finds the way through envelope and frame often. */
static void check_as_address(const uint8_t *bytes, size_t size)
{
    char text[ETP_DISCOVERY_ADDRESS_MAX + 1] = "";
    struct sockaddr_in6 source = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    if (size >= sizeof text || memchr(bytes, 0, size) != NULL)
        return;
    memcpy(text, bytes, size);
    check_address(text, (const struct sockaddr *)&source);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    check_envelope(bytes, size);
    if (size > 0)
        check_as_address(bytes, size);
    return 0;
}
