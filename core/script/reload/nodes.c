/* SPDX-License-Identifier: MIT */
/* Which nodes a script has served: what it knows of each is carried over when it is reloaded. */
#include <stdlib.h>

#include "base/memory.h"
#include "script/internal.h"

enum { FIRST_ROOM = 16 };

/* The place of `node`, or the free one where it belongs. There is always a free one. */
static etp_served *place_of(etp_served *table, size_t room, uint32_t node)
{
    size_t at = etp_nodes_home(node, room);
    while (table[at].used && table[at].node != node)
        at = (at + 1) & (room - 1);
    return &table[at];
}

static bool grow(etp_nodes *nodes)
{
    size_t room = nodes->room > 0 ? 2 * nodes->room : FIRST_ROOM;
    etp_served *table = etp_memory_take(nodes->allocator, room * sizeof *table);
    if (table == NULL)
        return false;
    for (size_t i = 0; i < nodes->room; i++)
        if (nodes->table[i].used)
            *place_of(table, room, nodes->table[i].node) = nodes->table[i];
    etp_memory_give(nodes->allocator, nodes->table, nodes->room * sizeof *table);
    nodes->table = table;
    nodes->room = room;
    return true;
}

void etp_nodes_add(etp_nodes *nodes, const etp_context *context)
{
    if (nodes->room > 0 && place_of(nodes->table, nodes->room, context->node)->used)
        return;
    if (2 * (nodes->count + 1) > nodes->room && !grow(nodes)) {
        nodes->incomplete = true;
        return;
    }
    etp_served served = {.node = context->node, .used = true, .device_id = context->device_id};
    if (context->name != NULL && context->name[0] != '\0') {
        served.name = etp_memory_copy(nodes->allocator, context->name);
        if (served.name == NULL) {
            nodes->incomplete = true;
            return;
        }
    }
    *place_of(nodes->table, nodes->room, context->node) = served;
    nodes->count++;
}

static int by_number(const void *left, const void *right)
{
    const etp_served *const *a = left, *const *b = right;
    return (*a)->node < (*b)->node ? -1 : (*a)->node > (*b)->node;
}

const etp_served **etp_nodes_sorted(const etp_nodes *nodes)
{
    const etp_served **sorted = etp_memory_resize(nodes->allocator, NULL, (nodes->count + 1) * sizeof *sorted);
    size_t count = 0;
    for (size_t i = 0; sorted != NULL && i < nodes->room; i++)
        if (nodes->table[i].used)
            sorted[count++] = &nodes->table[i];
    if (sorted != NULL)
        qsort(sorted, count, sizeof *sorted, by_number);
    return sorted;
}

void etp_nodes_fini(etp_nodes *nodes)
{
    for (size_t i = 0; i < nodes->room; i++)
        etp_memory_resize(nodes->allocator, nodes->table[i].name, 0);
    etp_memory_give(nodes->allocator, nodes->table, nodes->room * sizeof *nodes->table);
    *nodes = (etp_nodes){.allocator = nodes->allocator};
}
