/* SPDX-License-Identifier: MIT */
/* A listener that has no descriptors left neither spins nor dies. It runs in a child, which is this program once more. */
#include "carrier_tools.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "plain_sockets.h"

enum { DESCRIPTORS = 40, CLIENTS = 60 };

/* The child tells its address, then "short" when it has run out, and ends well when it has heard a hello. */

static bool heard_hello(const struct side *side)
{
    for (unsigned i = 0; i < side->opened && i < SIDE_CONNECTIONS; i++)
        if (side->connections[i].size == 5)
            return true;
    return false;
}

static int be_the_child(void)
{
    struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    struct side *side = side_new();
    const char *url = etp_carrier_address(side->carrier, side_listen(side, "tcp://127.0.0.1:0", NULL));
    printf("%s\n", url);
    fflush(stdout);
    turn_until(side->troubles >= 8 && strstr(side->trouble, "no descriptors are left") != NULL);
    printf("short\n");
    fflush(stdout);
    turn_until(heard_hello(side));
    /* It tried again every 5 to 40 ms, for as long as this took. A loop that spins tries some hundred thousand times. */
    bool calm = side->troubles > 0 && side->troubles < 5000;
    side_free(side);
    return calm ? 0 : 2;
}

static const char *program;

static FILE *start_child(pid_t *child)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    *child = fork();
    if (*child == 0) {
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        execl(program, program, "child", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    return fdopen(out[0], "r");
}

static void goes_on_when_descriptors_are_back(void **state)
{
    (void)state;
    char url[ETP_CARRIER_ADDRESS_MAX], word[16];
    int clients[CLIENTS], status = 0;
    pid_t child;
    FILE *from_child = start_child(&child);
    assert_non_null(from_child);
    assert_non_null(fgets(url, sizeof url, from_child));
    for (unsigned i = 0; i < CLIENTS; i++)
        assert_true((clients[i] = plain_connect(url)) >= 0);
    assert_non_null(fgets(word, sizeof word, from_child));
    assert_string_equal(word, "short\n");
    for (unsigned i = 0; i < CLIENTS - 1; i++)
        close(clients[i]);
    assert_int_equal(write(clients[CLIENTS - 1], "hello", 5), 5);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    close(clients[CLIENTS - 1]);
    fclose(from_child);
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "child") == 0)
        return be_the_child();
    program = argv[0];
    const struct CMUnitTest tests[] = {cmocka_unit_test(goes_on_when_descriptors_are_back)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
