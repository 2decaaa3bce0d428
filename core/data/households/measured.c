/* SPDX-License-Identifier: MIT */
#include "data/households/measured.h"

#include <stdlib.h>

enum { ROOM_AT_FIRST = 9000 /* rows: a year of hours */ };

void *etp_measured_new(size_t size, const etp_data_text *file, etp_error *error)
{
    etp_measured *measured = calloc(1, size);
    if (measured == NULL) {
        etp_fail(error, ETP_ENOMEM, "%s: no memory to read it", file->name);
        return NULL;
    }
    measured->csv = (etp_csv){.name = file->name, .rest = file->text};
    measured->error = error;
    return measured;
}

void etp_measured_free(etp_measured *measured)
{
    free(measured->load);
    free(measured->sun);
    free(measured);
}

static bool grow(int64_t **list, size_t values)
{
    int64_t *grown = realloc(*list, values * sizeof *grown);
    if (grown != NULL)
        *list = grown;
    return grown != NULL;
}

int etp_measured_make_room(etp_measured *measured)
{
    if (measured->count < measured->room)
        return 0;
    size_t room = measured->room > 0 ? 2 * measured->room : ROOM_AT_FIRST;
    if (!grow(&measured->load, room * measured->homes) || !grow(&measured->sun, room * measured->homes))
        return etp_fail(measured->error, ETP_ENOMEM, "%s: no memory for its rows", measured->csv.name);
    measured->room = room;
    return 0;
}
