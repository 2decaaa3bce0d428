/* SPDX-License-Identifier: MIT */
#include "live/channel/refusal.h"

static const char *const names[ETP_CHANNEL_REFUSALS] = {
#define ETP_X(NAME, number, name, sentence) [number] = (name),
    ETP_CHANNEL_REFUSAL_LIST(ETP_X)
#undef ETP_X
};

static const char *const sentences[ETP_CHANNEL_REFUSALS] = {
#define ETP_X(NAME, number, name, sentence) [number] = (sentence),
    ETP_CHANNEL_REFUSAL_LIST(ETP_X)
#undef ETP_X
};

const char *etp_channel_refusal_name(etp_channel_refusal refusal)
{
    return (unsigned)refusal < ETP_CHANNEL_REFUSALS ? names[refusal] : "unknown";
}

const char *etp_channel_refusal_sentence(etp_channel_refusal refusal)
{
    return (unsigned)refusal < ETP_CHANNEL_REFUSALS ? sentences[refusal] : "a reason that this version does not know";
}
