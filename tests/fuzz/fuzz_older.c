/* SPDX-License-Identifier: MIT */
/* libFuzzer's door to the records of the older wire format; see CMakeLists.txt beside it. */
#include <stdlib.h>
#include <string.h>

#include "etp/older.h"
#include "fuzz/messages.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What was taken is within its ranges, for it can be written; and written, it is the same message. */
static void write_again(const etp_message *message)
{
    unsigned char record[ETP_OLDER_RECORD];
    etp_message again;
    size_t used = 0;
    if (etp_older_encode(message, record, sizeof record) != ETP_OLDER_RECORD)
        abort();
    if (etp_older_decode(record, sizeof record, &again, &used) != ETP_REFUSED_NONE || used != sizeof record)
        abort();
    if (message_difference(message, &again) != NULL)
        abort();
}

/* As a stream is walked: until it is refused for good, or ends inside a record. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    size_t at = 0, used = 0;
    do {
        etp_message message;
        etp_refusal refusal = etp_older_decode(bytes + at, size - at, &message, &used);
        if (used != 0 && used != ETP_OLDER_RECORD)
            abort();
        if (used > size - at)
            abort();
        if (refusal == ETP_REFUSED_NONE && used > 0)
            write_again(&message);
        at += used;
    } while (used > 0);
    return 0;
}
