/* SPDX-License-Identifier: MIT */
#include "node/prices/feed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/prices.h"
#include "node/prices/follow.h"
#include "world/calendar.h"

enum { WAITING_MAX = 4096, WARM_UP_MAX = 2016 };

struct etp_price_feed {
    etp_logger logger;
    char *path, *region; /* copies: the feed may outlive the configuration that it was opened by */
    etp_forecast forecast;
    /* replayed */
    etp_trace trace;
    etp_time span;   /* after which it is repeated */
    int64_t learned; /* intervals since the trace's start that were learned, through all repeats */
    /* followed */
    bool follows, was_fresh, was_said;
    etp_follow file;
    etp_time utc_offset, stale_after, now;
    etp_follow_row newest;
    etp_follow_row *waiting; /* rows of the future, in order */
    unsigned waiting_count;
};

/* ---- replayed ---- */

static int64_t floor_of(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

static etp_price replayed_price(const etp_price_feed *feed, int64_t number)
{
    int64_t count = feed->span / feed->trace.interval;
    return feed->trace.prices[number - floor_of(number, count) * count];
}

/* Learns all intervals that have ended by `now`; after a long absence, or a jump back, those of the last while. */
static etp_known_prices replay(etp_price_feed *feed, etp_time now)
{
    int64_t ended = floor_of(now - feed->trace.starts, feed->trace.interval);
    if (feed->learned > ended || feed->learned < ended - WARM_UP_MAX)
        feed->learned = ended - WARM_UP_MAX;
    while (feed->learned < ended)
        etp_forecast_learn(&feed->forecast, replayed_price(feed, feed->learned++));
    return (etp_known_prices){feed->forecast.last, etp_forecast_next(&feed->forecast), true};
}

static int load_trace(etp_price_feed *feed, const etp_node_prices *prices, etp_time now, etp_error *error)
{
    etp_prices_wanted wanted = {.region = prices->region, .gaps = ETP_GAPS_HOLD};
    int result = etp_prices_load(&feed->trace, &prices->file, 1, &wanted, NULL, NULL, error);
    if (result != ETP_OK)
        return result;
    etp_time length = (etp_time)feed->trace.count * feed->trace.interval;
    etp_time days = length / ETP_NS_PER_DAY * ETP_NS_PER_DAY;
    feed->span = days > 0 && days % feed->trace.interval == 0 ? days : length;
    feed->learned = floor_of(now - feed->trace.starts, feed->trace.interval) - WARM_UP_MAX;
    return ETP_OK;
}

/* ---- followed ---- */

static void learn(etp_price_feed *feed, const etp_follow_row *row)
{
    if (row->known < feed->newest.known)
        return;
    if (row->known > feed->newest.known)
        etp_forecast_learn(&feed->forecast, row->price);
    feed->newest = *row; /* of the same moment: a correction */
}

static void keep_for_later(etp_price_feed *feed, const etp_follow_row *row)
{
    unsigned at = feed->waiting_count;
    if (at == WAITING_MAX) {
        etp_log(&feed->logger, ETP_LOG_WARN, "prices",
                "file=\"%s\" text=\"over %d rows of the future; the last ones are left out\"", feed->path,
                (int)WAITING_MAX);
        return;
    }
    while (at > 0 && feed->waiting[at - 1].known > row->known) {
        feed->waiting[at] = feed->waiting[at - 1];
        at--;
    }
    feed->waiting[at] = *row;
    feed->waiting_count++;
}

static void take_row(void *user, const etp_follow_row *row)
{
    etp_price_feed *feed = user;
    if (row->known <= feed->now)
        learn(feed, row);
    else
        keep_for_later(feed, row);
}

static void take_waiting(etp_price_feed *feed)
{
    unsigned taken = 0;
    while (taken < feed->waiting_count && feed->waiting[taken].known <= feed->now)
        learn(feed, &feed->waiting[taken++]);
    feed->waiting_count -= taken;
    memmove(feed->waiting, feed->waiting + taken, feed->waiting_count * sizeof *feed->waiting);
}

static void say_freshness(etp_price_feed *feed, bool fresh)
{
    long long age = (feed->now - feed->newest.known) / ETP_NS_PER_SECOND;
    if (fresh == feed->was_fresh && feed->was_said)
        return;
    if (!fresh && feed->newest.known == 0)
        etp_log(&feed->logger, ETP_LOG_WARN, "prices", "file=\"%s\" text=\"has no price yet\"", feed->path);
    else if (!fresh)
        etp_log(
            &feed->logger, ETP_LOG_WARN, "prices",
            "file=\"%s\" newest_market_time=\"%s\" age_s=%lld text=\"is stale: nobody bids by these prices any more\"",
            feed->path, etp_stamp_show(feed->newest.known).text, age);
    else if (feed->was_said)
        etp_log(&feed->logger, ETP_LOG_WARN, "prices", "file=\"%s\" text=\"is up to date again\"", feed->path);
    feed->was_fresh = fresh;
    feed->was_said = true;
}

static bool is_fresh(const etp_price_feed *feed, etp_time now)
{
    return feed->newest.known != 0 && now - feed->newest.known <= feed->stale_after;
}

static etp_known_prices follow(etp_price_feed *feed, etp_time now)
{
    etp_error error = {0};
    feed->now = now;
    take_waiting(feed);
    if (etp_follow_read(&feed->file, feed->utc_offset, take_row, feed, &error) != ETP_OK)
        etp_log(&feed->logger, ETP_LOG_ERROR, "prices", "text=\"%s\"", error.text);
    bool fresh = is_fresh(feed, now);
    say_freshness(feed, fresh);
    if (!fresh)
        return (etp_known_prices){ETP_PRICE_NONE, ETP_PRICE_NONE, false};
    return (etp_known_prices){feed->newest.price, etp_forecast_next(&feed->forecast), true};
}

/* A file that is there and is no price file is found at once, not at the first interval. */
static int open_followed(etp_price_feed *feed, const etp_node_config *config, etp_time now, etp_error *error)
{
    feed->follows = true;
    feed->file = (etp_follow){.path = feed->path, .region = feed->region, .logger = feed->logger};
    feed->utc_offset = config->market.utc_offset;
    feed->stale_after = config->prices.stale_after;
    feed->now = now;
    feed->waiting = calloc(WAITING_MAX, sizeof *feed->waiting);
    if (feed->waiting == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the prices of %s", feed->path);
    return etp_follow_read(&feed->file, feed->utc_offset, take_row, feed, error);
}

/* ---- both ---- */

static bool copy_text(char **copy, const char *text)
{
    if (text == NULL)
        return true;
    *copy = malloc(strlen(text) + 1);
    if (*copy != NULL)
        strcpy(*copy, text);
    return *copy != NULL;
}

int etp_price_feed_open(etp_price_feed **made, const etp_node_config *config, const etp_logger *logger, etp_time now,
                        etp_error *error)
{
    *made = NULL;
    if (config->prices.file == NULL)
        return ETP_OK;
    etp_price_feed *feed = calloc(1, sizeof *feed);
    if (feed == NULL || !copy_text(&feed->path, config->prices.file) ||
        !copy_text(&feed->region, config->prices.region)) {
        etp_price_feed_close(feed);
        return etp_fail(error, ETP_ENOMEM, "no memory for the prices");
    }
    if (logger != NULL)
        feed->logger = *logger;
    etp_forecast_init(&feed->forecast);
    int result =
        config->prices.follow ? open_followed(feed, config, now, error) : load_trace(feed, &config->prices, now, error);
    if (result == ETP_OK)
        *made = feed;
    else
        etp_price_feed_close(feed);
    return result;
}

void etp_price_feed_close(etp_price_feed *feed)
{
    if (feed == NULL)
        return;
    etp_trace_fini(&feed->trace);
    free(feed->waiting);
    free(feed->path);
    free(feed->region);
    free(feed);
}

etp_known_prices etp_price_feed_look(etp_price_feed *feed, etp_time now)
{
    if (feed == NULL)
        return (etp_known_prices){ETP_PRICE_NONE, ETP_PRICE_NONE, false};
    return feed->follows ? follow(feed, now) : replay(feed, now);
}

void etp_price_feed_set_stale_after(etp_price_feed *feed, etp_time stale_after)
{
    if (feed != NULL)
        feed->stale_after = stale_after;
}

void etp_price_feed_describe(const etp_price_feed *feed, char *text, size_t size)
{
    if (feed == NULL) {
        snprintf(text, size, "none");
        return;
    }
    if (feed->follows && feed->newest.known == 0) {
        snprintf(text, size, "follows %s, which has no price yet", feed->path);
        return;
    }
    if (feed->follows) {
        snprintf(text, size, "follows %s, whose newest row that counts is of %s by the market's clock%s", feed->path,
                 etp_stamp_show(feed->newest.known).text,
                 is_fresh(feed, feed->now) ? "" : ": older than prices.stale_after_s, nobody bids by it");
        return;
    }
    etp_time end = feed->trace.starts + (etp_time)feed->trace.count * feed->trace.interval;
    etp_stamp from = etp_stamp_show(feed->trace.starts), to = etp_stamp_show(end);
    snprintf(text, size, "replays %s: %zu prices from %s to %s%s%s, by the time of day", feed->path, feed->trace.count,
             from.text, to.text, feed->trace.region[0] != '\0' ? " of " : "", feed->trace.region);
}
