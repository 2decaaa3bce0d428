/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "live/carrier/inside.h"

enum { PEM_MAX = 1 << 20 };

/* A named pipe would keep us waiting for whoever writes into it, and with us all that runs on this thread. */
static FILE *open_plain(const char *path)
{
    struct stat facts;
    int handle = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    bool is_plain = handle >= 0 && fstat(handle, &facts) == 0 && S_ISREG(facts.st_mode);
    FILE *file = is_plain ? fdopen(handle, "rb") : NULL;
    if (file == NULL && handle >= 0)
        close(handle);
    return file;
}

/* The text of a file, to be freed with free(). */
static int read_pem(char **text, const char *path, const char *what, etp_error *error)
{
    if (path == NULL)
        return etp_fail(error, ETP_EINVAL, "TLS needs %s", what);
    FILE *file = open_plain(path);
    if (file == NULL)
        return etp_fail(error, ETP_EINVAL, "%s: cannot be opened as a plain file; TLS needs %s", path, what);
    *text = calloc(1, PEM_MAX + 1);
    size_t size = *text != NULL ? fread(*text, 1, PEM_MAX + 1, file) : 0;
    bool is_whole = *text != NULL && !ferror(file) && size <= PEM_MAX;
    fclose(file);
    if (is_whole && strstr(*text, "-----BEGIN ") != NULL)
        return ETP_OK;
    free(*text);
    return etp_fail(error, ETP_EINVAL, "%s: not a PEM file with %s", path, what);
}

static int load_authority(nng_tls_config *config, const etp_tls *tls, etp_error *error)
{
    char *pem;
    int result = read_pem(&pem, tls->ca, "the certificate of the authority", error);
    if (result != ETP_OK)
        return result;
    if (nng_tls_config_ca_chain(config, pem, NULL) != 0)
        result = etp_fail(error, ETP_EINVAL, "%s: cannot be read as certificates", tls->ca);
    free(pem);
    return result;
}

static int load_own(nng_tls_config *config, const etp_tls *tls, etp_error *error)
{
    char *certificate, *key;
    int result = read_pem(&certificate, tls->certificate, "our certificate", error);
    if (result != ETP_OK)
        return result;
    result = read_pem(&key, tls->key, "the key of our certificate", error);
    if (result == ETP_OK) {
        if (nng_tls_config_own_cert(config, certificate, key, NULL) != 0 || etp_carrier_is_other_key(certificate, key))
            result =
                etp_fail(error, ETP_EINVAL, "%s and %s: not a certificate and its key", tls->certificate, tls->key);
        memset(key, 0, strlen(key));
        free(key);
    }
    free(certificate);
    return result;
}

static int set_name(nng_tls_config *config, const etp_tls *tls, const char *url)
{
    nng_url *parts;
    if (tls->server_name != NULL)
        return nng_tls_config_server_name(config, tls->server_name);
    int why = nng_url_parse(&parts, url);
    if (why != 0)
        return why;
    why = nng_tls_config_server_name(config, parts->u_hostname);
    nng_url_free(parts);
    return why;
}

static int fill(nng_tls_config *config, const etp_tls *tls, const char *url, bool dials, etp_error *error)
{
    int result = ETP_OK;
    if (tls->ca != NULL || !tls->insecure)
        result = load_authority(config, tls, error);
    if (result == ETP_OK && (tls->certificate != NULL || !dials || !tls->insecure))
        result = load_own(config, tls, error);
    if (result != ETP_OK)
        return result;
    nng_tls_auth_mode mode = tls->insecure ? NNG_TLS_AUTH_MODE_NONE : NNG_TLS_AUTH_MODE_REQUIRED;
    if (nng_tls_config_auth_mode(config, mode) != 0 || (dials && set_name(config, tls, url) != 0))
        return etp_fail(error, ETP_ENOMEM, "%s: TLS could not be set up", url);
    return ETP_OK;
}

int etp_carrier_tls_load(nng_tls_config **config, const etp_tls *tls, const char *url, bool dials, etp_error *error)
{
    int why = nng_tls_config_alloc(config, dials ? NNG_TLS_MODE_CLIENT : NNG_TLS_MODE_SERVER);
    if (why == NNG_ENOTSUP)
        return etp_fail(error, ETP_EINVAL, "%s: the NNG of this program was built without TLS", url);
    if (why != 0)
        return etp_fail(error, ETP_ENOMEM, "%s: TLS could not be set up", url);
    return fill(*config, tls, url, dials, error);
}
