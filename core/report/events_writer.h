/* SPDX-License-Identifier: MIT */
/*
 * Events as lines of JSON, one object a line; docs/results.md names the fields. Made for millions of events: digits are
 * laid out by hand into one buffer. The first failure to write is kept and told at the end.
 */
#ifndef ETP_REPORT_EVENTS_WRITER_H
#define ETP_REPORT_EVENTS_WRITER_H

#include <stdio.h>

#include "etp/engine.h"

typedef struct etp_events_writer etp_events_writer;

/* The name of the node with that device id, as a text that needs no escapes in JSON; may use `buffer`. */
typedef const char *etp_name_of_device(void *user, etp_id device, char *buffer, size_t size);

/* `out` is borrowed until etp_events_writer_free(). NULL when there is no memory. */
etp_events_writer *etp_events_writer_new(FILE *out, etp_name_of_device *name_of, void *user);

/* The first line: which form this is, and whose data the run is made of (`attribution`, or NULL). */
void etp_events_writer_begin(etp_events_writer *writer, const char *attribution);

/* An etp_observer's on_event, with the writer as `user`. */
void etp_events_writer_take(void *writer, const etp_event *event);

/* A script has a version, at the start or from here on, or keeps the one that it has. */
typedef struct etp_version_line {
    const char *kind; /* "load", "reload" or "reload_refused" */
    etp_time when;
    uint64_t interval;
    const char *strategy; /* needs no escapes in JSON */
    unsigned version;     /* that runs from here on */
    const char *hash;
    const char *swap_at; /* when, in the form that --swap takes, or NULL */
    const char *error;   /* any text, or NULL */
} etp_version_line;

void etp_events_writer_version(etp_events_writer *writer, const etp_version_line *line);

/* Writes out what is buffered. Returns 0 or the errno of the first failure since the start. */
int etp_events_writer_flush(etp_events_writer *writer);

/* Accepts NULL. Does not write. */
void etp_events_writer_free(etp_events_writer *writer);

#endif
