/* SPDX-License-Identifier: MIT */
/* libFuzzer's door to the comparison of the decoder with msgpack-c; see CMakeLists.txt beside it. */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/oracle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void walk_frame(const uint8_t *bytes, size_t size)
{
    etp_frame_reader reader;
    etp_message message;
    if (etp_frame_open(&reader, bytes, size) != ETP_REFUSED_NONE)
        return;
    while (etp_frame_more(&reader)) {
        if (etp_frame_next(&reader, &message) == ETP_REFUSED_NONE && !message_in_range(&message))
            abort();
    }
}

/* The same bytes with a good seal, since no fuzzer guesses a checksum. */
static void walk_sealed(const uint8_t *bytes, size_t size)
{
    etp_frame frame = {0};
    if (size > 0 && etp_frame_add(&frame, bytes, size) == 0 && etp_frame_seal(&frame) == 0)
        walk_frame(frame.bytes, frame.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static oracle judge;
    static bool ready;
    if (!ready && !oracle_init(&judge))
        abort();
    ready = true;
    const char *complaint = oracle_disagrees(&judge, bytes, size);
    if (complaint != NULL) {
        fprintf(stderr, "%s\n", complaint);
        abort();
    }
    walk_frame(bytes, size);
    walk_sealed(bytes, size);
    return 0;
}
