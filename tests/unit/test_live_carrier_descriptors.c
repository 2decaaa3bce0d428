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

static int be_the_child(const char *where, unsigned troubles)
{
    struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1;
    struct side *side = side_new();
    const char *url = etp_carrier_address(side->carrier, side_listen(side, where, NULL));
    printf("%s\n", url);
    fflush(stdout);
    turn_until(side->troubles >= troubles && strstr(side->trouble, "no descriptors are left") != NULL);
    printf("short\n");
    fflush(stdout);
    turn_until(heard_hello(side));
    /* It tried again every 5 to 40 ms, for as long as this took. A loop that spins tries some hundred thousand times. */
    bool calm = side->troubles > 0 && side->troubles < 5000;
    side_free(side);
    return calm ? 0 : 2;
}

static const char *program;

static FILE *start_child(pid_t *child, const char *where, const char *troubles)
{
    int out[2];
    assert_int_equal(pipe(out), 0);
    *child = fork();
    if (*child == 0) {
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        close(out[1]);
        execl(program, program, where, troubles, (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    return fdopen(out[0], "r");
}

/* On each connection until it has left once; one that is going refuses it. */
static void say_hello(struct side *side)
{
    for (unsigned i = 0; i < side->opened && i < SIDE_CONNECTIONS; i++) {
        struct side_connection *connection = &side->connections[i];
        if (connection->open && connection->sends == 0 &&
            etp_carrier_send(side->carrier, connection->number, "hello", 5) == ETP_OK &&
            etp_carrier_sending(side->carrier, connection->number) == 0)
            connection->sends++;
    }
}

static void check_goes_on(const char *where, const char *troubles)
{
    char url[ETP_CARRIER_ADDRESS_MAX], plain[ETP_CARRIER_ADDRESS_MAX], word[16];
    int clients[CLIENTS], status = 0;
    pid_t child;
    FILE *from_child = start_child(&child, where, troubles);
    assert_non_null(from_child);
    assert_non_null(fgets(url, sizeof url, from_child));
    url[strcspn(url, "\n")] = '\0';
    snprintf(plain, sizeof plain, "%s", url);
    if (strstr(plain, "/etp") != NULL)
        *strstr(plain, "/etp") = '\0';
    for (unsigned i = 0; i < CLIENTS; i++)
        clients[i] = plain_connect(plain);
    assert_non_null(fgets(word, sizeof word, from_child));
    assert_string_equal(word, "short\n");
    for (unsigned i = 0; i < CLIENTS; i++)
        if (clients[i] >= 0)
            close(clients[i]);
    struct side *side = side_new();
    side_dial(side, url, NULL);
    turn_until((say_hello(side), waitpid(child, &status, WNOHANG) == child));
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    side_free(side);
    fclose(from_child);
}

static void tcp_goes_on_when_descriptors_are_back(void **state)
{
    (void)state;
    check_goes_on("tcp://127.0.0.1:0", "8");
}

static void ws_goes_on_when_descriptors_are_back(void **state)
{
    (void)state;
    check_goes_on("ws://127.0.0.1:0/etp", "1");
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return be_the_child(argv[1], (unsigned)atoi(argv[2]));
    program = argv[0];
    const struct CMUnitTest tests[] = {cmocka_unit_test_teardown(tcp_goes_on_when_descriptors_are_back, free_sides),
                                       cmocka_unit_test_teardown(ws_goes_on_when_descriptors_are_back, free_sides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
