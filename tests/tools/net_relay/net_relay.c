/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net_relay.h"
#include "program/values.h"

static const etp_relay_settings defaults = {.queue_bytes = 4096, .buffer_bytes = 4096, .seed = 1};

static int refuse(const char *what, const char *value)
{
    fprintf(stderr, "etp-net-relay: %s '%s'; net_relay.h says what there is\n", what, value);
    return 2;
}

/* ---- addresses ---- */

static bool read_address(const char *text, bool udp, etp_relay_address *address)
{
    char host[64];
    const char *colon = strrchr(text, ':');
    bool brackets = *text == '[' && colon != NULL && colon > text && colon[-1] == ']';
    if (colon == NULL || colon - text >= (ptrdiff_t)sizeof host)
        return false;
    snprintf(host, sizeof host, "%.*s", (int)(colon - text) - 2 * brackets, text + brackets);
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return false;
    memcpy(&address->storage, found->ai_addr, found->ai_addrlen);
    address->size = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

static unsigned port_of(int fd)
{
    etp_relay_address own = {.size = sizeof own.storage};
    char port[16] = "0";
    if (getsockname(fd, (struct sockaddr *)&own.storage, &own.size) == 0)
        getnameinfo((const struct sockaddr *)&own.storage, own.size, NULL, 0, port, sizeof port, NI_NUMERICSERV);
    return (unsigned)strtoul(port, NULL, 10);
}

/* ---- options ---- */

/* Those that have a command of the same meaning are given to it. */
static const struct {
    const char *option, *command;
} as_commands[] = {
    {"delay-ms", "delay"}, {"jitter-ms", "jitter"},    {"bandwidth-bps", "bandwidth"},
    {"loss", "loss"},      {"duplicate", "duplicate"}, {"reorder", "reorder"},
    {"drip", "drip"},
};

static const struct option options[] = {
    {"delay-ms", required_argument, NULL, 'c'},
    {"jitter-ms", required_argument, NULL, 'c'},
    {"bandwidth-bps", required_argument, NULL, 'c'},
    {"loss", required_argument, NULL, 'c'},
    {"duplicate", required_argument, NULL, 'c'},
    {"reorder", required_argument, NULL, 'c'},
    {"drip", required_argument, NULL, 'c'},
    {"queue-bytes", required_argument, NULL, 'q'},
    {"buffer-bytes", required_argument, NULL, 'b'},
    {"cut-after", required_argument, NULL, 'a'},
    {"seed", required_argument, NULL, 's'},
    {"fin", no_argument, NULL, 'f'},
    {"stall", no_argument, NULL, 'h'},
    {"udp", no_argument, NULL, 'u'},
    {NULL, 0, NULL, 0},
};

static bool give_command(etp_relay *relay, const char *option, const char *value)
{
    char line[128], trouble[256] = "";
    for (size_t i = 0; i < sizeof as_commands / sizeof as_commands[0]; i++) {
        if (strcmp(as_commands[i].option, option) != 0)
            continue;
        snprintf(line, sizeof line, "%s %s", as_commands[i].command, value);
        etp_relay_command(relay, line, trouble, sizeof trouble);
    }
    return *trouble == '\0';
}

static bool take_option(etp_relay *relay, int code, const struct option *option)
{
    etp_relay_settings *settings = &relay->settings;
    switch (code) {
    case 'c':
        return give_command(relay, option->name, optarg);
    case 'q':
        return etp_value_whole(optarg, &settings->queue_bytes) && settings->queue_bytes > 0;
    case 'b':
        return etp_value_whole(optarg, &settings->buffer_bytes) && settings->buffer_bytes <= 1 << 24;
    case 'a':
        return etp_value_whole(optarg, &settings->cut_after);
    case 's':
        return etp_value_whole(optarg, &settings->seed);
    case 'f':
        return settings->fin = true;
    case 'u':
        return settings->udp = true;
    default:
        return settings->stalled[ETP_RELAY_UP] = settings->stalled[ETP_RELAY_DOWN] = true;
    }
}

static int read_options(etp_relay *relay, int argc, char **argv)
{
    int code, index = 0;
    opterr = 0;
    while ((code = getopt_long(argc, argv, ":", options, &index)) != -1) {
        if (code == '?' || code == ':')
            return refuse("cannot use", argv[optind - 1]);
        if (!take_option(relay, code, &options[index]))
            return refuse(options[index].name, optarg);
    }
    if (argc - optind != 2)
        return refuse("needs LISTEN and TARGET after its options, not", argc > optind ? argv[optind] : "");
    if (!read_address(argv[optind], relay->settings.udp, &relay->listen))
        return refuse("cannot listen on", argv[optind]);
    if (!read_address(argv[optind + 1], relay->settings.udp, &relay->target))
        return refuse("cannot connect with", argv[optind + 1]);
    return 0;
}

/* ---- the start ---- */

static struct event_base *make_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    if (config == NULL)
        return NULL;
    /* else a link of a fast rate would wait for whole milliseconds */
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

static int run(etp_relay *relay)
{
    int result = relay->settings.udp ? etp_relay_listen_datagrams(relay) : etp_relay_listen_stream(relay);
    if (result != 0) {
        fprintf(stderr, "etp-net-relay: cannot listen: %s\n", strerror(errno));
        return 1;
    }
    printf("listen %u\n", port_of(relay->listener));
    fflush(stdout);
    /* Without a pipe there (a file, /dev/null) no command comes, and no end either. */
    if (etp_relay_take_commands(relay) != 0)
        fputs("etp-net-relay: standard input is no pipe: there will be no commands\n", stderr);
    event_base_dispatch(relay->base);
    etp_relay_cut(relay, false);
    etp_relay_end_datagrams(relay);
    event_free(relay->listening);
    if (relay->input != NULL)
        event_free(relay->input);
    close(relay->listener);
    return 0;
}

int main(int argc, char **argv)
{
    static etp_relay relay;
    relay.settings = defaults;
    int status = read_options(&relay, argc, argv);
    if (status != 0)
        return status;
    signal(SIGPIPE, SIG_IGN);
    etp_rng_seed(&relay.rng, relay.settings.seed);
    relay.base = make_base();
    if (relay.base == NULL) {
        fputs("etp-net-relay: no event loop can be had\n", stderr);
        return 1;
    }
    status = run(&relay);
    event_base_free(relay.base);
    return status;
}
