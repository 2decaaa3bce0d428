/* SPDX-License-Identifier: MIT */
/* The keys of a node's configuration, printed for people. */
#ifndef ETP_CLI_NODE_KEY_LIST_H
#define ETP_CLI_NODE_KEY_LIST_H

void etp_key_list_print(void);

#endif
