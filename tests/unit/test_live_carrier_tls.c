/* SPDX-License-Identifier: MIT */
/* Who is let in over TLS, and who is not. */
#include "carrier_tools.h"

#include <sys/stat.h>

#include "plain_sockets.h"
#include "test_certificates.h"

static int make_authorities(void **state)
{
    (void)state;
    folder_make();
    make_certificates("", "ours", "server client");
    make_certificates("--days -1", "ours", "late");
    make_certificates("", "theirs", "server client");
    return 0;
}

static int remove_authorities(void **state)
{
    (void)state;
    folder_remove();
    return 0;
}

struct ends {
    struct side *server, *client;
    unsigned listener;
};

static struct ends make_ends(const etp_tls *server, const etp_tls *client)
{
    struct ends ends = {side_new(), side_new(), 0};
    ends.listener = side_listen(ends.server, "tls+tcp://127.0.0.1:0", server);
    side_dial(ends.client, etp_carrier_address(ends.server->carrier, ends.listener), client);
    return ends;
}

static void free_ends(struct ends *ends)
{
    side_free(ends->client);
    side_free(ends->server);
}

static void speak(struct side *side)
{
    struct side_connection *connection = &side->connections[0];
    if (connection->open)
        etp_carrier_send(side->carrier, connection->number, "hello", 5);
}

/* On any of its connections. */
static bool heard(const struct side *side)
{
    for (unsigned i = 0; i < side->opened && i < SIDE_CONNECTIONS; i++)
        if (side->connections[i].size == 5 && memcmp(side->connections[i].bytes, "hello", 5) == 0)
            return true;
    return false;
}

static void check_let_in(const etp_tls *server, const etp_tls *client)
{
    struct ends ends = make_ends(server, client);
    turn_until(ends.server->opened == 1 && ends.client->opened == 1);
    speak(ends.server);
    speak(ends.client);
    turn_until(heard(ends.server) && heard(ends.client));
    assert_int_equal(ends.server->closed + ends.client->closed, 0);
    free_ends(&ends);
}

static bool says(const struct side *side, const char *word)
{
    return strstr(side->connections[0].why, word) != NULL;
}

/* Nothing comes through either way, and whoever refuses says why. */
static void check_kept_out(const etp_tls *server, const etp_tls *client, bool by_server)
{
    struct ends ends = make_ends(server, client);
    turn_until(ends.server->opened >= 1 && ends.client->opened >= 1);
    speak(ends.server);
    speak(ends.client);
    turn_until(ends.server->closed >= 1 && ends.client->closed >= 1);
    assert_int_equal(ends.server->connections[0].size, 0);
    assert_int_equal(ends.client->connections[0].size, 0);
    assert_true(says(by_server ? ends.server : ends.client, "TLS"));
    /* The dialer tries again, and fares no better. */
    turn_until(ends.client->closed >= 2 && ends.server->closed >= 2);
    assert_int_equal(ends.server->connections[1].size, 0);
    free_ends(&ends);
}

static void lets_in_who_has_a_certificate_of_the_authority(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "server"), client = certificates_of("ours", "ours", "client");
    client.server_name = "server";
    check_let_in(&server, &client);
}

static void keeps_out_a_client_whose_certificate_has_expired(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "server"), client = certificates_of("ours", "ours", "late");
    client.server_name = "server";
    check_kept_out(&server, &client, true);
}

static void keeps_out_a_server_whose_certificate_has_expired(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "late"), client = certificates_of("ours", "ours", "client");
    client.server_name = "late";
    check_kept_out(&server, &client, false);
}

static void keeps_out_a_client_of_another_authority(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "server"), client = certificates_of("ours", "theirs", "client");
    client.server_name = "server";
    check_kept_out(&server, &client, true);
}

static void keeps_out_a_server_of_another_authority(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "theirs", "server"), client = certificates_of("ours", "ours", "client");
    client.server_name = "server";
    check_kept_out(&server, &client, false);
}

static void keeps_out_a_client_that_vouches_for_itself(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "server"), client = certificates_of("ours", "theirs", "ca");
    client.server_name = "server";
    check_kept_out(&server, &client, true);
}

static void keeps_out_a_server_that_vouches_for_itself(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "theirs", "ca"), client = certificates_of("ours", "ours", "client");
    client.server_name = "server";
    check_kept_out(&server, &client, false);
}

static void keeps_out_a_server_of_another_name(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "server"), client = certificates_of("ours", "ours", "client");
    client.server_name = "bank.example";
    check_kept_out(&server, &client, false);
    /* The host of the URL, if none is given. */
    client.server_name = NULL;
    check_kept_out(&server, &client, false);
}

static void keeps_out_a_client_without_a_certificate(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "server"), client = {.insecure = true};
    check_kept_out(&server, &client, true);
}

static void asks_for_none_when_it_is_told_to_be_insecure(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "theirs", "late"), client = {.insecure = true};
    server.certificate = certificate_path("theirs", "server", ".pem");
    server.key = certificate_path("theirs", "server", ".key.pem");
    server.insecure = true;
    check_let_in(&server, &client);
}

static void says_which_file_will_not_do(void **state)
{
    (void)state;
    struct side *side = side_new();
    etp_tls good = certificates_of("ours", "ours", "server");
    char pipe_path[512]; /* nobody ever writes into it */
    snprintf(pipe_path, sizeof pipe_path, "%s.pipe", good.ca);
    assert_int_equal(mkfifo(pipe_path, 0600), 0);
    const struct {
        const char *ca, *certificate, *key, *words;
    } rows[] = {
        {NULL, good.certificate, good.key, "the certificate of the authority"},
        {"nowhere.pem", good.certificate, good.key, "nowhere.pem: cannot be opened"},
        {pipe_path, good.certificate, good.key, "cannot be opened as a plain file"},
        {good.ca, NULL, good.key, "our certificate"},
        {good.ca, good.certificate, NULL, "the key of our certificate"},
        {good.ca, good.key, good.key, "not a certificate and its key"},
        {good.ca, good.certificate, certificates_of("ours", "ours", "client").key, "not a certificate and its key"},
        {ETP_SOURCE_DIR "/LICENSE", good.certificate, good.key, "not a PEM file"},
        {good.key, good.certificate, good.key, "cannot be read as certificates"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int dials = 0; dials < 2; dials++) {
            etp_tls tls = {.ca = rows[i].ca, .certificate = rows[i].certificate, .key = rows[i].key};
            etp_error error = {0};
            unsigned endpoint;
            int result = dials ? etp_carrier_dial(side->carrier, "tls+tcp://127.0.0.1:1", &tls, &endpoint, &error)
                               : etp_carrier_listen(side->carrier, "tls+tcp://127.0.0.1:0", &tls, &endpoint, &error);
            assert_int_equal(result, ETP_EINVAL);
            assert_non_null(strstr(error.text, rows[i].words));
        }
    unlink(pipe_path);
    side_free(side);
}

/* NAME.pem, NAME.key.pem, and the same key as older programs write it. */
static void make_self_signed(const char *name, const char *kind)
{
    char command[PATH_SIZE * 4];
    snprintf(command, sizeof command,
             "cd '%s/ours' && openssl req -x509 -newkey %s -nodes -days 2 -subj /CN=%s -keyout %s.key.pem -out %s.pem "
             "2>/dev/null && openssl pkey -in %s.key.pem -traditional -out %s.older.pem",
             folder, kind, name, name, name, name, name);
    assert_int_equal(system(command), 0);
}

static bool is_taken(struct side *side, const char *certificate, const char *key, const char *ending)
{
    etp_tls tls = {.ca = certificate_path("ours", "ca", ".pem"),
                   .certificate = certificate_path("ours", certificate, ".pem"),
                   .key = certificate_path("ours", key, ending)};
    etp_error error = {0};
    unsigned endpoint;
    int result = etp_carrier_listen(side->carrier, "tls+tcp://127.0.0.1:0", &tls, &endpoint, &error);
    if (result == ETP_OK)
        etp_carrier_end(side->carrier, endpoint);
    else
        assert_non_null(strstr(error.text, "not a certificate and its key"));
    return result == ETP_OK;
}

static void a_key_is_that_of_its_certificate(void **state)
{
    (void)state;
    static const char *const kinds[] = {"rsa:2048", "rsa:3072", "ec -pkeyopt ec_paramgen_curve:P-256",
                                        "ec -pkeyopt ec_paramgen_curve:P-256", "ec -pkeyopt ec_paramgen_curve:P-521"};
    static const char *const names[] = {"r2", "r3", "p256", "other256", "p521"};
    enum { KINDS = sizeof kinds / sizeof kinds[0] };
    struct side *side = side_new();
    for (unsigned i = 0; i < KINDS; i++)
        make_self_signed(names[i], kinds[i]);
    for (unsigned i = 0; i < KINDS; i++)
        for (unsigned j = 0; j < KINDS; j++) {
            assert_int_equal(is_taken(side, names[i], names[j], ".key.pem"), i == j);
            assert_int_equal(is_taken(side, names[i], names[j], ".older.pem"), i == j);
        }
    side_free(side);
}

/* One that begins a handshake and stops, and one that has never heard of TLS. */
static void strangers_hold_up_nobody(void **state)
{
    (void)state;
    etp_tls server = certificates_of("ours", "ours", "server"), client = certificates_of("ours", "ours", "client");
    struct ends ends = {calloc(1, sizeof(struct side)), side_new(), 0};
    assert_non_null(ends.server);
    etp_carrier_options options = side_options(ends.server);
    options.silence = ETP_NS_PER_SECOND;
    side_start(ends.server, &options);
    ends.listener = side_listen(ends.server, "tls+tcp://127.0.0.1:0", &server);
    const char *url = etp_carrier_address(ends.server->carrier, ends.listener);
    int silent = plain_connect(url), loud = plain_connect(url);
    assert_int_equal(write(loud, "GET / HTTP/1.1\r\nHost: us\r\n\r\n", 28), 28);
    client.server_name = "server";
    side_dial(ends.client, url, &client);
    turn_until(ends.client->opened == 1 && ends.server->opened == 3);
    speak(ends.client);
    turn_until(heard(ends.server));
    turn_until(ends.server->closed == 2);
    assert_int_equal(ends.client->closed, 0);
    close(silent);
    close(loud);
    free_ends(&ends);
}

#define test(name) cmocka_unit_test_teardown(name, free_sides)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(lets_in_who_has_a_certificate_of_the_authority),
        test(keeps_out_a_client_whose_certificate_has_expired),
        test(keeps_out_a_server_whose_certificate_has_expired),
        test(keeps_out_a_client_of_another_authority),
        test(keeps_out_a_server_of_another_authority),
        test(keeps_out_a_client_that_vouches_for_itself),
        test(keeps_out_a_server_that_vouches_for_itself),
        test(keeps_out_a_server_of_another_name),
        test(keeps_out_a_client_without_a_certificate),
        test(asks_for_none_when_it_is_told_to_be_insecure),
        test(says_which_file_will_not_do),
        test(a_key_is_that_of_its_certificate),
        test(strangers_hold_up_nobody),
    };
    return cmocka_run_group_tests(tests, make_authorities, remove_authorities);
}
