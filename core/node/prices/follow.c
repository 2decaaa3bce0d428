/* SPDX-License-Identifier: MIT */
#include "node/prices/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/columns.h"
#include "world/calendar.h"

enum { CHUNK = 65536, MINUTES_PER_HOUR = 60, NEM_MINUTES = 10 * MINUTES_PER_HOUR };
static const int64_t price_low = -100 * ETP_PRICE_PER_CENT, price_high = 2500 * ETP_PRICE_PER_CENT;
static const unsigned mwh_places = 3, cent_places = 4; /* so that the least digit is one micro-dollar per kWh */

static void say(const etp_follow *follow, const char *text)
{
    etp_log(&follow->logger, ETP_LOG_WARN, "prices", "file=\"%s\" line=%zu text=\"%s\"", follow->path, follow->line,
            text);
}

/* ---- one line ---- */

static int read_header(etp_follow *follow, const etp_csv *csv, const etp_csv_row *row, etp_error *error)
{
    static const char hint[] = "a followed file has SETTLEMENTDATE and RRP, or time and price_c_kwh";
    unsigned at;
    follow->is_end = etp_column_count(row, "SETTLEMENTDATE", &at) > 0;
    int result = etp_column_find(csv, row, follow->is_end ? "SETTLEMENTDATE" : "time", hint, &follow->time_at, error);
    if (result == ETP_OK)
        result = etp_column_find(csv, row, follow->is_end ? "RRP" : "price_c_kwh", hint, &follow->price_at, error);
    if (result != ETP_OK)
        return result;
    follow->columns = row->count;
    follow->region_at = row->count;
    if (etp_column_count(row, "REGIONID", &at) == 1 || etp_column_count(row, "REGION", &at) == 1)
        follow->region_at = at;
    if (follow->region != NULL && follow->region_at == row->count)
        return etp_fail(error, ETP_EFORMAT,
                        "%s: line 1: there is no column REGIONID or REGION, and prices.region wants %s", follow->path,
                        follow->region);
    follow->knows_columns = true;
    return ETP_OK;
}

static bool read_time(const etp_follow *follow, etp_span field, etp_time utc_offset, etp_time *known)
{
    int zone;
    if (etp_stamp_parse_zone(field, known, &zone) != ETP_STAMP_OK)
        return false;
    if (zone == ETP_ZONE_NONE && follow->is_end)
        zone = NEM_MINUTES;
    if (zone == ETP_ZONE_NONE)
        return false;
    *known += utc_offset - (etp_time)zone * (ETP_NS_PER_HOUR / MINUTES_PER_HOUR);
    return true;
}

/* What is wrong with the row, or NULL. */
static const char *read_row(const etp_follow *follow, const etp_csv_row *row, etp_time utc_offset, etp_follow_row *read)
{
    int64_t price;
    if (row->count != follow->columns)
        return "the line has not as many fields as the first one; it is left out";
    if (!read_time(follow, etp_span_trim(row->fields[follow->time_at]), utc_offset, &read->known))
        return "the time cannot be read (2026-01-31T14:05:00Z is one); the line is left out";
    if (etp_decimal_parse(etp_span_trim(row->fields[follow->price_at]), follow->is_end ? mwh_places : cent_places,
                          &price) != ETP_DECIMAL_OK)
        return "the price is no number; the line is left out";
    if (price < price_low || price > price_high)
        return "the price is outside -100 to 2500 c/kWh (RRP is in $/MWh); the line is left out";
    read->price = price;
    return NULL;
}

static bool is_wanted(const etp_follow *follow, const etp_csv_row *row)
{
    return follow->region == NULL || follow->region_at >= row->count ||
           etp_span_is(etp_span_trim(row->fields[follow->region_at]), follow->region);
}

/* Once: such a file has as many lines of the others. */
static void say_mixed(etp_follow *follow)
{
    if (!follow->said_mixed)
        say(follow,
            "the file has several regions; name one in prices.region. All but that of the first row are left out");
    follow->said_mixed = true;
}

/* A file of one region needs no prices.region. */
static bool is_of_the_only_region(etp_follow *follow, const etp_csv_row *row)
{
    if (follow->region != NULL || follow->region_at >= row->count)
        return true;
    const etp_span region = etp_span_trim(row->fields[follow->region_at]);
    if (follow->only[0] == '\0' && region.size < sizeof follow->only)
        snprintf(follow->only, sizeof follow->only, "%.*s", (int)region.size, region.text);
    return etp_span_is(region, follow->only);
}

typedef struct reader {
    etp_follow *follow;
    etp_time utc_offset;
    void (*take)(void *user, const etp_follow_row *row);
    void *user;
    etp_error *error;
} reader;

static int read_line(const reader *to, const etp_csv *csv, const etp_csv_row *row)
{
    etp_follow_row read;
    if (row->count == 0)
        return ETP_OK;
    if (!to->follow->knows_columns)
        return read_header(to->follow, csv, row, to->error);
    if (row->count == to->follow->columns && !is_wanted(to->follow, row))
        return ETP_OK;
    if (row->count == to->follow->columns && !is_of_the_only_region(to->follow, row)) {
        say_mixed(to->follow);
        return ETP_OK;
    }
    const char *wrong = read_row(to->follow, row, to->utc_offset, &read);
    if (wrong != NULL)
        say(to->follow, wrong);
    else
        to->take(to->user, &read);
    return ETP_OK;
}

/* ---- whole lines ---- */

static int read_lines(const reader *to, const char *text, size_t size)
{
    etp_csv csv = {to->follow->path, {text, size}, to->follow->line};
    etp_csv_row row;
    int result = ETP_OK;
    while (result == ETP_OK && csv.rest.size > 0) {
        etp_error wrong = {0};
        int more = etp_csv_next(&csv, &row, &wrong);
        to->follow->line = csv.line;
        if (more < 0)
            say(to->follow, "the line cannot be split into fields; it is left out");
        else if (more > 0)
            result = read_line(to, &csv, &row);
    }
    return result;
}

/* A line that is not whole stays for the next look, unless it can never become one. */
static int read_chunks(const reader *to, int handle, char *buffer)
{
    etp_follow *follow = to->follow;
    for (;;) {
        ssize_t got = pread(handle, buffer, CHUNK, follow->offset);
        if (got < 0)
            return etp_fail(to->error, ETP_EIO, "%s cannot be read: %s", follow->path, strerror(errno));
        size_t size = (size_t)got;
        while (size > 0 && buffer[size - 1] != '\n')
            size--;
        if (size == 0 && got < CHUNK)
            return ETP_OK;
        if (size == 0)
            return etp_fail(to->error, ETP_EFORMAT, "%s: line %zu is longer than %d bytes: this is no price file",
                            follow->path, follow->line + 1, (int)CHUNK);
        int result = read_lines(to, buffer, size);
        if (result != ETP_OK)
            return result;
        follow->offset += (off_t)size;
    }
}

/* ---- the file ---- */

/* A file that was replaced or cut is another one. */
static void begin_again(etp_follow *follow, const struct stat *facts)
{
    bool same = follow->inode == facts->st_ino && follow->device == facts->st_dev && facts->st_size >= follow->offset;
    if (same)
        return;
    follow->inode = facts->st_ino;
    follow->device = facts->st_dev;
    follow->offset = 0;
    follow->line = 0;
    follow->knows_columns = false;
}

static int open_file(etp_follow *follow, etp_error *error)
{
    int handle = open(follow->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (handle >= 0) {
        follow->missing = false;
        return handle;
    }
    if (errno != ENOENT)
        return etp_fail(error, ETP_EIO, "%s cannot be read: %s", follow->path, strerror(errno));
    if (!follow->missing)
        etp_log(&follow->logger, ETP_LOG_WARN, "prices", "file=\"%s\" text=\"is not there; it is waited for\"",
                follow->path);
    follow->missing = true;
    return ETP_ENOENT;
}

int etp_follow_read(etp_follow *follow, etp_time utc_offset, void (*take)(void *user, const etp_follow_row *row),
                    void *user, etp_error *error)
{
    struct stat facts;
    int handle = open_file(follow, error);
    if (handle < 0)
        return handle == ETP_ENOENT ? ETP_OK : handle;
    int result = ETP_OK;
    if (fstat(handle, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        result = etp_fail(error, ETP_EIO, "%s is no plain file, and cannot be followed", follow->path);
    } else {
        begin_again(follow, &facts);
        char *buffer = facts.st_size > follow->offset ? malloc(CHUNK) : NULL;
        reader to = {follow, utc_offset, take, user, error};
        if (buffer != NULL)
            result = read_chunks(&to, handle, buffer);
        free(buffer);
    }
    close(handle);
    return result;
}
