/* SPDX-License-Identifier: MIT */
#include "cli/live/places.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "program/status.h"

enum { SPARE_DESCRIPTORS = 64, SOCKET_NAME = 24 /* bytes of it, behind the folder */ };

static const char folder_pattern[] = "etp-live-XXXXXX";

static int make_folder(etp_live_places *places, etp_error *error)
{
    const char *root = getenv("TMPDIR");
    if (root == NULL || *root == '\0')
        root = "/tmp";
    int size = snprintf(places->folder, sizeof places->folder, "%s/%s", root, folder_pattern);
    bool fits = size > 0 && size + SOCKET_NAME < (int)sizeof places->folder;
    if (fits && mkdtemp(places->folder) != NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EIO, "no folder can be made in %.200s for the sockets of ipc: %s", root,
             fits ? strerror(errno) : "its name is too long for theirs; set TMPDIR to a shorter one");
    places->folder[0] = '\0';
    return ETP_EXIT_FAILED;
}

int etp_live_places_begin(etp_live_places *places, const char *transport, etp_error *error)
{
    *places = (etp_live_places){.transport = transport};
    return strcmp(transport, "ipc") == 0 ? make_folder(places, error) : ETP_EXIT_DONE;
}

void etp_live_places_fini(etp_live_places *places)
{
    char path[2 * ETP_PLACE_MAX];
    if (places->folder[0] == '\0')
        return;
    for (unsigned i = 0; i < places->used; i++) {
        snprintf(path, sizeof path, "%s/firm-%u", places->folder, i);
        unlink(path);
    }
    rmdir(places->folder);
    places->folder[0] = '\0';
}

void etp_live_places_next(etp_live_places *places, char url[2 * ETP_PLACE_MAX])
{
    const char *transport = places->transport;
    unsigned number = places->used++;
    if (strcmp(transport, "ipc") == 0)
        snprintf(url, (size_t)2 * ETP_PLACE_MAX, "ipc://%s/firm-%u", places->folder, number);
    else if (strcmp(transport, "inproc") == 0)
        snprintf(url, (size_t)2 * ETP_PLACE_MAX, "inproc://etp-market-firm-%u", number);
    else
        snprintf(url, (size_t)2 * ETP_PLACE_MAX, "%s://127.0.0.1:0", transport);
}

int etp_live_places_make_room(const etp_live_places *places, unsigned links, etp_error *error)
{
    struct rlimit limit;
    /* Both ends of each are here. Those of inproc have none of the system's. */
    rlim_t needed = strcmp(places->transport, "inproc") == 0 ? 0 : 2 * (rlim_t)links;
    needed += SPARE_DESCRIPTORS;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY || limit.rlim_cur >= needed)
        return ETP_EXIT_DONE;
    if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max >= needed) {
        limit.rlim_cur = needed;
        if (setrlimit(RLIMIT_NOFILE, &limit) == 0)
            return ETP_EXIT_DONE;
    }
    etp_fail(error, ETP_EFULL,
             "%u links over %s need %llu open files, and this process may have %llu: take fewer batteries (--bess) or "
             "--live=inproc, or let it have more (ulimit -n)",
             links, places->transport, (unsigned long long)needed, (unsigned long long)limit.rlim_max);
    return ETP_EXIT_FAILED;
}
