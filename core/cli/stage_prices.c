/* SPDX-License-Identifier: MIT */
/* Prices of a run: from which files, of which days, and where they had to be mended. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/stage.h"
#include "cli/unusable.h"
#include "data/catalogue.h"
#include "data/price_unit.h"
#include "program/output.h"
#include "program/status.h"
#include "world/calendar.h"

/* ---- from a file, or from those of a folder ---- */

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static etp_prices_wanted wanted_prices(const etp_options *options)
{
    etp_prices_wanted wanted = {.region = options->region, .gaps = options->gaps};
    if (options->from != 0) {
        wanted.from = options->from + ETP_NS_PER_DAY / 2;
        wanted.until = wanted.from + (etp_time)options->days * ETP_NS_PER_DAY;
    }
    return wanted;
}

/* Where prices are not found, a file that cannot be used is often why. */
static void log_unusable(const etp_stage *stage, const etp_catalogue *catalogue)
{
    char text[ETP_UNUSABLE_MAX];
    for (size_t i = 0; i < catalogue->count; i++)
        if (etp_file_unusable(&catalogue->files[i], text))
            etp_log(&stage->logger, ETP_LOG_WARN, "prices", "not_used=\"%s\"", text);
}

/* Of 5 minutes if there are such, else of 30: that is how the market's prices were and are made. */
static int load_of_folder(etp_stage *stage, const etp_prices_wanted *wanted, etp_error *error)
{
    static const etp_time intervals[] = {300 * ETP_NS_PER_SECOND, 1800 * ETP_NS_PER_SECOND};
    etp_catalogue catalogue;
    int rc = etp_catalogue_read(&catalogue, stage->options->prices, error);
    if (rc == 0) {
        rc = ETP_ENOENT;
        for (unsigned i = 0; i < 2 && rc == ETP_ENOENT; i++)
            rc = etp_catalogue_load_prices(&catalogue, wanted->region, wanted->from, wanted->until, intervals[i],
                                           wanted->gaps, &stage->trace, &stage->prices, error);
    }
    if (rc != 0)
        log_unusable(stage, &catalogue);
    etp_catalogue_fini(&catalogue);
    return rc == 0 ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

static int load(etp_stage *stage, etp_error *error)
{
    const etp_options *options = stage->options;
    etp_prices_wanted wanted = wanted_prices(options);
    if (!is_folder(options->prices))
        return etp_prices_load(&stage->trace, &options->prices, 1, &wanted, &stage->prices, NULL, error) == ETP_OK
                   ? ETP_EXIT_DONE
                   : ETP_EXIT_FAILED;
    if (options->region != NULL && options->from != 0)
        return load_of_folder(stage, &wanted, error);
    etp_fail(error, ETP_EINVAL,
             "%s is a folder: say which prices of it with --region and --from, such as --region VIC1 --from 2025-01-01",
             options->prices);
    return ETP_EXIT_USAGE;
}

/* A file in the folder of prices is the output of no run: it may be one of them. */
static bool lies_in(const char *path, const char *folder)
{
    char parent[4096];
    struct stat a, b;
    const char *slash = strrchr(path, '/');
    snprintf(parent, sizeof parent, "%.*s", slash != NULL ? (int)(slash - path) + 1 : 1, slash != NULL ? path : ".");
    return stat(path, &a) == 0 && stat(parent, &a) == 0 && stat(folder, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

bool etp_stage_reads_prices(const etp_stage *stage, const char *path)
{
    const char *prices = stage->options->prices;
    if (path == NULL || prices == NULL)
        return false;
    return etp_output_is_file(path, prices) || (is_folder(prices) && lies_in(path, prices));
}

/* Nothing is mended in silence. */
static void log_facts(const etp_stage *stage)
{
    const etp_prices_facts *facts = &stage->prices;
    if (facts->held > 0)
        etp_log(&stage->logger, ETP_LOG_WARN, "prices", "gaps gaps=%zu held=%zu rule=\"the last price is repeated\"",
                facts->gaps, facts->held);
    if (facts->unsorted > 0 || facts->repeats > 0)
        etp_log(&stage->logger, ETP_LOG_WARN, "prices", "order unsorted=%zu repeats=%zu", facts->unsorted,
                facts->repeats);
    if (facts->wrong_zone)
        etp_log(&stage->logger, ETP_LOG_WARN, "prices",
                "zone rule=\"the time zone behind the stamps is wrong by what the rows say: they are NEM time\"");
    etp_error doubt = {0};
    if (etp_price_unit_check(&stage->trace, stage->options->prices, &doubt) != ETP_OK)
        etp_log(&stage->logger, ETP_LOG_WARN, "prices", "unit doubt=\"%s\"", doubt.text);
}

/* ---- the days that are run ---- */

/* How many whole days the trace holds from its first noon on. */
static size_t whole_days(const etp_trace *trace, size_t first)
{
    return (trace->count - first) / (size_t)(ETP_NS_PER_DAY / trace->interval);
}

static int place_days(etp_stage *stage, etp_error *error)
{
    const etp_options *options = stage->options;
    const etp_trace *trace = &stage->trace;
    size_t first;
    if (etp_trace_first_noon(trace, &first) != ETP_OK) {
        etp_fail(error, ETP_ENOENT, "%s: no interval starts at noon, where a day of trading begins", options->prices);
        return ETP_EXIT_FAILED;
    }
    size_t held = whole_days(trace, first);
    if (held < options->days) {
        etp_fail(error, ETP_ERANGE,
                 "%s holds %zu whole %s from its first noon on, and --days asks for %" PRIu64
                 ": ask for fewer, or give a longer file",
                 options->prices, held, held == 1 ? "day" : "days", options->days);
        return ETP_EXIT_USAGE;
    }
    stage->run.first = first;
    return ETP_EXIT_DONE;
}

int etp_stage_load_prices(etp_stage *stage, etp_error *error)
{
    const etp_options *options = stage->options;
    int status = load(stage, error);
    if (status != ETP_EXIT_DONE)
        return status;
    log_facts(stage);
    if (options->clip != 0)
        stage->clipped = etp_trace_clip(&stage->trace, options->clip);
    if (options->interval != 0 && options->interval != stage->trace.interval &&
        etp_trace_resample(&stage->trace, options->interval, error) != ETP_OK)
        return ETP_EXIT_USAGE;
    return place_days(stage, error);
}
