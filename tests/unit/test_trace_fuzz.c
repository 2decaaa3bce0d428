/* SPDX-License-Identifier: MIT */
/* Broken files: whatever is done to a good one, it is refused with a sentence or gives a regular trace. */
#include "etp/rng.h"
#include "test_trace_tools.h"

enum { SEED = 20250101, ROUNDS = 20000, ROWS = 24, TEXT_MAX = 4096 };

typedef struct sample {
    char text[TEXT_MAX];
    size_t size;
} sample;

static void add(sample *s, const char *format, ...) ETP_PRINTF(2, 3);

static void add(sample *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    s->size += (size_t)vsnprintf(s->text + s->size, sizeof s->text - s->size, format, args);
    va_end(args);
}

static void make_price_and_demand(sample *s)
{
    add(s, "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\r\n");
    for (int i = 1; i <= ROWS; i++)
        add(s, "VIC1,2025/01/01 %02d:%02d:00,4310.79,%d.5,TRADE%s\n", i / 12, i * 5 % 60, i - 12, i % 2 ? "\r" : "");
}

static void make_mms(sample *s)
{
    add(s, "C,NEMP.WORLD,DISPATCHIS\nI,DISPATCH,REGIONSUM,9,SETTLEMENTDATE,REGIONID\n"
           "D,DISPATCH,REGIONSUM,9,\"2025/01/01 00:05:00\",SA1\n"
           "I,DISPATCH,PRICE,5,SETTLEMENTDATE,REGIONID,INTERVENTION,RRP\r\n");
    for (int i = 1; i <= ROWS; i++)
        add(s, "D,DISPATCH,PRICE,5,\"2025/01/01 %02d:%02d:00\",SA1,%d,%d\r\n", i / 12, i * 5 % 60, i % 7 == 6, i);
    add(s, "C,\"END OF REPORT\",9");
}

static void make_zoned(sample *s)
{
    add(s, "SETTLEMENTDATE,REGIONID,RRP,LASTCHANGED\n");
    for (int i = 1; i <= ROWS; i++)
        add(s, "2025-01-01 %02d:%02d:00+11:00,TAS1,%d,\"\"\"2025/01/01 %02d:%02d:06\"\"\"\n", i / 12, i * 5 % 60, i,
            (i - 1) / 12, (i - 1) * 5 % 60);
}

static void make_series(sample *s)
{
    add(s, "observed_at,hour_of_day,predicted_rrp_per_mwh,actual_rrp_per_mwh\n");
    for (int i = 0; i < ROWS; i++)
        add(s, "2025-01-01T%02d:%02d:00+00:00,%d,1,%d.5e-01\n", i / 2, i % 2 * 30, (i / 2 + 10) % 24, i);
}

static sample good_file(unsigned kind)
{
    static void (*const kinds[])(sample *) = {make_price_and_demand, make_mms, make_zoned, make_series};
    sample s = {.size = 0};
    kinds[kind % (sizeof kinds / sizeof *kinds)](&s);
    return s;
}

static size_t below(etp_rng *rng, size_t bound)
{
    return (size_t)etp_rng_below(rng, bound);
}

/* Half of the bytes are those that mean something to the reader. */
static void change_byte(sample *s, etp_rng *rng)
{
    static const char telling[] = ",\"\r\n/-: .0123456789TZNaVIC+\xef\xbb\xbf\x1f";
    bool any = below(rng, 2) == 0;
    s->text[below(rng, s->size)] = (char)(any ? below(rng, 256) : (size_t)telling[below(rng, sizeof telling)]);
}

static void cut(sample *s, etp_rng *rng)
{
    size_t from = below(rng, s->size), length = below(rng, s->size - from) % 60;
    memmove(s->text + from, s->text + from + length, s->size - from - length);
    s->size -= length;
}

static void cut_end(sample *s, etp_rng *rng)
{
    s->size = 1 + below(rng, s->size);
}

static size_t line_at(const sample *s, size_t from)
{
    while (from > 0 && s->text[from - 1] != '\n')
        from--;
    return from;
}

/* Turns a stretch of whole lines, so that the first comes last. */
static void swap_lines(sample *s, etp_rng *rng)
{
    size_t from = line_at(s, below(rng, s->size)), until = line_at(s, below(rng, s->size));
    const char *end = memchr(s->text + from, '\n', s->size - from);
    size_t first = end != NULL ? (size_t)(end - s->text) + 1 - from : 0;
    if (first == 0 || until < from + first)
        return;
    char line[TEXT_MAX];
    memcpy(line, s->text + from, first);
    memmove(s->text + from, s->text + from + first, until - from - first);
    memcpy(s->text + until - first, line, first);
}

static void repeat_piece(sample *s, etp_rng *rng)
{
    size_t from = below(rng, s->size), length = below(rng, s->size - from) % 120;
    if (s->size + length > sizeof s->text)
        return;
    memmove(s->text + from + length, s->text + from, s->size - from);
    s->size += length;
}

static void break_file(sample *s, etp_rng *rng)
{
    static void (*const ways[])(sample *, etp_rng *) = {change_byte, change_byte, cut,
                                                        cut_end,     swap_lines,  repeat_piece};
    size_t times = 1 + below(rng, 3);
    for (size_t i = 0; i < times && s->size > 0; i++)
        ways[below(rng, sizeof ways / sizeof *ways)](s, rng);
}

/* Rows, the header not counted. */
static size_t count_rows(const sample *s)
{
    size_t lines = 0;
    for (size_t i = 0, length = 0; i <= s->size; i++) {
        if (i < s->size && s->text[i] != '\n') {
            length += s->text[i] != '\r';
            continue;
        }
        lines += length > 0;
        length = 0;
    }
    return lines - 1;
}

static void check_regular(const etp_trace *trace, const sample *s)
{
    /* A row that is there twice counts once. */
    assert_true(trace->count <= count_rows(s));
    assert_true(trace->count >= 2 && trace->count <= ROWS + 4);
    assert_true(trace->interval > 0 && 24 * ETP_NS_PER_HOUR % trace->interval == 0);
    for (size_t i = 0; i < trace->count; i++)
        assert_true(trace->prices[i] >= -1000000 && trace->prices[i] <= 25000000);
}

static void a_broken_file_is_refused_or_regular(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, SEED);
    unsigned taken = 0, refused = 0;
    counting c = {.left = 0};
    etp_allocator allocator = counting_allocator(&c);
    for (unsigned round = 0; round < ROUNDS; round++) {
        sample s = good_file(round);
        break_file(&s, &rng);
        char *exact = malloc(s.size + (s.size == 0)); /* so that a sanitizer sees a read past the end */
        memcpy(exact, s.text, s.size);
        etp_trace trace;
        etp_error error = {0};
        c.left = 100;
        if (etp_trace_parse(&trace, "broken.csv", exact, s.size, &allocator, &error) == 0) {
            taken++;
            check_regular(&trace, &s);
        } else {
            refused++;
            assert_int_equal(error.code, ETP_EFORMAT);
            assert_int_equal(strncmp(error.text, "broken.csv", 10), 0);
        }
        etp_trace_fini(&trace);
        assert_int_equal(c.bytes, 0);
        free(exact);
    }
    printf("seed %d: %u taken, %u refused\n", SEED, taken, refused);
    assert_true(taken > ROUNDS / 100 && refused > ROUNDS / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_file_is_refused_or_regular),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
