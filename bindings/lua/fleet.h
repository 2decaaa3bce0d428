/* SPDX-License-Identifier: MIT */
/* Homes as tables, for a fleet by itself and for those of a market. */
#ifndef ETP_BINDING_FLEET_H
#define ETP_BINDING_FLEET_H

#include "core.h"

/* What `fleet` of a market and etp.fleet{} understand. */
extern const etp_lua_fields etp_lua_fleet_fields;

/* Pushes a table with what there is to know of a home as it stands. */
void etp_lua_push_home(lua_State *L, const etp_home *home);

#endif
