/* SPDX-License-Identifier: MIT */
/* Trust lists. */
#include "unit/live_identity_tools.h"

static int parse(etp_trust **trust, const char *text, etp_error *error)
{
    *error = (etp_error){0};
    return etp_trust_parse(trust, text, strlen(text), "trusted", NULL, error);
}

static void a_list_is_read_line_by_line(void **state)
{
    (void)state;
    char text[1024];
    etp_trust *trust = NULL;
    etp_error error = {0};
    snprintf(text, sizeof text,
             "# who is who\n\n2001 aggregator %s name=north # a comment\r\n\t1001  battery %s via=3001 name=home-17\n"
             "3001 relay %s",
             key_of(1), key_of(2), key_of(3));
    assert_int_equal(parse(&trust, text, &error), ETP_OK);
    assert_int_equal(etp_trust_count(trust), 3);
    assert_int_equal(etp_trust_at(trust, 0)->device, 1001);
    assert_int_equal(etp_trust_at(trust, 2)->device, 3001);
    assert_null(etp_trust_at(trust, 3));
    const etp_trust_entry *entry = etp_trust_find(trust, 1001);
    assert_int_equal(entry->role, ETP_DEVICE_BATTERY);
    assert_int_equal(entry->via, 3001);
    assert_string_equal(entry->name, "home-17");
    assert_int_equal(entry->key_count, 1);
    assert_string_equal(etp_trust_find(trust, 3001)->name, "");
    assert_null(etp_trust_find(trust, 1002));
    assert_null(etp_trust_find(trust, 0));
    char line[ETP_TRUST_LINE_MAX], expected[ETP_TRUST_LINE_MAX];
    snprintf(expected, sizeof expected, "1001 battery %s name=home-17 via=3001", key_of(2));
    assert_int_equal(etp_trust_show(entry, 0, line, sizeof line), strlen(expected));
    assert_string_equal(line, expected);
    assert_int_equal(etp_trust_show(entry, 0, line, strlen(expected)), ETP_ENOSPACE);
    etp_trust_free(trust);
}

static void two_lines_are_two_keys(void **state)
{
    (void)state;
    char text[1024];
    etp_trust *trust = NULL;
    etp_error error = {0};
    snprintf(text, sizeof text, "5 battery %s name=a\n4 battery %s\n5 battery %s name=a\n", key_of(1), key_of(2),
             key_of(3));
    assert_int_equal(parse(&trust, text, &error), ETP_OK);
    assert_int_equal(etp_trust_count(trust), 2);
    assert_int_equal(etp_trust_find(trust, 5)->key_count, 2);
    etp_trust_free(trust);
}

static void the_longest_line_fits(void **state)
{
    (void)state;
    char line[ETP_TRUST_LINE_MAX];
    etp_identity *identity = identity_of(1, 1);
    etp_trust_entry entry = {.device = ETP_ID_MAX,
                             .role = ETP_DEVICE_AGGREGATOR,
                             .key_count = 1,
                             .keys = {*etp_identity_public(identity)},
                             .name = "0123456789012345678901234567890",
                             .via = ETP_ID_MAX - 1};
    assert_true(etp_trust_show(&entry, 0, line, sizeof line) > 0);
    etp_identity_free(identity);
}

static void expect_refused(const char *text, const char *words)
{
    etp_trust *trust = NULL;
    etp_error error = {0};
    assert_int_equal(parse(&trust, text, &error), ETP_EFORMAT);
    assert_null(trust);
    if (strstr(error.text, words) == NULL)
        fail_msg("'%s' is not in: %s", words, error.text);
}

static void lists_that_are_none(void **state)
{
    (void)state;
    char text[1024];
#define EXPECT(words, ...)                        \
    do {                                          \
        snprintf(text, sizeof text, __VA_ARGS__); \
        expect_refused(text, words);              \
    } while (0)
    EXPECT("trusted:2: a line is", "# one\n7 battery\n");
    EXPECT("trusted:1: a line is", "7 battery %s name=a via=3 more\n", key_of(1));
    EXPECT("trusted:1: the device id '0'", "0 battery %s\n", key_of(1));
    EXPECT("trusted:1: the device id '9007199254740992'", "9007199254740992 battery %s\n", key_of(1));
    EXPECT("trusted:1: the device id '-1'", "-1 battery %s\n", key_of(1));
    EXPECT("trusted:1: the role 'bess'", "7 bess %s\n", key_of(1));
    EXPECT("trusted:1: the public key 'abc'", "7 battery abc\n");
    EXPECT("trusted:1: the public key", "7 battery AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n");
    EXPECT("trusted:1: the name 'a/b'", "7 battery %s name=a/b\n", key_of(1));
    EXPECT("trusted:1: the name ''", "7 battery %s name=\n", key_of(1));
    EXPECT("trusted:1: the name", "7 battery %s name=01234567890123456789012345678901\n", key_of(1));
    EXPECT("trusted:1: unexpected 'name=b'", "7 battery %s name=a name=b\n", key_of(1));
    EXPECT("trusted:1: unexpected 'colour=red'", "7 battery %s colour=red\n", key_of(1));
    EXPECT("trusted:1: via '7'", "7 battery %s via=7\n", key_of(1));
    EXPECT("trusted:1: via 'x'", "7 battery %s via=x\n", key_of(1));
    EXPECT("trusted:1: via '8'", "7 relay %s via=8\n", key_of(1));
    EXPECT("which is no relay in this list", "7 battery %s via=8\n", key_of(1));
    EXPECT("which is no relay in this list", "7 battery %s via=8\n8 aggregator %s\n", key_of(1), key_of(2));
    EXPECT("the same public key is there twice", "7 battery %s\n8 battery %s\n", key_of(1), key_of(1));
    EXPECT("the same public key is there twice", "7 battery %s\n7 battery %s\n", key_of(1), key_of(1));
    EXPECT("differ in more than the key", "7 battery %s\n7 aggregator %s\n", key_of(1), key_of(2));
    EXPECT("differ in more than the key", "7 battery %s name=a\n7 battery %s\n", key_of(1), key_of(2));
    EXPECT("has three lines", "7 battery %s\n7 battery %s\n7 battery %s\n", key_of(1), key_of(2), key_of(3));
#undef EXPECT
    etp_trust *trust = NULL;
    etp_error error = {0};
    assert_int_equal(etp_trust_parse(&trust, "\0\n", 2, "trusted", NULL, &error), ETP_EFORMAT);
    assert_string_equal(error.text, "trusted:1: this is no text");
}

static void files_of_lists(void **state)
{
    (void)state;
    char text[256];
    etp_trust *trust = NULL;
    etp_error error = {0};
    snprintf(text, sizeof text, "7 battery %s\n", key_of(1));
    assert_int_equal(etp_trust_load(&trust, write_mode("trusted", text, 0644), NULL, &error), ETP_OK);
    assert_int_equal(etp_trust_count(trust), 1);
    etp_trust_free(trust);
    trust = NULL;
    assert_int_equal(etp_trust_load(&trust, write_mode("trusted", text, 0666), NULL, &error), ETP_EIO);
    assert_non_null(strstr(error.text, "chmod o-w"));
    assert_int_equal(etp_trust_load(&trust, in_folder("nowhere"), NULL, &error), ETP_EIO);
    assert_int_equal(etp_trust_load(&trust, write_mode("empty", "", 0644), NULL, &error), ETP_OK);
    assert_int_equal(etp_trust_count(trust), 0);
    assert_null(etp_trust_find(trust, 7));
    etp_trust_free(trust);
}

static void a_long_list_in_any_order(void **state)
{
    (void)state;
    enum { DEVICES = 2000, LINE = 80 };
    char *text = malloc(DEVICES * LINE);
    size_t size = 0;
    assert_non_null(text);
    for (unsigned i = 0; i < DEVICES; i++) {
        etp_identity *identity = NULL;
        char key[ETP_PUBLIC_KEY_TEXT_MAX];
        unsigned char seed[32] = {(unsigned char)i, (unsigned char)(i >> 8), 1};
        assert_int_equal(etp_identity_from_seed(&identity, 1, seed, NULL, NULL), ETP_OK);
        etp_public_key_show(etp_identity_public(identity), key);
        etp_identity_free(identity);
        size += (size_t)snprintf(text + size, LINE, "%u battery %s\n", 1 + i * 1237 % DEVICES, key);
    }
    etp_trust *trust = NULL;
    assert_int_equal(etp_trust_parse(&trust, text, size, "trusted", NULL, NULL), ETP_OK);
    free(text);
    assert_int_equal(etp_trust_count(trust), DEVICES);
    for (unsigned i = 0; i < DEVICES; i++)
        assert_int_equal(etp_trust_find(trust, i + 1)->device, i + 1);
    etp_trust_free(trust);
}

static void entries_that_are_none(void **state)
{
    (void)state;
    etp_identity *identity = identity_of(1, 1);
    const etp_trust_entry good = {.device = 1, .key_count = 1, .keys = {*etp_identity_public(identity)}};
    etp_trust_entry pair[2] = {good, good};
    etp_trust *trust = NULL;
    assert_int_equal(etp_trust_make(&trust, pair, 2, NULL, NULL), ETP_EEXIST);
    pair[1].device = 2;
    assert_int_equal(etp_trust_make(&trust, pair, 2, NULL, NULL), ETP_EEXIST);
#define EXPECT(change)                                                             \
    do {                                                                           \
        pair[0] = good;                                                            \
        change;                                                                    \
        assert_int_equal(etp_trust_make(&trust, pair, 1, NULL, NULL), ETP_ERANGE); \
    } while (0)
    EXPECT(pair[0].device = 0);
    EXPECT(pair[0].role = (etp_device_role)3);
    EXPECT(pair[0].key_count = 0);
    EXPECT(pair[0].key_count = 3);
    EXPECT(pair[0].via = 1);
    EXPECT(pair[0].via = ETP_ID_MAX + 1);
    EXPECT(memset(pair[0].name, 'a', sizeof pair[0].name));
    EXPECT(strcpy(pair[0].name, "\n"));
#undef EXPECT
    etp_identity_free(identity);
    assert_int_equal(etp_trust_make(&trust, NULL, 0, NULL, NULL), ETP_OK);
    etp_trust_free(trust);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_is_read_line_by_line),
        cmocka_unit_test(two_lines_are_two_keys),
        cmocka_unit_test(the_longest_line_fits),
        cmocka_unit_test(lists_that_are_none),
        cmocka_unit_test(files_of_lists),
        cmocka_unit_test(a_long_list_in_any_order),
        cmocka_unit_test(entries_that_are_none),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
