/* SPDX-License-Identifier: MIT */
/* etp-engine: which command is meant, and how the program ends. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "program/output.h"
#include "program/status.h"

static int fail_unknown(const char *word, etp_error *error)
{
    char list[ETP_ERROR_TEXT_MAX / 2] = "";
    const char *nearest = etp_command_nearest(word);
    for (unsigned i = 0; i < etp_command_count(); i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", etp_commands[i].name);
    }
    if (nearest != NULL)
        etp_fail(error, ETP_ENOENT, "there is no help on '%s'; did you mean %s?", word, nearest);
    else
        etp_fail(error, ETP_ENOENT, "there is no help on '%s': commands are %s", word, list);
    return ETP_EXIT_USAGE;
}

static int help_on(const char *word, etp_error *error)
{
    const etp_command *command = word != NULL ? etp_command_find(word) : &etp_commands[0];
    if (command == NULL)
        return fail_unknown(word, error);
    command->help();
    return etp_output_flush(error);
}

/* A word that is no command is the first argument of the first command. */
static int dispatch(int argc, char **argv, etp_error *error)
{
    const etp_command *command = argc >= 2 ? etp_command_find(argv[1]) : NULL;
    if (argc >= 2 && strcmp(argv[1], "help") == 0)
        return help_on(argv[2], error);
    if (command != NULL)
        return command->run(argv[0], argc - 1, argv + 1, error);
    return etp_commands[0].run(argv[0], argc, argv, error);
}

int main(int argc, char **argv)
{
    etp_error error = {0};
    if (argc < 1)
        return ETP_EXIT_USAGE;
    int status = dispatch(argc, argv, &error);
    if (status != ETP_EXIT_DONE && error.text[0] != '\0')
        fprintf(stderr, "etp-engine: %s\n", error.text);
    return status;
}
