/* SPDX-License-Identifier: MIT */
/* What virtual power plants and governments pay owners of batteries: known by name, so that nobody takes it for
 * tariffs; nothing here reads it. */
#include "data/households/formats.h"

const etp_data_format etp_format_programs = {.name = "battery-programs",
                                             .title = "offers of virtual power plants, and incentives for batteries",
                                             .columns = "item value unit place when source"};
