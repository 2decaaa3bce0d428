/* SPDX-License-Identifier: MIT */
/**
 * @file versions.h
 * What a script keeps beyond one version of its source: the files it was read from, the nodes it has served, and how
 * what it knows gets from one Lua state into the next.
 *
 *     reload.c    load, rehearse, carry over, swap; or nothing at all
 *     sources.c   files, read once for both states that a reload makes of them
 *     nodes.c     who was served
 *     carry.c     on_save of the old version, on_load of the new, node by node
 *     plain.c     plain data out of one Lua state and into another
 *     watch.c     when to reload
 *
 * Nothing here raises a Lua error; what can, runs under a protected call.
 */
#ifndef ETP_SCRIPT_VERSIONS_H
#define ETP_SCRIPT_VERSIONS_H

#include <lua.h>

#include "etp/script.h"

struct etp_vm;

enum { ETP_SCRIPT_FILES_MAX = 256, ETP_PLAIN_DEPTH_MAX = 32, ETP_PLAIN_PATH_MAX = 200 };

/* ---- sources.c ---- */

/** A file that a version was read from, or that it wanted. */
typedef struct etp_source {
    char *path;
    char *text; /**< NULL once the version is loaded */
    size_t size;
    uint64_t stamp; /**< of the text, see etp_source_stamp(); 0 if there is none */
    int code;       /**< why it could not be read, else 0 */
    char *failure;  /**< the same as a sentence */
} etp_source;

typedef struct etp_sources {
    const etp_allocator *allocator; /**< of all below, as in etp_script_options */
    etp_source *list;
    unsigned count;
} etp_sources;

/** Of a text; never 0. */
uint64_t etp_source_stamp(const char *text, size_t size);
/** Reads a file, or finds it as it was when it was first read. `source` is valid until the next call. */
int etp_sources_read(etp_sources *sources, const char *path, const etp_source **source, etp_error *error);
/** Keeps of the files what a watch needs to know. */
void etp_sources_drop_texts(etp_sources *sources);
/** Leaves none. */
void etp_sources_fini(etp_sources *sources);

/** What a version is made of. */
typedef struct etp_origin {
    const char *chunk; /**< its name in messages */
    const char *path;  /**< of the file, or NULL: then `text` is the source */
    const char *text;
    size_t size;
    etp_sources *sources; /**< of a file */
} etp_origin;

/* ---- nodes.c ---- */

/** A node that has been served, as its context was then. */
typedef struct etp_served {
    uint32_t node;
    bool used;
    etp_id device_id;
    char *name; /**< NULL for none */
} etp_served;

/** A hash table without removal. */
typedef struct etp_nodes {
    const etp_allocator *allocator; /**< as in etp_script_options */
    etp_served *table;
    size_t room, count; /**< `room` is 0 or a power of two */
    bool incomplete;    /**< there was no memory to note one */
} etp_nodes;

static inline size_t etp_nodes_home(uint32_t node, size_t room)
{
    return (size_t)(node * UINT32_C(2654435769)) & (room - 1);
}

void etp_nodes_add(etp_nodes *nodes, const etp_context *context);

/** Notes whom a call serves. Cheap for a node that was noted. */
static inline void etp_nodes_note(etp_nodes *nodes, const etp_context *context)
{
    if (nodes->room > 0) {
        const etp_served *first = &nodes->table[etp_nodes_home(context->node, nodes->room)];
        if (first->used && first->node == context->node)
            return;
    }
    etp_nodes_add(nodes, context);
}

/** All of them in the order of their numbers, so that a reload does the same in every process; to be freed by
 *  resizing it to 0. NULL without memory, and never for none. */
const etp_served **etp_nodes_sorted(const etp_nodes *nodes);
void etp_nodes_fini(etp_nodes *nodes);

/* ---- plain.c ---- */

/** Plain data on its way from one Lua state to another. */
typedef struct etp_plain {
    const etp_allocator *allocator; /**< as in etp_script_options */
    unsigned char *bytes;
    size_t size, room;
    size_t limit; /**< most bytes it may take */
} etp_plain;

/** Takes the value at the top of the vm's stack. `root` is what messages call it. On failure `text` says why; the value
 *  stays in any case. */
int etp_plain_take(etp_plain *plain, struct etp_vm *vm, const char *root, char *text, size_t room);
/** Pushes what was taken; on failure what `text` says, and nothing is pushed. */
int etp_plain_push(const etp_plain *plain, struct etp_vm *vm, char *text, size_t room);
void etp_plain_fini(etp_plain *plain);

/* ---- carry.c ---- */

/** Hands what `from` knows to `to`; the same version may be both, in a dry call. On failure `to` is worth nothing, and `error` says why. */
int etp_carry_over(const etp_nodes *nodes, struct etp_vm *from, struct etp_vm *to, etp_time now, etp_error *error);

#endif
