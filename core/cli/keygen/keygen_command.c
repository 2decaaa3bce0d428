/* SPDX-License-Identifier: MIT */
/* `etp-engine keygen`: a key pair for a device, and the line by which others come to believe it. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/option_table.h"
#include "cli/usage.h"
#include "etp/identity.h"
#include "program/output.h"
#include "program/status.h"
#include "program/values.h"

static const char head[] =
    "usage: etp-engine keygen DEVICE FILE [--role ROLE] [--name NAME] [--via RELAY] >> TRUSTED\n"
    "       etp-engine keygen --show FILE [--role ROLE] [--name NAME] [--via RELAY] >> TRUSTED\n"
    "\n"
    "Makes a key pair by which the device of that number proves on a network who it is. The private key\n"
    "goes into FILE, which its owner alone can read and which is never written over; it stays on the\n"
    "device. On standard output comes the line that belongs into the trust list of every node that is to\n"
    "believe the device. With --show nothing is made: the line of a key that is there is printed again.\n"
    "\n"
    "  etp-engine keygen 1001 home-17.key --name home-17 >> trusted\n"
    "  etp-engine keygen 2001 north.key --role aggregator --name north >> trusted\n"
    "\n"
    "To replace a key make the new one under another file's name, and add its line below the old one:\n"
    "nodes believe both until the old line is removed (docs/security.md).\n";

typedef struct keygen_options {
    etp_options common;
    const char *role, *name, *via; /* or NULL */
    bool show;
} keygen_options;

static const etp_option own[] = {
    {"Options", "show", NULL, NULL, "print the line of a private key file that is there", &etp_option_kind_flag,
     offsetof(keygen_options, show), 0, 0},
    {NULL, "role", "ROLE", NULL, "what the device is: battery, aggregator or relay [battery]", &etp_option_kind_name,
     offsetof(keygen_options, role), 0, 0},
    {NULL, "name", "NAME", NULL, "for people: up to 31 letters, digits and - _ . : @ +", &etp_option_kind_name,
     offsetof(keygen_options, name), 0, 0},
    {NULL, "via", "RELAY", NULL, "device id of the relay that may speak for it [none may]", &etp_option_kind_name,
     offsetof(keygen_options, via), 0, 0},
    {NULL, "help", NULL, NULL, "print this", &etp_option_kind_flag, offsetof(keygen_options, common.help), 0, 0},
};
static const char *const shared[] = {NULL};
static const etp_vocabulary vocabulary = {"keygen", shared, own, sizeof own / sizeof own[0]};

/* ---- what is asked for ---- */

static int read_device(const char *text, const char *what, etp_id *device, etp_error *error)
{
    if (etp_value_whole(text, device) && *device >= 1 && *device <= ETP_ID_MAX)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ERANGE, "%s is a whole number from 1 to 9007199254740991, not '%s'", what, text);
    return ETP_EXIT_USAGE;
}

/* What the line says beside device and key. */
static int read_entry(const keygen_options *options, etp_trust_entry *entry, etp_error *error)
{
    if (options->role != NULL && etp_device_role_parse(options->role, &entry->role) != ETP_OK) {
        etp_fail(error, ETP_ENOENT, "--role takes battery, aggregator or relay, not '%s'", options->role);
        return ETP_EXIT_USAGE;
    }
    if (options->name != NULL && !etp_trust_name_fits(options->name)) {
        etp_fail(error, ETP_ERANGE, "--name takes up to 31 letters, digits and - _ . : @ +, not '%s'", options->name);
        return ETP_EXIT_USAGE;
    }
    if (options->name != NULL)
        memcpy(entry->name, options->name, strlen(options->name) + 1);
    if (options->via != NULL && entry->role == ETP_DEVICE_RELAY) {
        etp_fail(error, ETP_EINVAL, "--via is for devices behind a relay; a relay is spoken to itself");
        return ETP_EXIT_USAGE;
    }
    return options->via != NULL ? read_device(options->via, "--via", &entry->via, error) : ETP_EXIT_DONE;
}

static int check_words(const keygen_options *options, etp_error *error)
{
    unsigned count = options->common.file_count, wanted = options->show ? 1 : 2;
    if (count == wanted)
        return ETP_EXIT_DONE;
    if (options->show)
        etp_fail(error, ETP_EINVAL, "keygen --show needs one private key file: etp-engine keygen --show home-17.key");
    else if (count == 1)
        etp_fail(error, ETP_EINVAL,
                 "keygen needs a device id and the file for its private key: etp-engine keygen 1001 home-17.key");
    else
        etp_fail(error, ETP_EINVAL, "keygen needs %s: etp-engine keygen 1001 home-17.key",
                 count == 0 ? "a device id and the file for its private key" : "one device id and one file at a time");
    return ETP_EXIT_USAGE;
}

/* ---- what is done ---- */

/* The line alone goes to standard output, so that it can be appended to a list. */
static int print_line(const etp_identity *identity, etp_trust_entry *entry, etp_error *error)
{
    char line[ETP_TRUST_LINE_MAX];
    entry->device = etp_identity_device(identity);
    entry->key_count = 1;
    entry->keys[0] = *etp_identity_public(identity);
    int size = etp_trust_show(entry, 0, line, sizeof line);
    if (size < 0) {
        etp_fail(error, size, NULL);
        return ETP_EXIT_FAILED;
    }
    puts(line);
    return etp_output_flush(error);
}

static void say_next(const keygen_options *options, etp_id device)
{
    const char *path = options->common.files[1];
    fprintf(stderr,
            "wrote %s, the private key of device %llu: it stays with the device, and nobody else needs it.\n"
            "next: add the line on standard output to the trust list of every node that is to believe the device,\n"
            "and in the device's own configuration: key = \"%s\"\n",
            path, (unsigned long long)device, path);
}

static int show(const keygen_options *options, etp_trust_entry *entry, etp_error *error)
{
    etp_identity *identity = NULL;
    if (etp_identity_load(&identity, options->common.files[0], NULL, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    int status = print_line(identity, entry, error);
    etp_identity_free(identity);
    if (status == ETP_EXIT_DONE && options->role == NULL)
        fputs(
            "note: the line says battery, for a key file does not tell; if the device is something else, give --role\n",
            stderr);
    return status;
}

static int make(const keygen_options *options, etp_trust_entry *entry, etp_error *error)
{
    etp_identity *identity = NULL;
    etp_id device;
    const char *path = options->common.files[1];
    if (read_device(options->common.files[0], "the device id", &device, error) != ETP_EXIT_DONE)
        return ETP_EXIT_USAGE;
    if (etp_identity_generate(&identity, device, NULL, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    int result = etp_identity_save(identity, path, error);
    if (result == ETP_EEXIST)
        etp_fail(error, result,
                 "%s is there already, and a private key is never written over: etp-engine keygen --show %s prints its "
                 "line; for a new key name another file",
                 path, path);
    int status = result == ETP_OK ? print_line(identity, entry, error) : ETP_EXIT_FAILED;
    etp_identity_free(identity);
    if (status == ETP_EXIT_DONE)
        say_next(options, device);
    return status;
}

/* ---- the command ---- */

void etp_keygen_help(void)
{
    fputs(head, stdout);
    etp_usage_options(&vocabulary);
}

static int run(const keygen_options *options, etp_error *error)
{
    etp_trust_entry entry = {.role = ETP_DEVICE_BATTERY};
    if (options->common.help) {
        etp_keygen_help();
        return etp_output_flush(error);
    }
    int status = check_words(options, error);
    if (status == ETP_EXIT_DONE)
        status = read_entry(options, &entry, error);
    if (status != ETP_EXIT_DONE)
        return status;
    return options->show ? show(options, &entry, error) : make(options, &entry, error);
}

int etp_keygen_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    keygen_options options = {.show = false};
    int status = etp_options_parse_as(&options.common, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = run(&options, error);
    etp_options_fini(&options.common);
    return status;
}
