/* SPDX-License-Identifier: MIT */
#include "live/carrier/inside.h"

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
        return "TLS failed: one side refuses the other's certificate (another authority, out of date, or not the name "
               "that "
               "was dialed), or speaks no TLS";
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

/* NNG's TLS says "refused" when the other side has closed an open connection. */
const char *etp_carrier_end_reason(int error)
{
    return etp_carrier_reason(error == NNG_ECONNREFUSED ? NNG_ECONNSHUT : error);
}
