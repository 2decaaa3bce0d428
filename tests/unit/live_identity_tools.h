/* SPDX-License-Identifier: MIT */
/* Files in a folder of their own, and identities of small numbers. */
#ifndef ETP_TEST_LIVE_IDENTITY_TOOLS_H
#define ETP_TEST_LIVE_IDENTITY_TOOLS_H

#include "unit/test_mistakes.h"

#include "etp/identity.h"
#include "unit/test_files.h"

static inline int make_folder(void **state)
{
    (void)state;
    folder_make();
    return 0;
}

static inline int remove_folder(void **state)
{
    (void)state;
    folder_remove();
    return 0;
}

static inline const char *write_mode(const char *name, const char *text, mode_t mode)
{
    const char *path = in_folder(name);
    write_file(path, text);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static inline etp_identity *identity_of(etp_id device, unsigned char number)
{
    etp_identity *identity = NULL;
    unsigned char seed[32] = {number};
    assert_int_equal(etp_identity_from_seed(&identity, device, seed, NULL, NULL), ETP_OK);
    return identity;
}

static inline const char *key_of(unsigned char number)
{
    static char text[4][ETP_PUBLIC_KEY_TEXT_MAX];
    static unsigned turn;
    etp_identity *identity = identity_of(1, number);
    turn = (turn + 1) % 4;
    assert_int_equal(etp_public_key_show(etp_identity_public(identity), text[turn]), ETP_OK);
    etp_identity_free(identity);
    return text[turn];
}

#endif
