/* SPDX-License-Identifier: MIT */
/* The layouts of all formats of prices. */
#ifndef ETP_DATA_PRICE_LAYOUT_H
#define ETP_DATA_PRICE_LAYOUT_H

#include "data/value_layout.h"

enum { ETP_PRICE_LAYOUTS = 6 };
extern const etp_value_layout etp_price_layouts[ETP_PRICE_LAYOUTS];

/* The layout of a text, or NULL with a sentence about what is missing in it. */
const etp_value_layout *etp_price_layout_of(const etp_data_text *file, etp_error *error);

/* True if the format is one of those of prices. */
bool etp_format_is_of_prices(const etp_data_format *format);

/* The `look` of all formats of prices. */
int etp_price_look(etp_data_about *about, const etp_data_text *file, etp_error *error);

#endif
