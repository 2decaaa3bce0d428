/* SPDX-License-Identifier: MIT */
#include "market/mechanism.h"

#include <string.h>

#include "etp/error.h"

static const char *const names[] = {
    [ETP_FIRST_PRICE] = "first-price",
    [ETP_SECOND_PRICE] = "second-price",
    [ETP_ASCENDING] = "ascending",
    [ETP_UNIFORM_PRICE] = "uniform-price",
};

enum { MECHANISMS = sizeof names / sizeof names[0] };

const char *etp_mechanism_name(etp_mechanism mechanism)
{
    return (unsigned)mechanism < MECHANISMS ? names[mechanism] : "?";
}

int etp_mechanism_parse(const char *name, etp_mechanism *mechanism)
{
    if (name == NULL || mechanism == NULL)
        return ETP_EINVAL;
    for (unsigned i = 0; i < MECHANISMS; i++) {
        if (strcmp(name, names[i]) == 0) {
            *mechanism = (etp_mechanism)i;
            return ETP_OK;
        }
    }
    return ETP_ENOENT;
}

static bool is_new_award(const etp_bid *bid)
{
    return bid->state == ETP_BID_HELD && bid->sale_price == ETP_PRICE_NONE;
}

static bool pays_own_bid(etp_mechanism mechanism)
{
    return mechanism == ETP_FIRST_PRICE || mechanism == ETP_ASCENDING;
}

/* Whether the winners pay what this bid, as it stands now, would have paid for more. */
static bool sets_price(etp_mechanism mechanism, const etp_bid *bid)
{
    if (bid->state == ETP_BID_STANDBY)
        return true;
    return mechanism == ETP_UNIFORM_PRICE && is_new_award(bid) && bid->award < bid->energy;
}

static etp_price highest_unfilled(const etp_auction *auction)
{
    etp_price highest = auction->terms.reserve;
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        const etp_bid *bid = &auction->book[slot];
        if (sets_price(auction->terms.mechanism, bid) && bid->price > highest)
            highest = bid->price;
    }
    return highest;
}

void etp_mechanism_price_awards(etp_auction *auction)
{
    bool own = pays_own_bid(auction->terms.mechanism);
    etp_price common = own ? ETP_PRICE_MAX : highest_unfilled(auction);
    for (unsigned slot = 0; slot < auction->slots; slot++) {
        etp_bid *bid = &auction->book[slot];
        if (is_new_award(bid))
            bid->sale_price = bid->price < common ? bid->price : common;
    }
}
