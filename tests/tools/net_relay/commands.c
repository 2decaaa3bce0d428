/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net_relay.h"
#include "program/values.h"

enum { LINE_MAX_BYTES = 256, WORDS_MAX = 4 };

/* ---- values ---- */

typedef struct line_words {
    char text[LINE_MAX_BYTES];
    const char *list[WORDS_MAX];
    unsigned count;
} line_words;

static bool split(line_words *words, const char *line)
{
    char *rest = NULL;
    snprintf(words->text, sizeof words->text, "%s", line);
    words->count = 0;
    for (char *word = strtok_r(words->text, " \t\r", &rest); word != NULL; word = strtok_r(NULL, " \t\r", &rest)) {
        if (words->count == WORDS_MAX)
            return false;
        words->list[words->count++] = word;
    }
    return true;
}

/* The ways that a word names: both where there is none. */
static bool name_ways(const line_words *words, unsigned at, bool ways[ETP_RELAY_WAYS])
{
    const char *word = words->count > at ? words->list[at] : NULL;
    ways[ETP_RELAY_UP] = word == NULL || strcmp(word, "up") == 0;
    ways[ETP_RELAY_DOWN] = word == NULL || strcmp(word, "down") == 0;
    return words->count <= at + 1 && (ways[ETP_RELAY_UP] || ways[ETP_RELAY_DOWN]);
}

static bool read_ms(const line_words *words, etp_time *value)
{
    double number = 0;
    if (words->count != 2 || !etp_value_number(words->list[1], &number) || number < 0 || number > 3.6e6)
        return false;
    *value = (etp_time)(number * ETP_NS_PER_MS);
    return true;
}

static bool read_chance(const line_words *words, double *value)
{
    return words->count == 2 && etp_value_number(words->list[1], value) && *value >= 0 && *value <= 1;
}

/* ---- what changes a setting ---- */

static bool set_drip(etp_relay *relay, const line_words *words)
{
    uint64_t drip;
    bool ways[ETP_RELAY_WAYS];
    if (words->count < 2 || !etp_value_whole(words->list[1], &drip) || !name_ways(words, 2, ways))
        return false;
    for (unsigned i = 0; i < ETP_RELAY_WAYS; i++)
        if (ways[i])
            relay->settings.drip[i] = drip;
    return true;
}

static bool set_stalled(etp_relay *relay, const line_words *words, bool stalled)
{
    bool ways[ETP_RELAY_WAYS];
    if (!name_ways(words, 1, ways))
        return false;
    for (unsigned i = 0; i < ETP_RELAY_WAYS; i++) {
        if (!ways[i])
            continue;
        relay->settings.stalled[i] = stalled;
        if (!stalled)
            relay->settings.drip[i] = 0;
    }
    return true;
}

/* -1: it is none of these. */
static int change_setting(etp_relay *relay, const line_words *words)
{
    etp_relay_settings *settings = &relay->settings;
    const char *what = words->list[0];
    if (strcmp(what, "delay") == 0)
        return read_ms(words, &settings->delay);
    if (strcmp(what, "jitter") == 0)
        return read_ms(words, &settings->jitter);
    if (strcmp(what, "bandwidth") == 0)
        return words->count == 2 && etp_value_whole(words->list[1], &settings->bandwidth_bps);
    if (strcmp(what, "loss") == 0)
        return read_chance(words, &settings->loss);
    if (strcmp(what, "duplicate") == 0)
        return read_chance(words, &settings->duplicate);
    if (strcmp(what, "reorder") == 0)
        return read_chance(words, &settings->reorder);
    if (strcmp(what, "drip") == 0)
        return set_drip(relay, words);
    if (strcmp(what, "stall") == 0)
        return set_stalled(relay, words, true);
    if (strcmp(what, "go") == 0)
        return set_stalled(relay, words, false);
    return -1;
}

/* ---- what is done at once ---- */

static bool cut(etp_relay *relay, const line_words *words)
{
    bool fin = words->count == 2 && strcmp(words->list[1], "fin") == 0;
    if (words->count > 2 || (words->count == 2 && !fin && strcmp(words->list[1], "rst") != 0))
        return false;
    etp_relay_cut(relay, fin);
    return true;
}

static bool abandon(etp_relay *relay, const line_words *words)
{
    bool target = words->count == 2 && strcmp(words->list[1], "target") == 0;
    if (words->count != 2 || (!target && strcmp(words->list[1], "client") != 0))
        return false;
    etp_relay_abandon(relay, target ? ETP_RELAY_UP : ETP_RELAY_DOWN);
    return true;
}

static void print_counts(const etp_relay *relay)
{
    const etp_relay_counts *counts = &relay->counts;
    printf("connections %" PRIu64 " now %" PRIu64 " up %" PRIu64 " down %" PRIu64 " lost %" PRIu64 "\n",
           counts->connections, counts->alive, counts->bytes[ETP_RELAY_UP], counts->bytes[ETP_RELAY_DOWN],
           counts->lost);
}

static void set_refusing(etp_relay *relay, bool refusing)
{
    relay->settings.refusing = refusing;
    if (refusing)
        etp_relay_cut(relay, false);
}

/* -1: it is none of these. */
static int act(etp_relay *relay, const line_words *words)
{
    const char *what = words->list[0];
    if (strcmp(what, "cut") == 0)
        return cut(relay, words);
    if (strcmp(what, "abandon") == 0)
        return abandon(relay, words);
    if (words->count > 1)
        return -1;
    if (strcmp(what, "count") == 0)
        print_counts(relay);
    else if (strcmp(what, "refuse") == 0 || strcmp(what, "accept") == 0)
        set_refusing(relay, *what == 'r');
    else if (strcmp(what, "quit") == 0)
        event_base_loopexit(relay->base, NULL);
    else
        return -1;
    return true;
}

void etp_relay_command(etp_relay *relay, const char *line, char *trouble, size_t size)
{
    line_words words;
    *trouble = '\0';
    if (!split(&words, line) || words.count == 0) {
        snprintf(trouble, size, "a command is a word and at most %d more", WORDS_MAX - 1);
        return;
    }
    int done = change_setting(relay, &words);
    if (done == true)
        etp_relay_stir(relay);
    if (done == -1)
        done = act(relay, &words);
    if (done == -1)
        snprintf(trouble, size, "there is no command '%s'; net_relay.h lists them", words.list[0]);
    else if (!done)
        snprintf(trouble, size, "'%s' is not what follows %s; net_relay.h says what does", line, words.list[0]);
}

/* ---- standard input ---- */

typedef struct line_reader {
    etp_relay *relay;
    char line[LINE_MAX_BYTES];
    size_t size;
} line_reader;

static void take_line(line_reader *reader)
{
    char trouble[2 * LINE_MAX_BYTES];
    reader->line[reader->size] = '\0';
    reader->size = 0;
    etp_relay_command(reader->relay, reader->line, trouble, sizeof trouble);
    if (*trouble != '\0')
        printf("error: %s\n", trouble);
    else
        puts("ok");
    fflush(stdout);
}

static void on_input(evutil_socket_t fd, short what, void *user)
{
    line_reader *reader = user;
    char bytes[LINE_MAX_BYTES];
    ssize_t got = read(fd, bytes, sizeof bytes);
    (void)what;
    if (got <= 0)
        event_base_loopexit(reader->relay->base, NULL);
    for (ssize_t i = 0; i < got; i++) {
        if (bytes[i] == '\n')
            take_line(reader);
        else if (reader->size + 1 < sizeof reader->line)
            reader->line[reader->size++] = bytes[i];
    }
}

int etp_relay_take_commands(etp_relay *relay)
{
    static line_reader reader;
    reader.relay = relay;
    relay->input = event_new(relay->base, STDIN_FILENO, EV_READ | EV_PERSIST, on_input, &reader);
    return relay->input != NULL ? event_add(relay->input, NULL) : -1;
}
