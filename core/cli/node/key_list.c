/* SPDX-License-Identifier: MIT */
#include "cli/node/key_list.h"

#include <stdio.h>
#include <string.h>

#include "cli/usage.h"
#include "node/config/keys.h"

enum { DOC_MAX = 512, RANGE_MAX = 160 };

static void add(char *text, const char *between, const char *more)
{
    size_t used = strlen(text);
    if (more[0] != '\0')
        snprintf(text + used, DOC_MAX - used, "%s%s", between, more);
}

static void add_roles(char *text, const etp_node_key *key)
{
    if (key->roles == ETP_FOR_ALL)
        return;
    for (unsigned role = 0, said = 0; role <= ETP_NODE_RELAY; role++)
        if ((key->roles & 1u << role) != 0)
            add(text, said++ == 0 ? "; of " : " and ", etp_node_role_name((etp_node_role)role));
}

static void print_key(const etp_node_key *key)
{
    char text[DOC_MAX] = "", range[RANGE_MAX];
    etp_node_key_range(key, range, sizeof range);
    add(text, "", key->doc);
    add(text, "; ", key->words == NULL ? etp_node_key_kind_name(key) : "");
    add(text, key->words == NULL ? ", " : "; ", range);
    if (key->standard == NULL)
        add(text, "; ", "has to be there");
    else if (key->standard[0] != '\0')
        add(text, "; default ", key->standard);
    add_roles(text, key);
    if (key->live)
        add(text, "; ", "changed by SIGHUP");
    etp_usage_entry(key->path, text);
}

void etp_key_list_print(void)
{
    fputs("Keys of a node's configuration. Those of a table (tls.ca is ca in the table tls) have to be there if\n"
          "the table is.\n\n",
          stdout);
    for (unsigned i = 0; i < etp_node_key_count(); i++)
        print_key(etp_node_key_at(i));
}
