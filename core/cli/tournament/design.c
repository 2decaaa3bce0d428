/* SPDX-License-Identifier: MIT */
#include "cli/tournament/design.h"

#include <stdlib.h>
#include <string.h>

#include "etp/rng.h"

/* The draws depend on nothing but the design's size: they are no part of the world. */
enum { CANDIDATES = 64, KEY = 20 };

/* Round the circle, the shorter way: 1 to half of all. */
static unsigned distance(const etp_design *design, unsigned a, unsigned b)
{
    unsigned way = a > b ? a - b : b - a;
    return way < design->entrants - way ? way : design->entrants - way;
}

/* There are half as many pairs of two opposite each other, and each comes together twice while the table goes round. */
static unsigned weight(const etp_design *design, unsigned way)
{
    return 2 * way == design->entrants ? 2 : 1;
}

static void count_meetings(const etp_design *design, const unsigned *base, unsigned *meetings)
{
    for (unsigned i = 0; i < design->seats; i++) {
        for (unsigned j = 0; j < i; j++) {
            unsigned way = distance(design, base[i], base[j]);
            meetings[way] += weight(design, way);
        }
    }
}

/* Some of all entrants in a random order: the first seats of a shuffle. */
static void draw(const etp_design *design, etp_rng *rng, unsigned *all, unsigned *base)
{
    for (unsigned i = 0; i < design->entrants; i++)
        all[i] = i;
    for (unsigned i = 0; i < design->seats; i++) {
        unsigned other = i + (unsigned)etp_rng_below(rng, design->entrants - i);
        base[i] = all[other];
        all[other] = all[i];
    }
}

/* How unevenly all would have met: meetings squared, over all pairs. */
static unsigned long long unevenness(const etp_design *design, const unsigned *base, unsigned *meetings)
{
    unsigned long long sum = 0;
    unsigned ways = design->entrants / 2 + 1;
    memcpy(meetings, design->meetings, ways * sizeof *meetings);
    count_meetings(design, base, meetings);
    for (unsigned way = 1; way < ways; way++)
        sum += (unsigned long long)meetings[way] * meetings[way] * (2 / weight(design, way));
    return sum;
}

/* `room` holds all entrants, a base and the meetings. */
static void choose_base(etp_design *design, etp_rng *rng, unsigned *best, unsigned *room)
{
    unsigned *all = room, *base = room + design->entrants, *meetings = base + design->entrants;
    unsigned long long least = 0;
    for (unsigned i = 0; i < CANDIDATES; i++) {
        draw(design, rng, all, base);
        unsigned long long uneven = unevenness(design, base, meetings);
        if (i > 0 && uneven >= least)
            continue;
        least = uneven;
        memcpy(best, base, design->seats * sizeof *best);
    }
    count_meetings(design, best, design->meetings);
}

bool etp_design_make(etp_design *design, unsigned entrants, unsigned seats, unsigned rounds)
{
    etp_rng rng;
    *design = (etp_design){.entrants = entrants, .seats = seats, .rounds = rounds};
    design->bases = calloc((size_t)rounds * seats + 1, sizeof *design->bases);
    design->meetings = calloc((size_t)entrants / 2 + 1, sizeof *design->meetings);
    unsigned *room = calloc((size_t)entrants * 3 + 1, sizeof *room);
    bool made = design->bases != NULL && design->meetings != NULL && room != NULL;
    etp_rng_seed(&rng, KEY);
    for (unsigned i = 0; made && i < rounds; i++)
        choose_base(design, &rng, design->bases + (size_t)i * seats, room);
    free(room);
    return made;
}

void etp_design_fini(etp_design *design)
{
    free(design->bases);
    free(design->meetings);
    *design = (etp_design){0};
}

size_t etp_design_games(const etp_design *design)
{
    return (size_t)design->entrants * design->rounds;
}

unsigned etp_design_round(const etp_design *design, size_t game)
{
    return (unsigned)(game / design->entrants);
}

unsigned etp_design_entrant(const etp_design *design, size_t game, unsigned seat)
{
    const unsigned *base = design->bases + (size_t)etp_design_round(design, game) * design->seats;
    return (unsigned)((base[seat] + game) % design->entrants);
}

void etp_design_meetings(const etp_design *design, unsigned *fewest, unsigned *most)
{
    *fewest = *most = design->meetings[1];
    for (unsigned way = 2; way <= design->entrants / 2; way++) {
        unsigned met = design->meetings[way];
        *fewest = met < *fewest ? met : *fewest;
        *most = met > *most ? met : *most;
    }
}
