/* SPDX-License-Identifier: MIT */
#include "node/serve.h"

#include <event2/event.h>
#include <signal.h>

enum { TICK_MS = 100 };
static const etp_time last_words = 200 * ETP_NS_PER_MS; /* for what was sent last to leave the host */
/* A buyer without its receipt asks again every 250 ms, or when it is back on a new connection, for which it needs a
 * second. One that has not asked for so long knows. */
static const etp_time still_asking = 1500 * ETP_NS_PER_MS;
static const etp_time patience = 5 * ETP_NS_PER_SECOND; /* beyond a hold, for receipts that are owed to us */
static const etp_time longest_nap = 60 * ETP_NS_PER_SECOND;

static struct timeval span(etp_time time)
{
    return (struct timeval){.tv_sec = (time_t)(time / ETP_NS_PER_SECOND),
                            .tv_usec = (suseconds_t)(time % ETP_NS_PER_SECOND / ETP_NS_PER_US)};
}

/* ---- market intervals ---- */

/* A moment behind the boundary, so that the timer does not come a moment before it. */
static void set_market_timer(etp_station *station)
{
    etp_time now = etp_station_now(station);
    if (station->config.role == ETP_NODE_RELAY)
        return;
    etp_time wait = etp_market_clock_next(&station->market, now) - now + ETP_NS_PER_MS;
    const struct timeval delay = span(wait < longest_nap ? wait : longest_nap);
    event_add(station->market_timer, &delay);
}

static void on_market(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    etp_station *station = user;
    if (station->end == ETP_STATION_SERVING)
        etp_station_begin_if_due(station);
    set_market_timer(station);
}

/* The wall clock was set: intervals follow it, the engine's clock does not. */
static void look_at_clock(etp_station *station)
{
    etp_time step = etp_market_clock_see(&station->market, etp_live_clock_drift(&station->clock));
    if (step == 0 || station->config.role == ETP_NODE_RELAY)
        return;
    station->steps++;
    etp_log(&station->options.logger, ETP_LOG_WARN, "clock",
            "step_s=%.3f text=\"the host's clock was set; market intervals follow it from the next one on, windows and "
            "holds do not\"",
            (double)step / (double)ETP_NS_PER_SECOND);
    set_market_timer(station);
}

/* ---- the end ---- */

bool etp_station_has_open(const etp_station *station)
{
    etp_aggregator_totals totals;
    if (station->config.role == ETP_NODE_BATTERY)
        return station->premises.home.battery.held > 0;
    return station->config.role == ETP_NODE_AGGREGATOR &&
           etp_engine_aggregator_totals(station->engine, station->node, &totals) == ETP_OK && totals.in_doubt > 0;
}

static void stop(etp_station *station, etp_station_end end)
{
    station->end = end;
    event_base_loopbreak(station->base);
}

/* Nobody answers for a battery that has ended: a buyer that had no receipt yet would never learn what it bought. */
static bool is_being_asked(const etp_station *station, etp_time now)
{
    return station->asked_at != 0 && now - station->asked_at < still_asking;
}

/* Nothing is open for as long as last words take: then all is said. */
static void look_at_end(etp_station *station)
{
    etp_time now = etp_station_now(station);
    if (etp_station_has_open(station) || is_being_asked(station, now))
        station->quiet_since = now;
    if (now >= station->ends_by)
        stop(station, ETP_STATION_WAITED);
    else if (now - station->quiet_since >= last_words)
        stop(station, ETP_STATION_ENDED);
}

static void begin_end(etp_station *station, const char *why)
{
    etp_time now = etp_station_now(station);
    if (station->end != ETP_STATION_SERVING) {
        stop(station, ETP_STATION_CUT);
        return;
    }
    etp_tell(station, "ending why=%s text=\"peers are told; what is held may still be confirmed\"", why);
    station->end = ETP_STATION_ENDING;
    station->quiet_since = now;
    station->ends_by = now + 2 * station->config.market.hold + patience;
    etp_engine_advance(station->engine, now); /* Terminate bears this moment, and not that of the last frame */
    etp_engine_shut_down(station->engine);
    etp_live_changed(station->live);
}

/* ---- signals and the tick ---- */

static void on_signal(evutil_socket_t number, short events, void *user)
{
    (void)events;
    etp_station *station = user;
    if (number == SIGHUP)
        etp_station_reread(station);
    else if (number == SIGUSR1)
        etp_station_print(station, station->options.out);
    else
        begin_end(station, number == SIGINT ? "SIGINT" : "SIGTERM");
}

static void on_tick(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    etp_station *station = user;
    look_at_clock(station);
    if (station->end == ETP_STATION_SERVING)
        etp_station_reload(station);
    else
        look_at_end(station);
}

int etp_station_open_events(etp_station *station)
{
    static const int numbers[ETP_STATION_SIGNALS] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    const struct timeval every = span(TICK_MS * ETP_NS_PER_MS);
    for (unsigned i = 0; i < ETP_STATION_SIGNALS; i++) {
        station->signals[i] = evsignal_new(station->base, numbers[i], on_signal, station);
        if (station->signals[i] == NULL || event_add(station->signals[i], NULL) != 0)
            return ETP_EIO;
    }
    station->market_timer = event_new(station->base, -1, 0, on_market, station);
    station->tick = event_new(station->base, -1, EV_PERSIST, on_tick, station);
    if (station->market_timer == NULL || station->tick == NULL)
        return ETP_EIO;
    return event_add(station->tick, &every) == 0 ? ETP_OK : ETP_EIO;
}

int etp_station_serve(etp_station *station, etp_error *error)
{
    int result = etp_live_start(station->live);
    if (result != ETP_OK)
        return etp_fail(error, result, "the network cannot be served: %s", etp_strerror(result));
    set_market_timer(station);
    if (event_base_loop(station->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
        return etp_fail(error, ETP_EIO, "the loop cannot be served");
    return ETP_OK;
}
