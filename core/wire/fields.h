/* SPDX-License-Identifier: MIT */
/*
 * The message's fields in the order of the wire, once, for the encoder and the decoder.
 *
 * WHOLE(member, type, low, high) is a MessagePack integer. NEAREST and DOWN(member, type, high, per) are float64, from 0
 * on, with `per` of our units in one of the wire's; their names say how what is not a whole number of units is rounded.
 * `type` is the member's, `low` and `high` bound its value.
 */
#ifndef ETP_WIRE_FIELDS_H
#define ETP_WIRE_FIELDS_H

#include "etp/message.h"

enum { ETP_FIELDS_MIN = 14, ETP_FIELDS = 16 };

#define ETP_PPM_MAX         INT64_C(1000000)
#define ETP_PPM_PER_PERCENT INT64_C(10000)
#define ETP_MV_PER_VOLT     INT64_C(1000)

#define ETP_FIELD_LIST(WHOLE, NEAREST, DOWN) \
    WHOLE(message_id, etp_id, 1, ETP_ID_MAX) \
    WHOLE(device_id, etp_id, 1, ETP_ID_MAX)  \
    ETP_FIELDS_AFTER_IDS(WHOLE, NEAREST, DOWN)

#define ETP_FIELDS_AFTER_IDS(WHOLE, NEAREST, DOWN)                         \
    WHOLE(ttl, uint8_t, 0, UINT8_MAX)                                      \
    NEAREST(bid_price, etp_price, ETP_PRICE_MAX, ETP_PRICE_PER_CENT)       \
    NEAREST(sale_price, etp_price, ETP_PRICE_MAX, ETP_PRICE_PER_CENT)      \
    DOWN(energy_total, etp_energy, ETP_ENERGY_MAX, ETP_ENERGY_PER_KWH)     \
    NEAREST(for_sale_ppm, uint32_t, ETP_PPM_MAX, ETP_PPM_PER_PERCENT)      \
    DOWN(required_energy, etp_energy, ETP_ENERGY_MAX, ETP_ENERGY_PER_KWH)  \
    WHOLE(code, uint8_t, 0, UINT8_MAX)                                     \
    DOWN(remaining_energy, etp_energy, ETP_ENERGY_MAX, ETP_ENERGY_PER_KWH) \
    WHOLE(health, uint8_t, 0, ETP_HEALTH_POOR)                             \
    NEAREST(voltage_mv, uint32_t, UINT32_MAX, ETP_MV_PER_VOLT)             \
    DOWN(discharge_rate, etp_power, ETP_POWER_MAX, ETP_POWER_PER_KW)

#endif
