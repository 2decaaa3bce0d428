/* SPDX-License-Identifier: MIT */
/*
 * Where a node listens, and whom it dials: at the start, and after SIGHUP. What is in both lists is not touched. Of a list that
 * cannot be had as a whole nothing is taken: the node goes on with the one that it had.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/station.h"

/* TLS is for those links that say so. */
const etp_live_tls *etp_station_tls(const etp_node_tls *given, const char *url, etp_live_tls *tls)
{
    static const char scheme[] = "tls+tcp://";
    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return NULL;
    *tls = (etp_live_tls){
        .ca = given->ca, .certificate = given->certificate, .key = given->key, .server_name = given->server_name};
    return tls;
}

static int open_at(etp_station *station, const etp_station_links *links, const char *url, etp_station_link *link,
                   etp_error *error)
{
    etp_live_tls given;
    const etp_live_tls *tls = etp_station_tls(&station->config.tls, url, &given);
    return links->listens ? etp_live_listen(station->live, station->node, url, tls, &link->endpoint, error)
                          : etp_live_dial(station->live, station->node, url, link->device, tls, &link->endpoint, error);
}

/* Behind the others, with a copy of the text. */
static int add(etp_station *station, etp_station_links *links, const etp_node_link *wanted, etp_error *error)
{
    etp_station_link *grown = realloc(links->list, (links->count + 1) * sizeof *grown);
    if (grown == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a link");
    links->list = grown;
    etp_station_link made = {.url = malloc(strlen(wanted->url) + 1), .device = wanted->device};
    if (made.url == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a link");
    strcpy(made.url, wanted->url);
    int result = open_at(station, links, made.url, &made, error);
    if (result == ETP_OK)
        links->list[links->count++] = made;
    else
        free(made.url);
    return result;
}

/* ---- the start and the end ---- */

static int open_all(etp_station *station, etp_station_links *links, const etp_node_links *wanted, etp_error *error)
{
    int result = ETP_OK;
    for (unsigned i = 0; i < wanted->count && result == ETP_OK; i++)
        result = add(station, links, &wanted->list[i], error);
    return result;
}

int etp_station_open_links(etp_station *station, etp_error *error)
{
    station->listeners.listens = true;
    int result = open_all(station, &station->listeners, &station->config.listen, error);
    return result == ETP_OK ? open_all(station, &station->dialers, &station->config.dial, error) : result;
}

static void free_links(etp_station_links *links)
{
    for (unsigned i = 0; i < links->count; i++)
        free(links->list[i].url);
    free(links->list);
    *links = (etp_station_links){0};
}

void etp_station_free_links(etp_station *station)
{
    free_links(&station->listeners);
    free_links(&station->dialers);
}

/* ---- SIGHUP ---- */

static bool is_wanted(const etp_station_link *link, const etp_node_link *wanted)
{
    return link->device == wanted->device && strcmp(link->url, wanted->url) == 0;
}

/* Marks what is not wanted any more; of what is wanted `fresh` says whether it is there already. */
static void compare(etp_station_links *links, const etp_node_links *wanted, bool *fresh)
{
    for (unsigned i = 0; i < wanted->count; i++)
        fresh[i] = true;
    for (unsigned i = 0; i < links->count; i++) {
        etp_station_link *link = &links->list[i];
        unsigned at = 0;
        while (at < wanted->count && !(fresh[at] && is_wanted(link, &wanted->list[at])))
            at++;
        link->leaves = at == wanted->count;
        if (!link->leaves)
            fresh[at] = false;
    }
}

/* All of them, or none. */
static int add_fresh(etp_station *station, etp_station_links *links, const etp_node_links *wanted, const bool *fresh,
                     etp_error *error)
{
    const unsigned before = links->count;
    int result = ETP_OK;
    for (unsigned i = 0; i < wanted->count && result == ETP_OK; i++)
        if (fresh[i])
            result = add(station, links, &wanted->list[i], error);
    while (result != ETP_OK && links->count > before) {
        etp_station_link *last = &links->list[--links->count];
        etp_live_end(station->live, last->endpoint);
        free(last->url);
    }
    return result;
}

static void end_leaving(etp_station *station, etp_station_links *links)
{
    for (unsigned i = 0; i < links->count; i++) {
        etp_station_link *link = &links->list[i];
        if (link->leaves && !link->ended)
            etp_live_end(station->live, link->endpoint);
        link->ended = link->ended || link->leaves;
    }
}

static void forget_ended(etp_station_links *links)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < links->count; i++) {
        if (links->list[i].ended)
            free(links->list[i].url);
        else
            links->list[kept++] = links->list[i];
    }
    links->count = kept;
}

/* Where those that leave listened: their port may have been the system's choice. */
static void listen_again(etp_station *station, etp_station_links *links, char (*addresses)[ETP_STATION_URL_MAX])
{
    for (unsigned i = 0; i < links->count; i++) {
        etp_station_link *link = &links->list[i];
        etp_error why = {0};
        if (!link->ended)
            continue;
        link->ended = open_at(station, links, addresses[i], link, &why) != ETP_OK;
        if (link->ended)
            etp_tell(station, "lost %s reason=\"%s\"", addresses[i], etp_tell_quoted(why.text).text);
    }
}

/* A new address may be in the way of one that leaves, as tls+tcp of tcp at the same port. */
static int exchange(etp_station *station, etp_station_links *links, const etp_node_links *wanted, const bool *fresh,
                    etp_error *error)
{
    char(*addresses)[ETP_STATION_URL_MAX] = calloc(links->count + 1, sizeof *addresses);
    if (addresses == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for links");
    for (unsigned i = 0; i < links->count; i++)
        snprintf(addresses[i], sizeof addresses[i], "%s", etp_live_address(station->live, links->list[i].endpoint));
    end_leaving(station, links);
    int result = add_fresh(station, links, wanted, fresh, error);
    if (result != ETP_OK)
        listen_again(station, links, addresses);
    free(addresses);
    return result;
}

static bool some_leave(const etp_station_links *links)
{
    for (unsigned i = 0; i < links->count; i++)
        if (links->list[i].leaves)
            return true;
    return false;
}

static void tell_fresh(const etp_station *station, const etp_station_links *links, unsigned kept)
{
    for (unsigned i = kept; i < links->count; i++)
        etp_tell(station, "%s %s", links->listens ? "listening" : "dialing",
                 etp_live_address(station->live, links->list[i].endpoint));
}

int etp_station_change_links(etp_station *station, etp_station_links *links, const etp_node_links *wanted,
                             etp_error *error)
{
    bool *fresh = calloc(wanted->count + 1, sizeof *fresh);
    unsigned added = 0;
    if (fresh == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for links");
    compare(links, wanted, fresh);
    for (unsigned i = 0; i < wanted->count; i++)
        added += fresh[i];
    int result = add_fresh(station, links, wanted, fresh, error);
    if (result == ETP_EEXIST && links->listens && some_leave(links))
        result = exchange(station, links, wanted, fresh, error);
    if (result == ETP_OK)
        end_leaving(station, links);
    forget_ended(links);
    if (result == ETP_OK)
        tell_fresh(station, links, links->count - added);
    free(fresh);
    return result;
}

/* ---- certificates ---- */

static int set_tls(etp_station *station, const etp_station_links *links, const etp_node_tls *given, unsigned *count,
                   etp_error *error)
{
    etp_live_tls tls;
    int result = ETP_OK;
    for (unsigned i = 0; i < links->count && result == ETP_OK; i++) {
        if (etp_station_tls(given, links->list[i].url, &tls) == NULL)
            continue;
        result = etp_live_set_tls(station->live, links->list[i].endpoint, &tls, error);
        *count += result == ETP_OK;
    }
    return result;
}

int etp_station_set_tls(etp_station *station, const etp_node_tls *given, unsigned *count, etp_error *error)
{
    *count = 0;
    int result = set_tls(station, &station->listeners, given, count, error);
    return result == ETP_OK ? set_tls(station, &station->dialers, given, count, error) : result;
}
