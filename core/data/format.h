/* SPDX-License-Identifier: MIT */
/*
 * The formats of files that we know, as a table: a new one is a line in look/formats.c and a function that looks at such
 * a file. A format is recognised by its content: by the columns of its first line, or, where rows begin with C, I and D,
 * by a table that an I row names. A file's name says nothing.
 *
 * What lies in core/data/ itself is what etp_trace_load() needs, and is part of libetp. What lies in its folders
 * (look/ and those for households) is part of the program alone.
 */
#ifndef ETP_DATA_FORMAT_H
#define ETP_DATA_FORMAT_H

#include "data/text_file.h"
#include "etp/units.h"

enum { ETP_DATA_NAME_MAX = 48, ETP_DATA_NOTE_MAX = 400 };

typedef struct etp_data_format etp_data_format;

/* One series of a file: the prices of a region, the load of a home. */
typedef struct etp_data_series {
    char name[ETP_DATA_NAME_MAX]; /* "VIC1", "load of home 3", or "" where the file has no name for it */
    char unit[16];                /* "A$/MWh" */
    etp_time interval;            /* 0 if it is not known */
    etp_time first, last;         /* ENDS of the first and the last interval, NEM time; 0 if the file has no dates */
    size_t rows;                  /* that hold a value, each interval once */
    size_t gaps, missing;         /* breaks in an otherwise regular series, and the intervals that are missing there */
    size_t repeats, conflicts;    /* rows more of an interval: with the same value, with another */
    size_t unsorted;              /* rows that are earlier than the row before them */
    size_t blanks;                /* rows without a value */
    size_t negatives, zeros;
    double low, high, mean; /* of the values, in `unit` */
} etp_data_series;

/* What a file is. */
typedef struct etp_data_about {
    const etp_data_format *format;
    const char *path; /* borrowed */
    bool packed;      /* gzip */
    size_t bytes, lines;
    uint64_t hash; /* XXH3 of the file's bytes */
    etp_data_series *series;
    unsigned series_count;
    char (*notes)[ETP_DATA_NOTE_MAX]; /* sentences: what is odd, and what follows from it */
    unsigned note_count;
} etp_data_about;

struct etp_data_format {
    const char *name;    /* a word for programs: "price-and-demand" */
    const char *title;   /* for people */
    const char *columns; /* of the first line, with blanks between them: all must be there, others may; or NULL */
    const char *table;   /* or the two names of an I row: "DISPATCH PRICE" */
    /* Adds the series and notes of `file`. What is odd is a note; what cannot be read is an error. NULL: it is
     * recognised, and nothing is made of it. */
    int (*look)(etp_data_about *about, const etp_data_text *file, etp_error *error);
};

/* All of them; the first that fits is meant. */
extern const etp_data_format *const etp_data_formats[];
extern const unsigned etp_data_format_count;

/* A zeroed series more, or NULL. It stays where it is until the next one is added. */
etp_data_series *etp_data_add_series(etp_data_about *about, const char *name, const char *unit);
/* ETP_ENOMEM when there is no memory for it. */
int etp_data_add_note(etp_data_about *about, const char *format, ...) ETP_PRINTF(2, 3);

#endif
