/* SPDX-License-Identifier: MIT */
#include "node/books.h"

#include <stdlib.h>

enum { FIRST_ROOM = 64 };

static etp_book_trade *add(etp_books *books)
{
    if (books->count == books->room) {
        size_t room = books->room > 0 ? 2 * books->room : FIRST_ROOM;
        etp_book_trade *trades = realloc(books->trades, room * sizeof *trades);
        if (trades == NULL)
            return NULL;
        books->trades = trades;
        books->room = room;
    }
    return &books->trades[books->count++];
}

static const etp_book_trade *write_down(etp_books *books, const etp_event *event)
{
    books->energy += event->energy;
    books->amount += event->amount;
    etp_book_trade *trade = add(books);
    if (trade == NULL) {
        books->forgot = true;
        return NULL;
    }
    *trade = (etp_book_trade){.when = event->when,
                              .interval = event->interval,
                              .peer = event->peer,
                              .message = event->message,
                              .price = event->price,
                              .energy = event->energy,
                              .amount = event->amount};
    return trade;
}

const etp_book_trade *etp_books_take(etp_books *books, const etp_event *event)
{
    switch (event->kind) {
    case ETP_EVENT_CONFIRM:
    case ETP_EVENT_RECEIPT:
        return write_down(books, event);
    case ETP_EVENT_LAPSE:
        books->lapses++;
        break;
    case ETP_EVENT_VOID:
        books->voids++;
        break;
    case ETP_EVENT_UNRESOLVED:
        books->unresolved++;
        break;
    case ETP_EVENT_FAILURE:
        books->failures++;
        break;
    default:
        break;
    }
    return NULL;
}

void etp_books_fini(etp_books *books)
{
    free(books->trades);
    *books = (etp_books){0};
}

int etp_books_check_battery(const etp_books *books, const etp_battery *battery, etp_energy stored_at_start,
                            etp_error *error)
{
    if (!etp_battery_conserves(battery, stored_at_start))
        return etp_fail(error, ETP_ECONSERVATION, "the battery does not account for all its energy");
    if (battery->sold != books->energy)
        return etp_fail(error, ETP_ECONSERVATION, "the battery has sold %lld mWh, and the books say %lld mWh",
                        (long long)battery->sold, (long long)books->energy);
    return ETP_OK;
}

int etp_books_check_buyer(const etp_books *books, const etp_aggregator_totals *totals, etp_error *error)
{
    if (totals->energy != books->energy || totals->paid != books->amount)
        return etp_fail(error, ETP_ECONSERVATION,
                        "the account has %lld mWh for %lld micro-dollars, the books have %lld mWh for %lld",
                        (long long)totals->energy, (long long)totals->paid, (long long)books->energy,
                        (long long)books->amount);
    if (!books->forgot && totals->wins != books->count)
        return etp_fail(error, ETP_ECONSERVATION, "the account has %llu trades, and the books have %zu",
                        (unsigned long long)totals->wins, books->count);
    return ETP_OK;
}
