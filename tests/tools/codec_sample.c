/* SPDX-License-Identifier: MIT */
/*
 * The codecs on standard input and output, for tests that compare them with other implementations.
 *
 *     codec-sample COUNT SEED   COUNT random messages, a line for each: its bytes in hex, a tab, its fields
 *     codec-sample --decode     reads bytes in hex, a message in a line; answers each with its fields or the refusal
 *     codec-sample --older ...  the same with records of the older format
 *
 * Fields are written as name=value, in the order of the wire and in the units of etp/message.h.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etp/codec.h"
#include "etp/older.h"
#include "fuzz/messages.h"

enum { LINE_BYTES = 4096 };

static int (*encode)(const etp_message *message, void *buffer, size_t size) = etp_encode;
static etp_refusal (*decode)(const void *bytes, size_t size, etp_message *message, size_t *used) = etp_decode;

static void print_fields(const etp_message *message)
{
    for (int i = 0; i < FIELDS; i++)
        printf("%s%s=%" PRIu64, i > 0 ? " " : "", fields[i].name, field_get(message, &fields[i]));
    putchar('\n');
}

static int print_random(unsigned long count, uint64_t seed)
{
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    for (unsigned long i = 0; i < count; i++) {
        unsigned char bytes[ETP_MESSAGE_MAX];
        etp_message message = random_message(&rng);
        if (encode == etp_older_encode)
            message.in_reply_to = message.closes_in_ms = 0;
        int size = encode(&message, bytes, sizeof bytes);
        if (size < 0) {
            fprintf(stderr, "message %lu was not encoded: %d\n", i, size);
            return EXIT_FAILURE;
        }
        for (int j = 0; j < size; j++)
            printf("%02x", bytes[j]);
        putchar('\t');
        print_fields(&message);
    }
    return EXIT_SUCCESS;
}

/* The bytes of a line of hex; stops at what is none. */
static size_t parse_hex(const char *line, unsigned char *bytes)
{
    size_t size = 0;
    unsigned value;
    while (size < LINE_BYTES / 2 && sscanf(line + 2 * size, "%2x", &value) == 1)
        bytes[size++] = (unsigned char)value;
    return size;
}

static int decode_lines(void)
{
    static char line[LINE_BYTES];
    static unsigned char bytes[LINE_BYTES / 2];
    while (fgets(line, sizeof line, stdin) != NULL) {
        etp_message message;
        size_t used = 0, size = parse_hex(line, bytes);
        etp_refusal refusal = decode(bytes, size, &message, &used);
        if (refusal != ETP_REFUSED_NONE)
            printf("refused: %s\n", etp_refusal_name(refusal));
        else if (used != size)
            printf("%zu bytes are left\n", size - used);
        else
            print_fields(&message);
    }
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--older") == 0) {
        encode = etp_older_encode;
        decode = etp_older_decode;
        argc--;
        argv++;
    }
    if (argc == 2 && strcmp(argv[1], "--decode") == 0)
        return decode_lines();
    if (argc == 3)
        return print_random(strtoul(argv[1], NULL, 10), strtoull(argv[2], NULL, 10));
    fprintf(stderr, "usage: codec-sample [--older] COUNT SEED | codec-sample [--older] --decode\n");
    return EXIT_FAILURE;
}
