/* SPDX-License-Identifier: MIT */
/* A message to MessagePack, by msgpack-c's packer writing straight into the caller's buffer. */
#include <msgpack/pack.h>
#include <string.h>

#include "etp/codec.h"
#include "etp/error.h"
#include "wire/fields.h"

typedef struct writer {
    unsigned char *bytes;
    size_t size;
    size_t used;
} writer;

/* The packer's callback. */
static inline int append(void *data, const char *bytes, size_t count)
{
    writer *out = data;
    if (count > out->size - out->used)
        return -1;
    memcpy(out->bytes + out->used, bytes, count);
    out->used += count;
    return 0;
}

/* Negative numbers arrive here as very large ones. */
static bool within(uint64_t value, uint64_t low, uint64_t high)
{
    return value >= low && value <= high;
}

static bool in_range(const etp_message *message)
{
#define WHOLE(member, type, low, high) &&within((uint64_t)message->member, low, (uint64_t)(high))
#define REAL(member, type, high, per)  &&within((uint64_t)message->member, 0, (uint64_t)(high))
    return message->type < ETP_TYPES && message->in_reply_to <= ETP_ID_MAX ETP_FIELD_LIST(WHOLE, REAL, REAL);
#undef WHOLE
#undef REAL
}

int etp_encode(const etp_message *message, void *buffer, size_t size)
{
    if (message == NULL || buffer == NULL)
        return ETP_EINVAL;
    if (!in_range(message))
        return ETP_ERANGE;
    /* The packer stays in this function, so that the compiler sees which callback it has and can take it in line. */
    writer out = {buffer, size, 0};
    msgpack_packer packer;
    msgpack_packer_init(&packer, &out, append);
    int failed = msgpack_pack_array(&packer, ETP_FIELDS);
#define WHOLE(member, type, low, high) failed |= msgpack_pack_uint64(&packer, message->member);
#define REAL(member, type, high, per)  failed |= msgpack_pack_double(&packer, (double)message->member / (double)(per));
    failed |= msgpack_pack_uint8(&packer, message->type);
    ETP_FIELD_LIST(WHOLE, REAL, REAL)
    failed |= msgpack_pack_uint64(&packer, message->in_reply_to);
    failed |= msgpack_pack_uint32(&packer, message->closes_in_ms);
#undef WHOLE
#undef REAL
    return failed == 0 ? (int)out.used : ETP_ENOSPACE;
}
