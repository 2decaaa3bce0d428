/* SPDX-License-Identifier: MIT */
#include "program/unfinished.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

static _Atomic(const char *) unfinished;

#if ATOMIC_POINTER_LOCK_FREE != 2
#error "a signal handler may read nothing but atomics without locks"
#endif

/* The signal is blocked while this runs and its usual action is set again, so raising it ends the program on return. */
static void remove_and_end(int number)
{
    const char *path = atomic_load(&unfinished);
    if (path != NULL)
        unlink(path);
    raise(number);
}

static void handle(int number)
{
    struct sigaction action = {.sa_handler = remove_and_end, .sa_flags = (int)SA_RESETHAND}, before;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(number, &action, NULL);
}

void etp_unfinished_set(const char *path)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    static bool handled;
    atomic_store(&unfinished, path);
    for (size_t i = 0; !handled && i < sizeof numbers / sizeof numbers[0]; i++)
        handle(numbers[i]);
    handled = true;
}
