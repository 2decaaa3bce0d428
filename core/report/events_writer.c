/* SPDX-License-Identifier: MIT */
#include "report/events_writer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_SIZE = 1 << 16, LINE_SIZE = 4096, NAME_SIZE = 128, DIGITS_MAX = 20 };

struct etp_events_writer {
    FILE *out;
    etp_name_of_device *name_of;
    void *user;
    int failure; /* errno of the first write that failed */
    size_t used;
    char buffer[BUFFER_SIZE];
};

/* Which of the fields a kind of event has, besides those that all have. */
enum {
    PEER = 1,
    MESSAGE = 2,
    PRICE = 4,
    ENERGY = 8,
    AMOUNT = 16,
    RESERVE = 32,
    CODE = 64,
    REFUSAL = 128,
    TYPE = 256,
    DELAY = 512
};

static const unsigned fields_of[ETP_EVENTS] = {
    [ETP_EVENT_REGISTER] = PEER | MESSAGE | ENERGY,
    [ETP_EVENT_QUERY] = PEER | MESSAGE | ENERGY,
    [ETP_EVENT_RESPONSE] = PEER | MESSAGE | ENERGY | RESERVE | CODE,
    [ETP_EVENT_BID] = PEER | MESSAGE | PRICE | ENERGY | CODE,
    [ETP_EVENT_ACCEPT] = PEER | MESSAGE | PRICE | ENERGY | RESERVE,
    [ETP_EVENT_REJECT] = PEER | MESSAGE | PRICE | ENERGY | CODE,
    [ETP_EVENT_CONFIRM] = PEER | MESSAGE | PRICE | ENERGY | AMOUNT | RESERVE,
    [ETP_EVENT_LAPSE] = PEER | MESSAGE | PRICE | ENERGY,
    [ETP_EVENT_RECEIPT] = PEER | MESSAGE | PRICE | ENERGY | AMOUNT,
    [ETP_EVENT_VOID] = PEER | MESSAGE | PRICE | ENERGY | CODE,
    [ETP_EVENT_UNRESOLVED] = PEER | MESSAGE | PRICE | ENERGY,
    [ETP_EVENT_STATUS] = PEER | MESSAGE | ENERGY,
    [ETP_EVENT_FAILURE] = PEER | CODE,
    [ETP_EVENT_RECOVERY] = PEER,
    [ETP_EVENT_TERMINATE] = PEER | MESSAGE | CODE,
    [ETP_EVENT_HOOK_ERROR] = PEER,
    [ETP_EVENT_REFUSED] = PEER | REFUSAL | TYPE,
    [ETP_EVENT_LATE] = PEER | MESSAGE | TYPE | DELAY,
    [ETP_EVENT_LINK_LOST] = PEER,
    [ETP_EVENT_LINK_UP] = PEER,
};

etp_events_writer *etp_events_writer_new(FILE *out, etp_name_of_device *name_of, void *user)
{
    etp_events_writer *writer = calloc(1, sizeof *writer);
    if (writer == NULL)
        return NULL;
    writer->out = out;
    writer->name_of = name_of;
    writer->user = user;
    return writer;
}

void etp_events_writer_free(etp_events_writer *writer)
{
    free(writer);
}

static void drain(etp_events_writer *writer)
{
    if (writer->failure == 0 && fwrite(writer->buffer, 1, writer->used, writer->out) != writer->used)
        writer->failure = errno != 0 ? errno : EIO;
    writer->used = 0;
}

int etp_events_writer_flush(etp_events_writer *writer)
{
    drain(writer);
    if (writer->failure == 0 && fflush(writer->out) != 0)
        writer->failure = errno != 0 ? errno : EIO;
    return writer->failure;
}

/* ---- laying out a line: the buffer has room for a whole one ---- */

static void put(etp_events_writer *writer, const char *text, size_t size)
{
    memcpy(writer->buffer + writer->used, text, size);
    writer->used += size;
}

static void put_unsigned(etp_events_writer *writer, uint64_t value)
{
    char digits[DIGITS_MAX];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    put(writer, digits + at, sizeof digits - at);
}

/* `name` comes with its comma, quotes and colon: ,"t_ns": */
static void put_number(etp_events_writer *writer, const char *name, int64_t value)
{
    put(writer, name, strlen(name));
    if (value < 0)
        put(writer, "-", 1);
    put_unsigned(writer, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_id(etp_events_writer *writer, const char *name, etp_id id)
{
    put(writer, name, strlen(name));
    put(writer, "\"", 1);
    put_unsigned(writer, id);
    put(writer, "\"", 1);
}

static void put_word(etp_events_writer *writer, const char *name, const char *word)
{
    put(writer, name, strlen(name));
    put(writer, "\"", 1);
    put(writer, word, strlen(word));
    put(writer, "\"", 1);
}

/* A text from outside, which may hold anything but is UTF-8 where it is more than ASCII. */
static void put_escaped(etp_events_writer *writer, const char *text)
{
    for (; *text != '\0'; text++) {
        char plain = (unsigned char)*text < ' ' ? ' ' : *text;
        if (*text == '\n')
            put(writer, "\\n", 2);
        else if (*text == '"' || *text == '\\')
            put(writer, (const char[]){'\\', *text}, 2);
        else
            put(writer, &plain, 1);
    }
}

static void make_room(etp_events_writer *writer)
{
    if (writer->used + LINE_SIZE > sizeof writer->buffer)
        drain(writer);
}

void etp_events_writer_version(etp_events_writer *writer, const etp_version_line *line)
{
    make_room(writer);
    put_number(writer, "{\"t_ns\":", line->when);
    put_number(writer, ",\"interval\":", (int64_t)line->interval);
    put_word(writer, ",\"kind\":", line->kind);
    put_word(writer, ",\"strategy\":", line->strategy);
    put_number(writer, ",\"version\":", line->version);
    put_word(writer, ",\"source_hash\":", line->hash);
    if (line->swap_at != NULL)
        put_word(writer, ",\"swap_at\":", line->swap_at);
    if (line->error != NULL) {
        put(writer, ",\"error\":\"", 10);
        put_escaped(writer, line->error);
        put(writer, "\"", 1);
    }
    put(writer, "}\n", 2);
}

void etp_events_writer_begin(etp_events_writer *writer, const char *attribution)
{
    put_word(writer, "{\"kind\":", "run");
    put_number(writer, ",\"schema_version\":", ETP_SCHEMA_VERSION);
    put_word(writer, ",\"version\":", etp_version());
    if (attribution != NULL)
        put_word(writer, ",\"attribution\":", attribution);
    put(writer, "}\n", 2);
}

static void put_quantities(etp_events_writer *writer, const etp_event *event, unsigned fields)
{
    if ((fields & PRICE) != 0 && event->price != ETP_PRICE_NONE)
        put_number(writer, ",\"price_micro\":", event->price);
    if ((fields & ENERGY) != 0)
        put_number(writer, ",\"energy_mwh\":", event->energy);
    if ((fields & AMOUNT) != 0)
        put_number(writer, ",\"amount_micro\":", event->amount);
    if ((fields & RESERVE) != 0 && event->reserve != ETP_PRICE_NONE)
        put_number(writer, ",\"reserve_micro\":", event->reserve);
}

/* What was refused before it could be read has no type. */
static bool has_type(const etp_event *event)
{
    return event->refusal == ETP_REFUSED_NONE ||
           (event->refusal >= ETP_REFUSED_EXPIRED_TTL && event->refusal <= ETP_REFUSED_UNEXPECTED);
}

static void put_reasons(etp_events_writer *writer, const etp_event *event, unsigned fields)
{
    if ((fields & CODE) != 0)
        put_word(writer, ",\"code\":", etp_code_name(event->code));
    if ((fields & REFUSAL) != 0)
        put_word(writer, ",\"refusal\":", etp_refusal_name(event->refusal));
    if ((fields & TYPE) != 0 && has_type(event))
        put_word(writer, ",\"type\":", etp_type_name(event->type));
    if ((fields & DELAY) != 0)
        put_number(writer, ",\"delay_us\":", event->delay / ETP_NS_PER_US);
}

void etp_events_writer_take(void *user, const etp_event *event)
{
    etp_events_writer *writer = user;
    char name[NAME_SIZE];
    unsigned fields = fields_of[event->kind];
    make_room(writer);
    put_number(writer, "{\"t_ns\":", event->when);
    put_number(writer, ",\"interval\":", (int64_t)event->interval);
    put_word(writer, ",\"kind\":", etp_event_name(event->kind));
    put_id(writer, ",\"device\":", event->device);
    put_word(writer, ",\"name\":", writer->name_of(writer->user, event->device, name, sizeof name));
    if ((fields & PEER) != 0 && event->peer != 0)
        put_id(writer, ",\"peer\":", event->peer);
    if ((fields & MESSAGE) != 0 && event->message != 0)
        put_id(writer, ",\"message\":", event->message);
    put_quantities(writer, event, fields);
    put_reasons(writer, event, fields);
    put(writer, "}\n", 2);
}
