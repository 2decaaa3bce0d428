/* SPDX-License-Identifier: MIT */
#include "live/carrier/inside.h"

/* TLS says "refused" where the other side sent an alert, and nothing else says so of a connection that there was. Before a
 * word was said it is about certificates; afterwards it is how a TLS connection is closed. */
const char *etp_carrier_broken(const struct carrier_connection *connection, int error)
{
    if (error != NNG_ECONNREFUSED)
        return etp_carrier_reason(error);
    return connection->has_spoken ? etp_carrier_reason(NNG_ECONNSHUT) : "TLS: the other side sent an alert";
}

const char *etp_carrier_reason(int error)
{
    switch (error) {
    case NNG_ECONNSHUT:
    case NNG_ECLOSED:
        return "the other side closed the connection";
    case NNG_ECONNRESET:
    case NNG_ECONNABORTED:
        return "the connection was reset";
    case NNG_ECONNREFUSED:
        return "nobody listens there, or the connection was refused";
    case NNG_ETIMEDOUT:
        return "no answer in time";
    case NNG_EUNREACHABLE:
        return "no route leads there";
    case NNG_EADDRINVAL:
        return "the address is not valid, or its host's name is not known";
    case NNG_EPEERAUTH:
        return "TLS: the other side's certificate is missing, or not one that our authority vouches for";
    case NNG_ECRYPTO:
        return "TLS: the handshake or a record failed: one side does not take the other's certificate";
    case NNG_ENOFILES:
        return "no descriptors are left (ulimit -n)";
    case NNG_ENOMEM:
        return "no memory is left";
    case NNG_EPROTO:
        return "the other side does not speak the protocol of this transport";
    default:
        return nng_strerror(error);
    }
}
