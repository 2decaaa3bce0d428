/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "live/carrier/inside.h"

enum { SCHEMES = 9, IPC_PATH_MAX = 107, INPROC_NAME_MAX = 64 };

static const char *const scheme_names[SCHEMES] = {"tcp",      "tcp4", "tcp6", "tls+tcp", "tls+tcp4",
                                                  "tls+tcp6", "ipc",  "ws",   "inproc"};

static bool is_of(const char *url, const char *family)
{
    return strncmp(url, family, strlen(family)) == 0;
}

bool etp_carrier_reads_ahead(const char *url)
{
    return is_of(url, "tls+") || is_of(url, "ws");
}

static int unknown(const char *url, size_t length, etp_error *error)
{
    char scheme[16];
    snprintf(scheme, sizeof(scheme), "%.*s", (int)(length < 15 ? length : 15), url);
    const char *near = etp_nearest(scheme, scheme_names, SCHEMES);
    if (near != NULL)
        return etp_fail(error, ETP_EINVAL, "%s: there is no transport %s; did you mean %s?", url, scheme, near);
    return etp_fail(error, ETP_EINVAL, "%s: there is no transport %s; there are tcp, tls+tcp, ipc, ws and inproc", url,
                    scheme);
}

static bool has_known_scheme(const char *url)
{
    size_t length = strcspn(url, ":");
    for (unsigned i = 0; i < SCHEMES; i++)
        if (strlen(scheme_names[i]) == length && strncmp(url, scheme_names[i], length) == 0)
            return true;
    return false;
}

static int check_ipc(const char *url, etp_error *error)
{
    size_t length = strlen(url + strlen("ipc://"));
    if (length == 0 || length > IPC_PATH_MAX)
        return etp_fail(error, ETP_EINVAL, "%s: the path of a socket has 1 to %d bytes", url, IPC_PATH_MAX);
    return ETP_OK;
}

static int check_inproc(const char *url, etp_error *error)
{
    size_t length = strlen(url + strlen("inproc://"));
    if (length == 0 || length > INPROC_NAME_MAX)
        return etp_fail(error, ETP_EINVAL, "%s: a name within the process has 1 to %d bytes", url, INPROC_NAME_MAX);
    return ETP_OK;
}

static int check_host(const char *url, bool dials, etp_error *error)
{
    nng_url *parts;
    if (nng_url_parse(&parts, url) != 0)
        return etp_fail(error, ETP_EINVAL, "%s: not a URL such as tcp://HOST:PORT", url);
    int result = ETP_OK;
    if (parts->u_port[0] == '\0')
        result = etp_fail(error, ETP_EINVAL, "%s: the port is missing: tcp://HOST:PORT", url);
    else if (dials && (parts->u_hostname[0] == '\0' || strcmp(parts->u_hostname, "*") == 0))
        result = etp_fail(error, ETP_EINVAL, "%s: whom to dial is missing: tcp://HOST:PORT", url);
    else if (dials && strcmp(parts->u_port, "0") == 0)
        result = etp_fail(error, ETP_EINVAL, "%s: nobody can be dialed at port 0", url);
    nng_url_free(parts);
    return result;
}

int etp_carrier_read_url(struct etp_url *parts, const char *url, bool dials, bool has_tls, etp_error *error)
{
    if (strlen(url) >= ETP_CARRIER_ADDRESS_MAX)
        return etp_fail(error, ETP_EINVAL, "a URL has less than %d bytes: %.40s...", ETP_CARRIER_ADDRESS_MAX, url);
    const char *separator = strstr(url, "://");
    if (separator == NULL)
        return etp_fail(error, ETP_EINVAL, "%s: not a URL such as tcp://HOST:PORT", url);
    if (!has_known_scheme(url))
        return unknown(url, (size_t)(separator - url), error);
    if (is_of(url, "tls+") != has_tls)
        return etp_fail(error, ETP_EINVAL,
                        has_tls ? "%s: certificates are for tls+tcp only" : "%s: TLS needs certificates", url);
    bool is_inproc = is_of(url, "inproc");
    parts->listener = is_inproc ? &etp_carrier_inproc_listener : &etp_carrier_stream_listener;
    parts->dialer = is_inproc          ? &etp_carrier_inproc_dialer
                    : is_of(url, "ws") ? &etp_carrier_ws_dialer
                                       : &etp_carrier_stream_dialer;
    if (is_inproc)
        return check_inproc(url, error);
    return is_of(url, "ipc") ? check_ipc(url, error) : check_host(url, dials, error);
}
