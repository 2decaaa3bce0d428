/* SPDX-License-Identifier: MIT */
#include "cli/watch/session.h"

#include <signal.h>
#include <time.h>

#include "cli/watch/feed.h"
#include "etp/watch.h"
#include "program/output.h"
#include "program/status.h"

static const etp_time nap = 10 * ETP_NS_PER_MS;
/* However late the run is, files are looked at after so much of its time. */
static const etp_time slice = 50 * ETP_NS_PER_MS;

typedef struct live {
    const etp_reloads *reloads;
    const etp_session_clock *clock;
    etp_watch *watch;
    etp_feed feed;
    etp_time ahead; /* of the monotonic clock, where the run has no other */
    size_t skipped; /* intervals of which nobody is told */
    bool ending;
} live;

static etp_time clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (etp_time)now.tv_sec * ETP_NS_PER_SECOND + now.tv_nsec;
}

/* ---- the end, when it is asked for ---- */

enum { SIGNALS = 2 };

static const int signals[SIGNALS] = {SIGINT, SIGTERM};
static struct sigaction usual[SIGNALS];
static volatile sig_atomic_t asked_to_end;

bool etp_session_is_ending(void)
{
    return asked_to_end != 0;
}

/* The first asks, the second does what it always does. */
static void on_signal(int number)
{
    asked_to_end = 1;
    for (int i = 0; i < SIGNALS; i++)
        if (signals[i] == number)
            sigaction(number, &usual[i], NULL);
}

/* What was ignored at the start remains ignored. */
static void take_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    asked_to_end = 0;
    for (int i = 0; i < SIGNALS; i++)
        if (sigaction(signals[i], NULL, &usual[i]) == 0 && usual[i].sa_handler != SIG_IGN)
            sigaction(signals[i], &action, NULL);
}

static void give_signals_back(void)
{
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &usual[i], NULL);
}

/* ---- the market ---- */

/* Nobody should watch for an hour what is not being written down. */
static int flush_events(const live *session, etp_error *error)
{
    const etp_stage *stage = session->reloads->stage;
    int failure = stage->events != NULL ? etp_events_writer_flush(stage->events) : 0;
    return failure == 0 ? ETP_EXIT_DONE : etp_output_fail(stage->options->events, failure, error);
}

static int tell_interval(live *session, etp_error *error)
{
    etp_feed_interval(&session->feed, session->reloads->run);
    return flush_events(session, error);
}

/* Interval by interval, so that each gets its line. Returns what etp_run_advance() does. */
static int advance(live *session, etp_time until, etp_error *error)
{
    etp_run *run = session->reloads->run;
    int more = 1;
    bool there = false;
    while (more > 0 && !there) {
        size_t done = etp_run_done(run);
        etp_time end = etp_run_starts(run, done + 1);
        there = until <= end;
        more = etp_run_advance(run, there ? until : end, error);
        bool told = etp_run_done(run) > done && etp_run_done(run) > session->skipped;
        if (told && tell_interval(session, error) != ETP_EXIT_DONE)
            return -1;
    }
    return more;
}

/* What is on real links cannot be hurried: the clock goes on to the end of the interval. */
static int finish(live *session, etp_error *error)
{
    etp_run *run = session->reloads->run;
    etp_feed_ending(&session->feed);
    etp_run_cut(run);
    session->ending = true;
    if (session->clock != NULL)
        return 1;
    int more = etp_run_step(run, error);
    if (more >= 0 && tell_interval(session, error) != ETP_EXIT_DONE)
        return -1;
    return more;
}

/* ---- the files ---- */

static int reload(live *session, etp_script *script, etp_error *error)
{
    const etp_reloads *reloads = session->reloads;
    etp_error refusal = {0};
    unsigned index = etp_crew_find_script(reloads->crew, script);
    etp_member member = etp_crew_member(reloads->crew, index);
    etp_time before = clock_now();
    int result = etp_script_reload(script, etp_run_now(reloads->run), &refusal);
    etp_time took = clock_now() - before;
    if (result == ETP_OK)
        etp_feed_reloaded(&session->feed, &member, took);
    else
        etp_feed_refused(&session->feed, &member, &refusal);
    int status = etp_reloads_tell(reloads, index, result == ETP_OK ? NULL : &refusal, error);
    return status == ETP_EXIT_DONE ? flush_events(session, error) : status;
}

static int look(live *session, etp_time clock, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    etp_script *script;
    while (status == ETP_EXIT_DONE && (script = etp_watch_poll(session->watch, clock)) != NULL)
        status = reload(session, script, error);
    return status;
}

static int watch_all(live *session, etp_error *error)
{
    const etp_crew *crew = session->reloads->crew;
    int result = etp_watch_new(&session->watch, NULL);
    for (unsigned i = 0; i < etp_crew_member_count(crew) && result == ETP_OK; i++)
        result = etp_watch_add(session->watch, etp_crew_member(crew, i).script);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "the scripts' files cannot be watched: %s", etp_strerror(result));
    return ETP_EXIT_FAILED;
}

/* ---- both ---- */

static etp_time time_of(const live *session)
{
    return session->clock != NULL ? session->clock->now(session->clock->user) : clock_now() + session->ahead;
}

static int rest(const live *session, etp_time until, etp_error *error)
{
    if (session->clock != NULL)
        return session->clock->rest(session->clock->user, until, error);
    nanosleep(&(struct timespec){.tv_nsec = nap}, NULL);
    return ETP_EXIT_DONE;
}

/* Where the engine's clock should be, or as far towards it as goes without looking at files. */
static etp_time aim(const live *session)
{
    etp_time now = etp_run_now(session->reloads->run), target = time_of(session);
    return target > now + slice ? now + slice : target;
}

/* To where the clock begins to count: by a clock of its own, before an interval begins; else when one has. Returns what
 * etp_run_advance() does. */
static int skip(live *session, etp_error *error)
{
    etp_run *run = session->reloads->run;
    const etp_stage *stage = session->reloads->stage;
    size_t count = (size_t)(stage->options->skip / stage->trace.interval);
    etp_time begins = etp_run_starts(run, session->clock != NULL ? count : 0);
    int more = etp_run_advance(run, session->clock != NULL ? begins - 1 : begins, error);
    while (session->clock == NULL && more > 0 && etp_run_done(run) < count && !asked_to_end)
        more = etp_run_advance(run, etp_run_starts(run, etp_run_done(run) + 1), error);
    session->skipped = session->clock != NULL ? count : etp_run_done(run);
    if (more > 0 && count > 0)
        etp_feed_skipped(&session->feed, run, session->skipped);
    return more;
}

static int begin_to_count(live *session, etp_error *error)
{
    const etp_run *run = session->reloads->run;
    if (session->clock != NULL)
        return session->clock->begin(session->clock->user, session->reloads, error);
    session->ahead = etp_run_starts(run, etp_run_done(run)) - clock_now();
    return ETP_EXIT_DONE;
}

/* To now, and what there is to be seen there. Returns what etp_run_advance() does. */
static int go_on(live *session, etp_error *error)
{
    if (time_of(session) <= etp_run_now(session->reloads->run) + nap &&
        rest(session, time_of(session) + nap, error) != ETP_EXIT_DONE)
        return -1;
    int more = advance(session, aim(session), error);
    if (more > 0 && look(session, clock_now(), error) != ETP_EXIT_DONE)
        return -1;
    return more;
}

static int follow_clock(live *session, etp_error *error)
{
    int more = skip(session, error);
    if (more > 0 && begin_to_count(session, error) != ETP_EXIT_DONE)
        more = -1;
    while (more > 0) {
        more = go_on(session, error);
        if (more > 0 && asked_to_end && !session->ending)
            more = finish(session, error);
    }
    return more < 0 ? ETP_EXIT_FAILED : ETP_EXIT_DONE;
}

int etp_session_play(const etp_reloads *reloads, const etp_session_clock *clock, etp_error *error)
{
    live session = {.reloads = reloads, .clock = clock};
    take_signals();
    etp_reloads_begin(reloads);
    int status = etp_feed_begin(&session.feed, reloads->stage, reloads->crew, error);
    if (status == ETP_EXIT_DONE)
        status = flush_events(&session, error);
    if (status == ETP_EXIT_DONE)
        status = watch_all(&session, error);
    if (status == ETP_EXIT_DONE)
        status = follow_clock(&session, error);
    etp_watch_free(session.watch);
    etp_feed_fini(&session.feed);
    give_signals_back();
    return status;
}
