/* SPDX-License-Identifier: MIT */
/* The cells of a plan: each once, however many points ask for it. */
#include <stdlib.h>
#include <string.h>

#include "program/status.h"
#include "study/plan_parts.h"

static const unsigned none = UINT32_MAX;

int etp_plan_fail_memory(etp_error *error)
{
    etp_fail(error, ETP_ENOMEM, "no memory for the plan of the study");
    return ETP_EXIT_FAILED;
}

/* ---- the table ---- */

static size_t hash_of(const char *key)
{
    size_t hash = 0;
    for (unsigned i = 0; i < 16; i++)
        hash = hash * 16 + (size_t)(key[i] <= '9' ? key[i] - '0' : key[i] - 'a' + 10);
    return hash;
}

static int grow_table(etp_plan *plan)
{
    size_t size = plan->table_size > 0 ? 2 * plan->table_size : 1024;
    unsigned *table = malloc(size * sizeof *table);
    etp_cell **cells = realloc(plan->cells, size / 2 * sizeof *cells);
    if (cells != NULL)
        plan->cells = cells;
    if (table == NULL || cells == NULL) {
        free(table);
        return ETP_ENOMEM;
    }
    for (size_t i = 0; i < size; i++)
        table[i] = none;
    for (unsigned i = 0; i < plan->cell_count; i++) {
        size_t place = hash_of(plan->cells[i]->key) % size;
        while (table[place] != none)
            place = (place + 1) % size;
        table[place] = i;
    }
    free(plan->table);
    plan->table = table;
    plan->table_size = size;
    return ETP_OK;
}

/* The number of the cell that is equal to this one, which is added if there was none. */
static int add_cell(etp_plan *plan, const etp_cell *cell, unsigned *number)
{
    if ((size_t)plan->cell_count * 2 >= plan->table_size && grow_table(plan) != ETP_OK)
        return ETP_ENOMEM;
    size_t place = hash_of(cell->key) % plan->table_size;
    while (plan->table[place] != none && strcmp(plan->cells[plan->table[place]]->key, cell->key) != 0)
        place = (place + 1) % plan->table_size;
    plan->asked++;
    if (plan->table[place] == none) {
        etp_cell *copy = malloc(sizeof *copy);
        if (copy == NULL)
            return ETP_ENOMEM;
        *copy = *cell;
        plan->table[place] = plan->cell_count;
        plan->cells[plan->cell_count++] = copy;
    }
    *number = plan->table[place];
    return ETP_OK;
}

static size_t slot(const etp_study_point *about, unsigned arm, unsigned world, unsigned seed)
{
    return ((size_t)arm * ETP_PRICE_WORLDS + world) * about->seeds + seed;
}

int etp_plan_ask(etp_plan *plan, const etp_plan_how *how, etp_plan_point *point, const etp_study_point *about,
                 etp_error *error)
{
    size_t count = (size_t)ETP_ARMS * ETP_PRICE_WORLDS * about->seeds;
    uint64_t first = (uint64_t)etp_setup_number(&point->setup, ETP_KNOB_SEEDS_FIRST);
    point->cells = malloc(count * sizeof *point->cells);
    if (point->cells == NULL)
        return etp_plan_fail_memory(error);
    for (size_t i = 0; i < count; i++) {
        unsigned seed = (unsigned)(i % about->seeds), world = (unsigned)(i / about->seeds % ETP_PRICE_WORLDS);
        unsigned arm = (unsigned)(i / about->seeds / ETP_PRICE_WORLDS);
        point->cells[i] = none;
        if ((about->arms & 1u << arm) == 0 || (about->worlds & 1u << world) == 0)
            continue;
        etp_cell cell = {.setup = &point->setup,
                         .series = point->series[world],
                         .profiles = point->households != NULL ? point->households->profiles : NULL,
                         .arm = (etp_arm)arm,
                         .world = (etp_price_world)world,
                         .seed = first + seed};
        if (etp_cell_identify(&cell, how->ground, error) != ETP_OK)
            return ETP_EXIT_FAILED;
        if (add_cell(plan, &cell, &point->cells[i]) != ETP_OK)
            return etp_plan_fail_memory(error);
    }
    return ETP_EXIT_DONE;
}

/* ---- reading ---- */

etp_cell *etp_plan_find(const etp_plan *plan, unsigned experiment, unsigned point, etp_arm arm, etp_price_world world,
                        unsigned seed)
{
    if (experiment >= plan->experiment_count || point >= plan->experiments[experiment].point_count)
        return NULL;
    const etp_study_point *about = &plan->experiments[experiment].points[point];
    if ((unsigned)arm >= ETP_ARMS || (unsigned)world >= ETP_PRICE_WORLDS || seed >= about->seeds)
        return NULL;
    unsigned number = plan->own[experiment].points[point].cells[slot(about, arm, world, seed)];
    return number != none ? plan->cells[number] : NULL;
}
