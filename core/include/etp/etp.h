/* SPDX-License-Identifier: MIT */
/**
 * @file etp.h
 * All of libetp in one header. The Lua host has its own: etp/script.h.
 */
#ifndef ETP_ETP_H
#define ETP_ETP_H

#include "etp/alloc.h"
#include "etp/auction.h"
#include "etp/battery.h"
#include "etp/buyer.h"
#include "etp/codec.h"
#include "etp/engine.h"
#include "etp/error.h"
#include "etp/histogram.h"
#include "etp/home.h"
#include "etp/home_source.h"
#include "etp/hooks.h"
#include "etp/ledger.h"
#include "etp/log.h"
#include "etp/message.h"
#include "etp/network.h"
#include "etp/older.h"
#include "etp/owner.h"
#include "etp/profiles.h"
#include "etp/rng.h"
#include "etp/run.h"
#include "etp/tariff.h"
#include "etp/trace.h"
#include "etp/units.h"
#include "etp/utility.h"
#include "etp/version.h"

#endif
