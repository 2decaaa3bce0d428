/* SPDX-License-Identifier: MIT */
#include <libdeflate.h>
#include <string.h>

#include "etp/codec.h"
#include "etp/error.h"
#include "wire/reader.h"

enum { SEAL_TAG = 0xce, BODY_MAX = ETP_FRAME_MAX - ETP_SEAL_SIZE };

static uint32_t checksum(const unsigned char *bytes, size_t size)
{
    return libdeflate_crc32(0, bytes, size);
}

static void store_seal(unsigned char *at, uint32_t sum)
{
    at[0] = SEAL_TAG;
    at[1] = (unsigned char)(sum >> 24);
    at[2] = (unsigned char)(sum >> 16);
    at[3] = (unsigned char)(sum >> 8);
    at[4] = (unsigned char)sum;
}

/* A sealed frame may be over BODY_MAX itself. */
int etp_frame_add(etp_frame *frame, const void *message, size_t size)
{
    if (frame == NULL || message == NULL)
        return ETP_EINVAL;
    if (frame->size > BODY_MAX || size > BODY_MAX - frame->size)
        return ETP_ENOSPACE;
    memcpy(frame->bytes + frame->size, message, size);
    frame->size += size;
    return ETP_OK;
}

int etp_frame_seal(etp_frame *frame)
{
    if (frame == NULL)
        return ETP_EINVAL;
    if (frame->size == 0 || frame->size > BODY_MAX)
        return ETP_ESTATE;
    store_seal(frame->bytes + frame->size, checksum(frame->bytes, frame->size));
    frame->size += ETP_SEAL_SIZE;
    return ETP_OK;
}

etp_refusal etp_frame_open(etp_frame_reader *reader, const void *bytes, size_t size)
{
    if (reader == NULL || bytes == NULL)
        return ETP_REFUSED_TRUNCATED;
    if (size > ETP_FRAME_MAX)
        return ETP_REFUSED_TOO_LONG;
    if (size <= ETP_SEAL_SIZE)
        return ETP_REFUSED_TRUNCATED;
    size_t body = size - ETP_SEAL_SIZE;
    const unsigned char *start = bytes;
    unsigned char seal[ETP_SEAL_SIZE];
    store_seal(seal, checksum(start, body));
    if (memcmp(start + body, seal, sizeof seal) != 0)
        return ETP_REFUSED_CHECKSUM;
    *reader = (etp_frame_reader){start, start + body};
    return ETP_REFUSED_NONE;
}

bool etp_frame_more(const etp_frame_reader *reader)
{
    return reader != NULL && reader->at < reader->end;
}

etp_refusal etp_frame_next(etp_frame_reader *reader, etp_message *message)
{
    if (!etp_frame_more(reader) || message == NULL)
        return ETP_REFUSED_TRUNCATED;
    size_t used = 0;
    etp_refusal refusal = etp_decode(reader->at, (size_t)(reader->end - reader->at), message, &used);
    reader->at = refusal == ETP_REFUSED_NONE ? reader->at + used : reader->end;
    return refusal;
}

/* The number of elements of the array that begins here, past whose head the reader goes; 0 for anything else. */
static uint32_t open_array(etp_reader *reader)
{
    enum { FIX = 0x90, FIX_MASK = 0xf0, WIDE = 0xdc, WIDER = 0xdd };
    size_t left = etp_reader_left(reader), width = 0;
    unsigned tag = left > 0 ? reader->at[0] : 0;
    if ((tag & FIX_MASK) == FIX) {
        reader->at++;
        return tag & ~(unsigned)FIX_MASK;
    }
    if (tag == WIDE || tag == WIDER)
        width = tag == WIDE ? 2 : 4;
    if (width == 0 || left < 1 + width)
        return 0;
    uint32_t count = (uint32_t)etp_load(reader->at + 1, width);
    reader->at += 1 + width;
    return count;
}

unsigned etp_frame_messages(const void *frame, size_t size)
{
    unsigned count = 0;
    if (frame == NULL || size <= ETP_SEAL_SIZE)
        return 1;
    const unsigned char *start = frame;
    etp_reader reader = {start, start + size - ETP_SEAL_SIZE, ETP_REFUSED_NONE};
    while (etp_reader_left(&reader) > 0) {
        uint32_t elements = open_array(&reader);
        if (elements == 0)
            break;
        etp_reader_skip(&reader, elements, etp_reader_left(&reader));
        count++;
    }
    return count > 0 ? count : 1;
}
