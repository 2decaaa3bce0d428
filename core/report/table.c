/* SPDX-License-Identifier: MIT */
#include "report/table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { CELL_MAX = 256, GAP = 2 };

void etp_table_begin(etp_table *table, const char *columns)
{
    *table = (etp_table){0};
    for (; columns[table->columns] != '\0' && table->columns < ETP_TABLE_COLUMNS_MAX; table->columns++)
        table->left[table->columns] = columns[table->columns] == 'l';
}

static bool make_room(etp_table *table)
{
    if (table->count < table->room)
        return true;
    size_t room = table->room == 0 ? 64 : 2 * table->room;
    char **cells = realloc(table->cells, room * sizeof *cells);
    if (cells == NULL)
        return false;
    table->cells = cells;
    table->room = room;
    return true;
}

static void add(etp_table *table, const char *text)
{
    size_t size = strlen(text);
    char *copy = make_room(table) ? malloc(size + 1) : NULL;
    if (copy == NULL) {
        table->failed = true;
        return;
    }
    memcpy(copy, text, size + 1);
    unsigned *width = &table->width[table->count % table->columns];
    if (size > *width)
        *width = (unsigned)size;
    table->cells[table->count++] = copy;
}

void etp_table_cell(etp_table *table, const char *format, ...)
{
    char text[CELL_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add(table, text);
}

void etp_table_row(etp_table *table, const char *const *cells)
{
    for (unsigned i = 0; i < table->columns; i++)
        add(table, cells[i]);
}

/* Blanks are owed until a cell needs them, so that no line ends in any. */
static void print_row(const etp_table *table, char *const *cells, unsigned indent, FILE *out)
{
    unsigned owed = indent;
    for (unsigned i = 0; i < table->columns; i++) {
        unsigned size = (unsigned)strlen(cells[i]), blank = table->width[i] - size;
        if (size > 0) {
            fprintf(out, "%*s%s", (int)(owed + (table->left[i] ? 0 : blank)), "", cells[i]);
            owed = table->left[i] ? blank : 0;
        } else {
            owed += blank;
        }
        owed += GAP;
    }
    fputc('\n', out);
}

bool etp_table_end(etp_table *table, unsigned indent, FILE *out)
{
    bool whole = !table->failed;
    for (size_t i = 0; whole && i + table->columns <= table->count; i += table->columns)
        print_row(table, table->cells + i, indent, out);
    for (size_t i = 0; i < table->count; i++)
        free(table->cells[i]);
    free(table->cells);
    *table = (etp_table){0};
    return whole;
}
