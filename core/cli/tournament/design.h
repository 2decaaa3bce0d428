/* SPDX-License-Identifier: MIT */
/*
 * Who plays whom, and from which seat: a balanced cyclic design.
 *
 * A round is one seed. Its games come from one *base*: as many strategies as a table seats, in the order of the seats. The
 * next game has each seat taken by the next strategy (the last one is followed by the first), until all have had it. So
 * in every round each strategy plays once from each seat, as many games as there are seats. Which pairs meet depends on
 * how far apart the base's strategies are; the bases are chosen, round by round, so that all distances come up as evenly
 * as may be. The number of games grows with the strategies, not with their pairs.
 */
#ifndef ETP_CLI_TOURNAMENT_DESIGN_H
#define ETP_CLI_TOURNAMENT_DESIGN_H

#include <stdbool.h>
#include <stddef.h>

typedef struct etp_design {
    unsigned entrants, seats, rounds;
    unsigned *bases;    /* `seats` entrants for each round */
    unsigned *meetings; /* by distance: how many times two entrants that far apart meet in all */
} etp_design;

/* `seats` is at most `entrants`. False when there is no memory; etp_design_fini() is due in any case. */
bool etp_design_make(etp_design *design, unsigned entrants, unsigned seats, unsigned rounds);
void etp_design_fini(etp_design *design);

/* Games are numbered round by round; each round has as many as there are entrants. */
size_t etp_design_games(const etp_design *design);
unsigned etp_design_round(const etp_design *design, size_t game);
/* Who sits there. */
unsigned etp_design_entrant(const etp_design *design, size_t game, unsigned seat);

/* How often two entrants meet, at least and at most. */
void etp_design_meetings(const etp_design *design, unsigned *fewest, unsigned *most);

#endif
