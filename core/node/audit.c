/* SPDX-License-Identifier: MIT */
/* The file of refusals: a line for each, appended and written out at once. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "node/station.h"

enum { PERMISSIONS = 0640 };

/* A named pipe that nobody reads, or not as fast as is written, must not keep the node waiting. */
static FILE *open_append(const char *path)
{
    int handle = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, PERMISSIONS);
    FILE *file = handle >= 0 ? fdopen(handle, "a") : NULL;
    if (file == NULL && handle >= 0)
        close(handle);
    return file;
}

int etp_audit_open(etp_station *station, etp_error *error)
{
    FILE *file = NULL;
    if (station->config.audit != NULL && (file = open_append(station->config.audit)) == NULL)
        return etp_fail(error, ETP_EIO, "%s: audit cannot be written to: %s: %s", station->config.file,
                        station->config.audit, strerror(errno));
    if (station->audit != NULL)
        fclose(station->audit);
    station->audit = file;
    station->audit_fails = false;
    return ETP_OK;
}

/* What others wrote is in these lines: nothing of it may end a line or a quotation. */
static void make_plain(char *to, size_t size, const char *from)
{
    size_t used = 0;
    for (; *from != '\0' && used + 1 < size; from++)
        to[used++] = (unsigned char)*from < ' ' || *from == '"' || *from == 0x7f ? '?' : *from;
    to[used] = '\0';
}

/* A full disk is said once, and so is that it is not full any more. */
static void tell_failure(etp_station *station, bool fails)
{
    if (fails && !station->audit_fails)
        etp_log(&station->options.logger, ETP_LOG_ERROR, "audit", "%s: the audit cannot be written: %s",
                station->config.audit, strerror(errno));
    else if (!fails && station->audit_fails)
        etp_log(&station->options.logger, ETP_LOG_WARN, "audit", "%s: the audit is written again",
                station->config.audit);
    station->audit_fails = fails;
    if (fails)
        clearerr(station->audit);
}

void etp_audit_refusal(void *user, const etp_live_refusal *refusal)
{
    etp_station *station = user;
    char stamp[ETP_STAMP_TEXT_MAX], address[128], reason[1024];
    make_plain(address, sizeof address, refusal->address != NULL ? refusal->address : "");
    make_plain(reason, sizeof reason, refusal->reason != NULL ? refusal->reason : "");
    station->refusals++;
    if (station->audit == NULL)
        return;
    fprintf(station->audit,
            "at=%s refused=%s node=%" PRIu64 " device=%" PRIu64 " address=%s left_out=%" PRIu64 " reason=\"%s\"\n",
            etp_tell_stamp(station, refusal->when, stamp), etp_live_refusal_name(refusal->kind), refusal->node,
            refusal->device, address, refusal->left_out, reason);
    tell_failure(station, fflush(station->audit) != 0);
}
