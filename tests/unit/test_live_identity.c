/* SPDX-License-Identifier: MIT */
/* Keys, signatures, key files. */
#include "unit/live_identity_tools.h"

#include "live/identity/sign.h"
#include "unit/test_memory_tools.h"

/* RFC 8032, section 7.1, test 1. */
static const unsigned char rfc_seed[32] = {0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a,
                                           0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44, 0x49, 0xc5, 0x69, 0x7b, 0x32,
                                           0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60};
static const char rfc_public[] = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

/* ---- keys ---- */

static void a_seed_gives_the_key_that_the_standard_says(void **state)
{
    (void)state;
    etp_identity *identity = NULL;
    char text[ETP_PUBLIC_KEY_TEXT_MAX];
    assert_int_equal(etp_identity_from_seed(&identity, 7, rfc_seed, NULL, NULL), ETP_OK);
    assert_int_equal(etp_public_key_show(etp_identity_public(identity), text), ETP_OK);
    assert_string_equal(text, rfc_public);
    assert_int_equal(etp_identity_device(identity), 7);
    etp_identity_free(identity);
}

static void keys_are_read_as_they_are_shown_and_no_other_text_is(void **state)
{
    (void)state;
    etp_public_key key, other;
    char text[ETP_PUBLIC_KEY_TEXT_MAX];
    assert_int_equal(etp_public_key_parse(&key, rfc_public), ETP_OK);
    assert_int_equal(etp_public_key_show(&key, text), ETP_OK);
    assert_string_equal(text, rfc_public);
    static const char *const wrong[] = {
        "",
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",   /* no padding */
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURp=",  /* bits that belong to no byte */
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo==", /* too much */
        "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= ", /* more behind it */
        "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=",  /* another alphabet */
        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  /* a point of small order */
        "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  /* the neutral one */
        "7P///////////////////////////////////////38=",  /* one of order 2 */
        "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",  /* no point at all */
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        other = key;
        assert_int_equal(etp_public_key_parse(&other, wrong[i]), ETP_EFORMAT);
        assert_true(etp_public_key_equal(&other, &key));
    }
}

static void no_two_generated_keys_are_the_same(void **state)
{
    (void)state;
    etp_identity *one = NULL, *other = NULL;
    assert_int_equal(etp_identity_generate(&one, 1, NULL, NULL), ETP_OK);
    assert_int_equal(etp_identity_generate(&other, 1, NULL, NULL), ETP_OK);
    assert_false(etp_public_key_equal(etp_identity_public(one), etp_identity_public(other)));
    etp_identity_free(one);
    etp_identity_free(other);
}

/* ---- signatures ---- */

static void a_signature_holds_for_its_text_key_and_purpose_alone(void **state)
{
    (void)state;
    unsigned char signature[ETP_SIGNATURE_SIZE], text[100] = "a text";
    etp_identity *identity = identity_of(1, 1), *other = identity_of(1, 2);
    etp_trust_entry entry = {.device = 1, .key_count = 1, .keys = {*etp_identity_public(identity)}};
    assert_int_equal(etp_identity_sign(identity, "purpose", text, sizeof text, signature), ETP_OK);
    assert_ptr_equal(etp_trust_verify(&entry, "purpose", text, sizeof text, signature), &entry.keys[0]);
    assert_null(etp_trust_verify(&entry, "purpos", text, sizeof text, signature));
    assert_null(etp_trust_verify(&entry, "purpose2", text, sizeof text, signature));
    assert_null(etp_trust_verify(&entry, "purpose", text, sizeof text - 1, signature));
    text[99] ^= 1;
    assert_null(etp_trust_verify(&entry, "purpose", text, sizeof text, signature));
    text[99] ^= 1;
    entry.keys[0] = *etp_identity_public(other);
    assert_null(etp_trust_verify(&entry, "purpose", text, sizeof text, signature));
    entry.keys[1] = *etp_identity_public(identity);
    entry.key_count = 2;
    assert_ptr_equal(etp_trust_verify(&entry, "purpose", text, sizeof text, signature), &entry.keys[1]);
    etp_identity_free(identity);
    etp_identity_free(other);
}

/* "ab" for the text "c" must not be the same as "a" for the text "bc". */
static void purpose_and_text_cannot_be_shifted(void **state)
{
    (void)state;
    unsigned char one[ETP_SIGNATURE_SIZE], other[ETP_SIGNATURE_SIZE];
    etp_identity *identity = identity_of(1, 1);
    assert_int_equal(etp_identity_sign(identity, "ab", "c", 1, one), ETP_OK);
    assert_int_equal(etp_identity_sign(identity, "a", "bc", 2, other), ETP_OK);
    assert_memory_not_equal(one, other, sizeof one);
    etp_identity_free(identity);
}

static void what_is_too_long_is_not_signed(void **state)
{
    (void)state;
    unsigned char signature[ETP_SIGNATURE_SIZE];
    static unsigned char text[ETP_SIGNED_MAX];
    etp_identity *identity = identity_of(1, 1);
    assert_int_equal(etp_identity_sign(identity, "p", text, sizeof text - 2, signature), ETP_OK);
    assert_int_equal(etp_identity_sign(identity, "p", text, sizeof text - 1, signature), ETP_ERANGE);
    assert_int_equal(etp_identity_sign(identity, "p", text, SIZE_MAX, signature), ETP_ERANGE);
    etp_identity_free(identity);
}

/* ---- key files ---- */

static void a_key_file_gives_back_what_was_saved(void **state)
{
    (void)state;
    struct stat facts;
    etp_error error = {0};
    etp_identity *saved = identity_of(42, 9), *loaded = NULL;
    assert_int_equal(etp_identity_save(saved, in_folder("a.key"), &error), ETP_OK);
    assert_int_equal(stat(in_folder("a.key"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(facts.st_nlink, 1);
    assert_int_equal(etp_identity_load(&loaded, in_folder("a.key"), NULL, &error), ETP_OK);
    assert_int_equal(etp_identity_device(loaded), 42);
    assert_true(etp_public_key_equal(etp_identity_public(loaded), etp_identity_public(saved)));
    unsigned char one[ETP_SIGNATURE_SIZE], other[ETP_SIGNATURE_SIZE];
    assert_int_equal(etp_identity_sign(saved, "p", "t", 1, one), ETP_OK);
    assert_int_equal(etp_identity_sign(loaded, "p", "t", 1, other), ETP_OK);
    assert_memory_equal(one, other, sizeof one);
    assert_int_equal(etp_identity_save(saved, in_folder("a.key"), &error), ETP_EEXIST);
    etp_identity_free(saved);
    etp_identity_free(loaded);
}

static void expect_load(int code, const char *path, const char *words)
{
    etp_error error = {0};
    etp_identity *identity = NULL;
    assert_int_equal(etp_identity_load(&identity, path, NULL, &error), code);
    assert_null(identity);
    if (strstr(error.text, words) == NULL)
        fail_msg("'%s' is not in: %s", words, error.text);
}

static void key_files_that_are_none(void **state)
{
    (void)state;
    char text[4200];
    static const mode_t open_modes[] = {0640, 0604, 0620, 0602, 0610, 0666};
    etp_identity *identity = identity_of(42, 9);
    assert_int_equal(etp_identity_save(identity, in_folder("good.key"), NULL), ETP_OK);
    etp_identity_free(identity);
    for (size_t i = 0; i < sizeof open_modes / sizeof open_modes[0]; i++) {
        assert_int_equal(chmod(in_folder("good.key"), open_modes[i]), 0);
        expect_load(ETP_EIO, in_folder("good.key"), "chmod 600");
    }
    expect_load(ETP_EIO, in_folder("none.key"), "cannot be opened");
    expect_load(ETP_EIO, folder, "is no plain file");
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    expect_load(ETP_EIO, in_folder("pipe"), "is no plain file");
    memset(text, '#', sizeof text);
    text[4199] = '\0';
    expect_load(ETP_EFORMAT, write_mode("long.key", text, 0600), "larger than 4096 bytes");
    expect_load(ETP_EFORMAT, write_mode("b.key", "", 0600), "no private key file");
    expect_load(ETP_EFORMAT, write_mode("b.key", "etp-key 1\ndevice 1\npublic x\n", 0600), "no private key file");
    expect_load(ETP_EFORMAT, write_mode("b.key", "etp-key 1\netp-key 1\n", 0600), "no private key file");
    expect_load(ETP_EFORMAT, write_mode("b.key", "-----BEGIN PRIVATE KEY-----\n", 0600), "no private key file");
    snprintf(text, sizeof text, "etp-key 9\ndevice 1\npublic %s\nseed %s\n", rfc_public, rfc_public);
    expect_load(ETP_EFORMAT, write_mode("b.key", text, 0600), "version 9");
    snprintf(text, sizeof text, "etp-key 1\ndevice 0\npublic %s\nseed %s\n", rfc_public, rfc_public);
    expect_load(ETP_EFORMAT, write_mode("b.key", text, 0600), "no private key file");
    snprintf(text, sizeof text, "etp-key 1\ndevice 1\npublic %s\nseed %s\n", rfc_public, rfc_public);
    expect_load(ETP_EFORMAT, write_mode("b.key", text, 0600), "does not belong to its seed");
    snprintf(text, sizeof text, "etp-key 1\ndevice 1\npublic %s\nseed YQ==\n", rfc_public);
    expect_load(ETP_EFORMAT, write_mode("b.key", text, 0600), "no private key file");
}

static void a_key_file_that_a_person_has_touched(void **state)
{
    (void)state;
    etp_identity *identity = NULL;
    etp_error error = {0};
    static const char text[] = "# mine\r\n\r\n  seed\tnWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A= # secret\r\n"
                               "public 11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\ndevice 12\netp-key 1";
    assert_int_equal(etp_identity_load(&identity, write_mode("c.key", text, 0400), NULL, &error), ETP_OK);
    assert_int_equal(etp_identity_device(identity), 12);
    etp_identity_free(identity);
}

/* ---- memory ---- */

static int load_both(const etp_allocator *allocator)
{
    etp_identity *identity = NULL, *copy = NULL;
    etp_trust *trust = NULL;
    int result = etp_identity_load(&identity, in_folder("m.key"), allocator, NULL);
    if (result == ETP_OK)
        result = etp_identity_copy(&copy, identity, allocator);
    if (result == ETP_OK)
        result = etp_trust_load(&trust, in_folder("m.trusted"), allocator, NULL);
    etp_identity_free(identity);
    etp_identity_free(copy);
    etp_trust_free(trust);
    return result;
}

static void without_memory_nothing_is_made_and_nothing_is_lost(void **state)
{
    (void)state;
    char text[256];
    ledger books;
    etp_identity *identity = identity_of(42, 9);
    assert_int_equal(etp_identity_save(identity, in_folder("m.key"), NULL), ETP_OK);
    etp_identity_free(identity);
    snprintf(text, sizeof text, "7 battery %s\n", key_of(1));
    write_mode("m.trusted", text, 0644);
    int result = ETP_ENOMEM;
    uint64_t fail_at = 0;
    while (result != ETP_OK) {
        const etp_allocator *allocator = ledger_open(&books);
        books.fail_at = ++fail_at;
        result = load_both(allocator);
        assert_true(result == ETP_OK || result == ETP_ENOMEM);
        assert_int_equal(books.live_blocks, 0);
    }
    assert_true(fail_at > 6);
}

/* ---- wrong calls ---- */

static void every_public_function_answers_a_wrong_call(void **state)
{
    (void)state;
    static const etp_allocator half = {NULL, NULL, NULL};
    etp_public_key key = {{0}};
    etp_device_role role;
    etp_identity *identity = NULL;
    etp_trust *trust = NULL;
    etp_trust_entry entry = {.device = 1};
    char text[ETP_TRUST_LINE_MAX];
    NAMES("?", etp_device_role_name, (etp_device_role)9);
    GIVES(ETP_EINVAL, etp_device_role_parse, NULL, &role);
    GIVES(ETP_EINVAL, etp_device_role_parse, "relay", NULL);
    GIVES(ETP_ENOENT, etp_device_role_parse, "Relay", &role);
    GIVES(false, etp_device_role_meets, (etp_device_role)9, ETP_DEVICE_BATTERY);
    GIVES(false, etp_device_role_meets, ETP_DEVICE_BATTERY, ETP_DEVICE_BATTERY);
    GIVES(ETP_EINVAL, etp_public_key_show, NULL, text);
    GIVES(ETP_EINVAL, etp_public_key_show, &key, NULL);
    GIVES(ETP_EINVAL, etp_public_key_parse, NULL, "x");
    GIVES(ETP_EINVAL, etp_public_key_parse, &key, NULL);
    GIVES(false, etp_public_key_equal, NULL, &key);
    GIVES(false, etp_public_key_equal, &key, NULL);
    GIVES(ETP_EINVAL, etp_identity_generate, NULL, 1, NULL, NULL);
    GIVES(ETP_EINVAL, etp_identity_generate, &identity, 1, &half, NULL);
    GIVES(ETP_ERANGE, etp_identity_generate, &identity, 0, NULL, NULL);
    GIVES(ETP_ERANGE, etp_identity_generate, &identity, ETP_ID_MAX + 1, NULL, NULL);
    GIVES(ETP_EINVAL, etp_identity_from_seed, &identity, 1, NULL, NULL, NULL);
    GIVES(ETP_EINVAL, etp_identity_load, NULL, "x", NULL, NULL);
    GIVES(ETP_EINVAL, etp_identity_load, &identity, NULL, NULL, NULL);
    GIVES(ETP_EINVAL, etp_identity_load, &identity, "x", &half, NULL);
    GIVES(ETP_EINVAL, etp_identity_save, NULL, "x", NULL);
    GIVES(ETP_EINVAL, etp_identity_copy, &identity, NULL, NULL);
    GIVES(0, etp_identity_device, NULL);
    GIVES(NULL, etp_identity_public, NULL);
    QUIET(etp_identity_free, NULL);
    GIVES(ETP_EINVAL, etp_trust_load, NULL, "x", NULL, NULL);
    GIVES(ETP_EINVAL, etp_trust_load, &trust, NULL, NULL, NULL);
    GIVES(ETP_EINVAL, etp_trust_parse, &trust, NULL, 0, "x", NULL, NULL);
    GIVES(ETP_EINVAL, etp_trust_parse, &trust, "", 0, NULL, NULL, NULL);
    GIVES(ETP_EINVAL, etp_trust_make, NULL, &entry, 1, NULL, NULL);
    GIVES(ETP_EINVAL, etp_trust_make, &trust, NULL, 1, NULL, NULL);
    GIVES(ETP_ERANGE, etp_trust_make, &trust, &entry, 1, NULL, NULL);
    QUIET(etp_trust_free, NULL);
    GIVES(NULL, etp_trust_find, NULL, 1);
    GIVES(0, etp_trust_count, NULL);
    GIVES(NULL, etp_trust_at, NULL, 0);
    GIVES(ETP_EINVAL, etp_trust_show, NULL, 0, text, sizeof text);
    GIVES(ETP_EINVAL, etp_trust_show, &entry, 0, text, sizeof text);
    GIVES(false, etp_trust_name_fits, NULL);
    GIVES(false, etp_trust_name_fits, "");
    assert_null(identity);
    assert_null(trust);
    assert_true(expect_all_called("identity.h") >= 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_key_that_the_standard_says),
        cmocka_unit_test(keys_are_read_as_they_are_shown_and_no_other_text_is),
        cmocka_unit_test(no_two_generated_keys_are_the_same),
        cmocka_unit_test(a_signature_holds_for_its_text_key_and_purpose_alone),
        cmocka_unit_test(purpose_and_text_cannot_be_shifted),
        cmocka_unit_test(what_is_too_long_is_not_signed),
        cmocka_unit_test(a_key_file_gives_back_what_was_saved),
        cmocka_unit_test(key_files_that_are_none),
        cmocka_unit_test(a_key_file_that_a_person_has_touched),
        cmocka_unit_test(without_memory_nothing_is_made_and_nothing_is_lost),
        cmocka_unit_test(every_public_function_answers_a_wrong_call),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
