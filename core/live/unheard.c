/* SPDX-License-Identifier: MIT */
/*
 * Dials that failed, and connections that ended before the other side had said who it is. Whoever set up the node has to
 * learn of them, and whoever only waits for the other side to come up must not drown in them: what fails again and again
 * is a warning once, until a connection of that endpoint was good. What TLS refuses is a refusal like all the others.
 */
#include "live/internal.h"

#include <stdio.h>
#include <string.h>

enum { EXPLANATION_MAX = 1024 };

static struct live_endpoint *endpoint_of(const etp_live *live, const struct live_connection *connection)
{
    return connection->endpoint < live->endpoint_count ? &live->endpoints[connection->endpoint] : NULL;
}

void etp_live_endpoint_failed(etp_live *live, struct live_endpoint *endpoint, const char *what)
{
    const bool known = endpoint != NULL && endpoint->failing;
    live->stats.dials_failed++;
    etp_log(&live->options.logger, known ? ETP_LOG_INFO : ETP_LOG_WARN, "live", "%s url=%s error=\"%s\"",
            endpoint != NULL && endpoint->listens ? "cannot accept" : "cannot dial",
            endpoint != NULL ? endpoint->url : "", what);
    if (endpoint != NULL)
        endpoint->failing = true;
}

void etp_live_endpoint_works(etp_live *live, const struct live_connection *connection)
{
    struct live_endpoint *endpoint = endpoint_of(live, connection);
    if (endpoint != NULL)
        endpoint->failing = false;
}

static const char *name_of(const char *text)
{
    return text != NULL ? text : "(none)";
}

/* Which side did not take the other's certificate NNG does not tell, so both are named. */
static void explain_tls(char *text, size_t size, const struct live_endpoint *endpoint, const char *why)
{
    static const char said[] = "TLS: ";
    char name[sizeof endpoint->url + 32] = "";
    if (!endpoint->listens)
        snprintf(name, sizeof name, ", does not bear the name %s",
                 endpoint->tls.server_name != NULL ? endpoint->tls.server_name : "of the URL's host");
    if (strncmp(why, said, sizeof said - 1) == 0)
        why += sizeof said - 1;
    snprintf(
        text, size,
        "TLS: %s. Either our certificate %s has expired, does not fit its key, or is not of the authority that the "
        "other side trusts; or the other side's is missing, has expired%s, or is not of the authority in %s",
        why, name_of(endpoint->tls.certificate), name, name_of(endpoint->tls.ca));
}

void etp_live_closed_unheard(etp_live *live, const struct live_connection *connection, const char *why)
{
    struct live_endpoint *endpoint = endpoint_of(live, connection);
    char text[EXPLANATION_MAX];
    if (endpoint == NULL || endpoint->rests_for != NULL || endpoint->rests_until != 0)
        return;
    if (endpoint->secured) {
        explain_tls(text, sizeof text, endpoint, why);
        etp_live_refuse(live, ETP_LIVE_REFUSED_HANDSHAKE, connection->node->channel.device, 0, connection->address,
                        text);
    } else if (connection->dialed) {
        etp_live_endpoint_failed(live, endpoint, why);
    }
}
