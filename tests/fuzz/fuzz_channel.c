/* SPDX-License-Identifier: MIT */
/* libFuzzer's door to a channel and a peer that says anything; see CMakeLists.txt beside it. */
#include <stdio.h>

#include "fuzz/channel_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static channel_world world;
    if (world.trust == NULL)
        channel_world_init(&world);
    const char *complaint = channel_complaint(&world, bytes, size);
    if (complaint != NULL) {
        fprintf(stderr, "%s\n", complaint);
        abort();
    }
    return 0;
}
