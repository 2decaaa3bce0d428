/* SPDX-License-Identifier: MIT */
/*
 * SIGHUP: the configuration is read again. What can change in a running node changes, part by part (renew.h); what cannot is
 * named, and stays. A file with a mistake changes nothing. And scripts, which are reloaded as soon as they change.
 *
 * A part that could not change goes on by the file that it had: so each file stays as long as a part runs by it, and what a
 * part wants to change is found by comparing with that.
 */
#include <stdlib.h>
#include <string.h>

#include "node/renew.h"

static etp_error none;

void etp_station_reload(etp_station *station)
{
    if (station->watch == NULL)
        return;
    for (etp_script *script; (script = etp_watch_poll(station->watch, etp_station_now(station))) != NULL;) {
        etp_error refusal = none;
        int result = etp_script_reload(script, etp_engine_now(station->engine), &refusal);
        etp_tell_reload(station, result, &refusal);
    }
}

/* ---- files ---- */

struct etp_station_file {
    etp_node_config config;
    uint32_t parts; /* a bit for each that runs by it */
    struct etp_station_file *next;
};

/* By which a part runs; that of the start, if it never changed. */
static const etp_node_config *file_of(const etp_station *station, unsigned part)
{
    const struct etp_station_file *file = station->reread;
    while (file != NULL && (file->parts & 1u << part) == 0)
        file = file->next;
    return file != NULL ? &file->config : &station->config;
}

static void free_file(struct etp_station_file *file)
{
    etp_node_config_fini(&file->config);
    free(file);
}

static void forget_unused(etp_station *station)
{
    struct etp_station_file **at = &station->reread;
    while (*at != NULL) {
        struct etp_station_file *file = *at;
        if (file->parts != 0) {
            at = &file->next;
            continue;
        }
        *at = file->next;
        free_file(file);
    }
}

static void hand_over(etp_station *station, struct etp_station_file *to, unsigned part)
{
    for (struct etp_station_file *file = station->reread; file != NULL; file = file->next)
        file->parts &= ~(1u << part);
    to->parts |= 1u << part;
}

void etp_station_free_reread(etp_station *station)
{
    for (struct etp_station_file *file = station->reread; file != NULL; file = file->next)
        file->parts = 0;
    forget_unused(station);
}

/* ---- telling ---- */

static void tell_changed(const etp_station *station, const etp_node_changes *changes)
{
    for (unsigned i = 0; i < changes->count; i++) {
        const etp_node_change *at = &changes->list[i];
        etp_tell(station, "changed key=%s from=\"%s\" to=\"%s\"", at->path, at->before, at->after);
    }
}

static void tell_not_changed(const etp_station *station, const etp_node_part *part, const etp_node_changes *changes,
                             const etp_error *error)
{
    const char *key = changes->count > 0 ? changes->list[0].path : part->keys[0];
    if (error->text[0] != '\0')
        etp_tell(station, "not changed key=%s reason=\"%.*s\" text=\"it stays as it was\"", key,
                 (int)strcspn(error->text, "\n"), error->text);
}

static void tell_mistakes(const etp_station *station, const etp_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++)
        if (findings->list[i].is_error)
            etp_tell(station, "not reread reason=\"%s\"", findings->list[i].text);
}

/* Compared with what runs, and so told each time. */
static void tell_restarts(const etp_station *station, const etp_node_config *wanted, etp_node_changes *changes)
{
    etp_node_config_compare(&station->config, wanted, changes);
    for (unsigned i = 0; i < changes->count; i++) {
        const etp_node_change *at = &changes->list[i];
        if (!at->live)
            etp_tell(station, "needs restart key=%s from=\"%s\" to=\"%s\" text=\"it stays as it was\"", at->path,
                     at->before, at->after);
    }
}

/* ---- the parts ---- */

/* Only what is the part's own, and can change. */
static void keep_own(const etp_node_part *part, etp_node_changes *changes)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < changes->count; i++)
        if (changes->list[i].live && etp_node_part_has(part, changes->list[i].path))
            changes->list[kept++] = changes->list[i];
    changes->count = kept;
}

static void renew(etp_renewal *renewal, struct etp_station_file *file, unsigned number, etp_node_changes *changes)
{
    etp_station *station = renewal->station;
    const etp_node_part *part = etp_node_part_at(number);
    etp_error error = none;
    renewal->running = file_of(station, number);
    etp_node_config_compare(renewal->running, &file->config, changes);
    keep_own(part, changes);
    if (changes->count == 0 && !part->always)
        return;
    if (part->renew(renewal, &error) != ETP_OK) {
        tell_not_changed(station, part, changes, &error);
        return;
    }
    hand_over(station, file, number);
    tell_changed(station, changes);
}

static void take_over(etp_station *station, struct etp_station_file *file, etp_node_changes *changes)
{
    etp_renewal renewal = {.station = station, .wanted = &file->config, .changes = changes};
    file->next = station->reread;
    station->reread = file;
    tell_restarts(station, &file->config, changes);
    for (unsigned i = 0; etp_node_part_at(i) != NULL; i++)
        renew(&renewal, file, i, changes);
    forget_unused(station);
    etp_live_changed(station->live);
    etp_tell(station, "reread file=%s", station->config.file);
}

void etp_station_reread(etp_station *station)
{
    etp_findings findings = {.count = 0};
    struct etp_station_file *file = calloc(1, sizeof *file);
    etp_node_changes *changes = calloc(1, sizeof *changes);
    if (file == NULL || changes == NULL) {
        etp_tell(station, "not reread reason=\"no memory\"");
        free(file);
    } else if (!etp_node_config_load(&file->config, station->config.file, &findings) ||
               file->config.role != station->config.role) {
        tell_mistakes(station, &findings);
        if (findings.errors == 0)
            etp_tell(station, "not reread reason=\"the role is another one: that needs a restart\"");
        free_file(file);
    } else {
        take_over(station, file, changes);
    }
    etp_findings_fini(&findings);
    free(changes);
}
