/* SPDX-License-Identifier: MIT */
/* Lines on standard output as things happen: a word, then key=value. Programs wait for some of them: docs/live.md has
 * the list. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "etp/live_older.h"
#include "node/station.h"

static const double ns_per_ms = 1e6;

etp_told etp_tell_quoted(const char *text)
{
    etp_told told;
    snprintf(told.text, sizeof told.text, "%.*s", (int)strcspn(text, "\n"), text);
    for (char *at = told.text; (at = strchr(at, '"')) != NULL;)
        *at = '\'';
    return told;
}

void etp_tell(const etp_station *station, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(station->options.out, format, arguments);
    va_end(arguments);
    fputc('\n', station->options.out);
    fflush(station->options.out);
}

const char *etp_tell_stamp(const etp_station *station, etp_time when, char text[ETP_STAMP_TEXT_MAX])
{
    struct tm parts;
    char second[ETP_STAMP_TEXT_MAX / 2] = "?";
    etp_time wall = station->config.role == ETP_NODE_RELAY ? when : etp_market_clock_wall(&station->market, when);
    time_t seconds = (time_t)(wall / ETP_NS_PER_SECOND);
    if (gmtime_r(&seconds, &parts) != NULL)
        strftime(second, sizeof second, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text, ETP_STAMP_TEXT_MAX, "%s.%03dZ", second, (int)(wall % ETP_NS_PER_SECOND / ETP_NS_PER_MS));
    return text;
}

/* ---- the start ---- */

void etp_tell_discovery(const etp_station *station)
{
    etp_live_discovery_stats stats = {.size = sizeof stats};
    if (etp_live_get_discovery(station->live, station->node, &stats) == ETP_OK)
        etp_tell(station, "discovery port=%u", stats.port);
}

void etp_tell_start(const etp_station *station, const etp_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++)
        etp_tell(station, "warning: %s", findings->list[i].text);
    for (unsigned i = 0; i < station->config.dial.count; i++)
        etp_tell(station, "dialing %s", station->config.dial.list[i].url);
    for (unsigned i = 0; i < station->listeners.count; i++)
        etp_tell(station, "listening %s", etp_live_address(station->live, station->listeners.list[i].endpoint));
    etp_tell_discovery(station);
    for (unsigned i = 0; i < station->config.older.dial.count; i++)
        etp_tell(station, "dialing older://%s", station->config.older.dial.list[i].url);
    if (station->older != NULL)
        etp_tell(station, "listening %s", etp_live_older_address(station->older));
}

void etp_tell_ready(const etp_station *station)
{
    fprintf(station->options.out, "ready device=%" PRIu64 " role=%s", station->config.device,
            etp_node_role_name((etp_node_role)station->config.role));
    for (unsigned i = 0; i < station->listeners.count; i++)
        fprintf(station->options.out, "%s%s", i == 0 ? " listen=" : ",",
                etp_live_address(station->live, station->listeners.list[i].endpoint));
    if (station->older != NULL)
        fprintf(station->options.out, " older=%s", etp_live_older_address(station->older));
    etp_tell(station, "%s", "");
}

/* ---- market intervals ---- */

static void add_price(char *text, size_t size, const char *name, etp_price price)
{
    if (price != ETP_PRICE_NONE)
        snprintf(text, size, " %s=%.4f", name, etp_price_to_cents(price));
    else
        text[0] = '\0';
}

void etp_tell_interval(const etp_station *station, const etp_interval *interval)
{
    char stamp[ETP_STAMP_TEXT_MAX], spot[40], forecast[40], battery[120] = "";
    const etp_battery *at = &station->premises.home.battery;
    add_price(spot, sizeof spot, "spot", interval->spot);
    add_price(forecast, sizeof forecast, "forecast", interval->forecast);
    if (station->config.role == ETP_NODE_BATTERY)
        snprintf(battery, sizeof battery, " stored_kwh=%.6f level=%s available_kwh=%.6f", etp_energy_to_kwh(at->stored),
                 etp_level_name(etp_battery_level(at)), etp_energy_to_kwh(etp_battery_available(at)));
    etp_tell(station, "interval at=%s index=%" PRIu64 "%s%s%s", etp_tell_stamp(station, interval->starts, stamp),
             interval->index, spot, forecast, battery);
}

/* ---- trades ---- */

static void tell_trade(const etp_station *station, const char *word, const char *side, const etp_event *event)
{
    char stamp[ETP_STAMP_TEXT_MAX];
    etp_tell(station, "%s at=%s %s=%" PRIu64 " kwh=%.6f price=%.4f dollars=%.6f interval=%" PRIu64, word,
             etp_tell_stamp(station, event->when, stamp), side, event->peer, etp_energy_to_kwh(event->energy),
             etp_price_to_cents(event->price), etp_money_to_dollars(event->amount), event->interval);
}

static void tell_other(const etp_station *station, const char *word, const etp_event *event)
{
    char stamp[ETP_STAMP_TEXT_MAX];
    etp_tell(station, "%s at=%s peer=%" PRIu64 " code=%s", word, etp_tell_stamp(station, event->when, stamp),
             event->peer, etp_code_name((etp_code)event->code));
}

static void tell_debug(const etp_station *station, const etp_event *event)
{
    etp_log(&station->options.logger, ETP_LOG_DEBUG, "market",
            "event=%s peer=%" PRIu64 " kwh=%.6f type=%s code=%s refusal=%s", etp_event_name(event->kind), event->peer,
            etp_energy_to_kwh(event->energy), etp_type_name(event->type), etp_code_name((etp_code)event->code),
            etp_refusal_name(event->refusal));
}

static bool is_asked_for_receipt(const etp_event *event)
{
    return event->kind == ETP_EVENT_CONFIRM || (event->kind == ETP_EVENT_REFUSED && event->type == ETP_BID_CONFIRM &&
                                                event->refusal == ETP_REFUSED_DUPLICATE);
}

void etp_tell_event(void *user, const etp_event *event)
{
    etp_station *station = user;
    etp_books_take(&station->books, event);
    if (is_asked_for_receipt(event))
        station->asked_at = etp_station_now(station);
    switch (event->kind) {
    case ETP_EVENT_CONFIRM:
        tell_trade(station, "sold", "to", event);
        break;
    case ETP_EVENT_RECEIPT:
        tell_trade(station, "bought", "from", event);
        break;
    case ETP_EVENT_ACCEPT:
        tell_trade(station, "held", "for", event);
        break;
    case ETP_EVENT_LAPSE:
    case ETP_EVENT_VOID:
    case ETP_EVENT_UNRESOLVED:
    case ETP_EVENT_FAILURE:
    case ETP_EVENT_RECOVERY:
    case ETP_EVENT_TERMINATE:
        tell_other(station, etp_event_name(event->kind), event);
        break;
    default:
        tell_debug(station, event);
    }
}

/* ---- peers ---- */

void etp_tell_peer(void *user, const etp_live_peer_info *peer, const char *why)
{
    const etp_station *station = user;
    char stamp[ETP_STAMP_TEXT_MAX], clock[80] = "";
    etp_tell_stamp(station, etp_station_now(station), stamp);
    if (why != NULL || !peer->up) {
        etp_tell(station, "peer lost at=%s device=%" PRIu64 " reason=\"%s\"", stamp, peer->device,
                 etp_tell_quoted(why != NULL ? why : "").text);
        return;
    }
    if (peer->clock_known)
        snprintf(clock, sizeof clock, " ahead_ms=%.3f uncertainty_ms=%.3f", (double)peer->ahead / ns_per_ms,
                 (double)peer->uncertainty / ns_per_ms);
    etp_tell(station, "peer up at=%s device=%" PRIu64 " role=%s transport=%s address=%s%s%s", stamp, peer->device,
             etp_device_role_name(peer->role), peer->transport, peer->address, peer->proved ? "" : " proved=no", clock);
}
