/* SPDX-License-Identifier: MIT */
/* Certificates of listeners and dialers: which files they are in, and what happens when these are others. */
#include "live/internal.h"

#include <string.h>

/* ---- texts, which are kept: a dialer that rests must be able to dial again ---- */

void etp_live_forget_tls(etp_live *live, etp_tls *tls)
{
    const char *texts[] = {tls->ca, tls->certificate, tls->key, tls->server_name};
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] != NULL)
            etp_live_give(live, (void *)(uintptr_t)texts[i], strlen(texts[i]) + 1);
    *tls = (etp_tls){0};
}

static bool keep_text(etp_live *live, const char **kept, const char *text)
{
    if (text == NULL)
        return true;
    char *copy = etp_live_take(live, strlen(text) + 1);
    if (copy != NULL)
        strcpy(copy, text);
    *kept = copy;
    return copy != NULL;
}

bool etp_live_keep_tls(etp_live *live, etp_tls *kept, const etp_live_tls *tls)
{
    kept->insecure = tls->insecure;
    return keep_text(live, &kept->ca, tls->ca) && keep_text(live, &kept->certificate, tls->certificate) &&
           keep_text(live, &kept->key, tls->key) && keep_text(live, &kept->server_name, tls->server_name);
}

/* ---- other certificates ---- */

static bool has_own(const struct live_endpoint *endpoint)
{
    return endpoint->node != NULL && endpoint->secured && !etp_live_rests(endpoint);
}

static etp_tls borrowed(const etp_live_tls *tls)
{
    return (etp_tls){.ca = tls->ca,
                     .certificate = tls->certificate,
                     .key = tls->key,
                     .server_name = tls->server_name,
                     .insecure = tls->insecure};
}

int etp_live_set_tls(etp_live *live, etp_live_endpoint number, const etp_live_tls *tls, etp_error *error)
{
    if (live == NULL || tls == NULL)
        return etp_fail(error, ETP_EINVAL, "other certificates need a network, and their files");
    struct live_endpoint *endpoint = etp_live_endpoint_at(live, number);
    if (endpoint == NULL || !endpoint->secured)
        return etp_fail(error, ETP_ENOENT, "there is no such listener or dialer, or it has no certificates");
    const etp_tls wanted = borrowed(tls);
    etp_tls kept = {0};
    int result = ETP_OK;
    if (!etp_live_rests(endpoint))
        result = etp_carrier_prepare_tls(live->carrier, endpoint->carried, &wanted, error);
    if (result == ETP_OK && !etp_live_keep_tls(live, &kept, tls))
        result = etp_fail(error, ETP_ENOMEM, "no memory for the texts of TLS");
    if (!etp_live_rests(endpoint))
        etp_carrier_take_tls(live->carrier, endpoint->carried, result == ETP_OK);
    etp_tls *given_up = result == ETP_OK ? &endpoint->tls : &kept;
    etp_live_forget_tls(live, given_up);
    if (result == ETP_OK)
        endpoint->tls = kept;
    return result;
}

/* What rests reads its files when it dials again. */
int etp_live_renew_tls(etp_live *live, unsigned *renewed, etp_error *error)
{
    int result = ETP_OK;
    unsigned count = 0;
    if (live == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no network whose certificates could be read again");
    for (uint32_t i = 0; i < live->endpoint_count && result == ETP_OK; i++) {
        const struct live_endpoint *endpoint = &live->endpoints[i];
        if (has_own(endpoint))
            result = etp_carrier_prepare_tls(live->carrier, endpoint->carried, &endpoint->tls, error);
    }
    for (uint32_t i = 0; i < live->endpoint_count; i++) {
        const struct live_endpoint *endpoint = &live->endpoints[i];
        if (has_own(endpoint))
            etp_carrier_take_tls(live->carrier, endpoint->carried, result == ETP_OK);
        count += endpoint->node != NULL && endpoint->secured;
    }
    if (renewed != NULL)
        *renewed = result == ETP_OK ? count : 0;
    return result;
}
