/* SPDX-License-Identifier: MIT */
#include "live/older/adapter.h"

etp_id etp_older_next_id(etp_older_ids *ids, etp_time now)
{
    etp_id id = (etp_id)(now / ETP_NS_PER_US);
    ids->last = id > ids->last ? id : ids->last + 1;
    return ids->last;
}

void etp_older_to_engine(const etp_older_calls *calls, const etp_message *message)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    int size = etp_encode(message, bytes, sizeof bytes);
    etp_frame frame;
    frame.size = 0;
    if (size > 0 && etp_frame_add(&frame, bytes, (size_t)size) == 0 && etp_frame_seal(&frame) == 0)
        calls->frame(calls->user, frame.bytes, frame.size);
}

void etp_older_to_peer(const etp_older_calls *calls, const etp_message *message)
{
    unsigned char record[ETP_OLDER_RECORD];
    int size = etp_older_encode(message, record, sizeof record);
    if (size > 0)
        calls->record(calls->user, record, (size_t)size);
}
