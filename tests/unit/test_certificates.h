/* SPDX-License-Identifier: MIT */
/* Authorities and certificates as scripts/make-certificates.sh makes them, in the folder of test_files.h. */
#ifndef ETP_TESTS_CERTIFICATES_H
#define ETP_TESTS_CERTIFICATES_H

#include "live/carrier/carrier.h"
#include "test_files.h"

/* `arguments`: what stands before the folder, and `names` behind it. */
static inline void make_certificates(const char *arguments, const char *authority, const char *names)
{
    char command[PATH_SIZE * 2];
    snprintf(command, sizeof command, "'%s/scripts/make-certificates.sh' %s '%s/%s' %s", ETP_SOURCE_DIR, arguments,
             folder, authority, names);
    assert_int_equal(system(command), 0);
}

static inline char *certificate_path(const char *authority, const char *name, const char *ending)
{
    static char paths[32][PATH_SIZE];
    static unsigned next;
    char *path = paths[next++ % 32];
    snprintf(path, sizeof paths[0], "%s/%s/%s%s", folder, authority, name, ending);
    return path;
}

/* What a node has that trusts `trusted`; its own certificate, of `authority`, is called `name`. Valid for a few calls. */
static inline etp_tls certificates_of(const char *trusted, const char *authority, const char *name)
{
    return (etp_tls){.ca = certificate_path(trusted, "ca", ".pem"),
                     .certificate = certificate_path(authority, name, ".pem"),
                     .key = certificate_path(authority, name, ".key.pem")};
}

#endif
