/* SPDX-License-Identifier: MIT */
/* The station's events: made when it is built, so that no signal is lost while it starts. */
#ifndef ETP_NODE_SERVE_H
#define ETP_NODE_SERVE_H

#include "node/station.h"

/* ETP_EIO. */
int etp_station_open_events(etp_station *station);

#endif
