/* SPDX-License-Identifier: MIT */
/*
 * A strategy is edited while its market runs. Here the program itself plays the person with the editor: it saves new
 * texts over the file, one of them broken, and its watch sees them. Each is loaded, tried out and takes over between two
 * intervals, or is refused while the version before goes on.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <etp/etp.h>
#include <etp/script.h>
#include <etp/watch.h>

#define HEAD "local S = { api = 1, role = 'aggregator' }\n"

/* Saved when so many intervals are over; the first before the start. */
static const struct save {
    size_t interval;
    const char *text;
} saves[] = {
    {0, HEAD "function S.on_offer(ctx, offer)\n"
             "  ctx.state.asked = (ctx.state.asked or 0) + 1\n"
             "  return offer.value - 3\n"
             "end\n"
             "return S\n"},
    {100, HEAD "function S.on_load(ctx, saved)\n"
               "  ctx.log('the version before was asked ' .. saved.asked .. ' times')\n"
               "  ctx.state.asked = saved.asked\n"
               "end\n"
               "function S.on_offer(ctx, offer) return offer.value - 0.5 end\n"
               "return S\n"},
    {150, HEAD "function S.on_offer(ctx, offer) return offer.vlaue end\n"
               "return S\n"},
};
enum { SAVES = sizeof saves / sizeof saves[0] };

static int save(const char *text)
{
    FILE *file = fopen("mine.lua", "w");
    if (file == NULL)
        return ETP_EIO;
    int written = fputs(text, file);
    return fclose(file) == 0 && written >= 0 ? ETP_OK : ETP_EIO;
}

static void write_line(void *user, etp_log_level level, const char *component, const char *line)
{
    (void)user;
    (void)level;
    if (strcmp(component, "script") == 0) /* what scripts say; reloads are told below */
        printf("  %s: %s\n", component, line);
}

/* Between two calls of the engine, every 20 to 25 ms: has somebody saved something, and will it do? */
static void take_saves(etp_watch *watch, etp_time clock, etp_time now)
{
    etp_error error;
    etp_script *script;
    while ((script = etp_watch_poll(watch, clock)) != NULL) {
        if (etp_script_reload(script, now, &error) == ETP_OK)
            printf("%s: version %u takes over\n", etp_script_name(script), etp_script_version(script));
        else
            printf("version %u goes on, for the new one was refused:\n%s\n", etp_script_version(script), error.text);
    }
}

static int run_market(etp_run *run, etp_watch *watch, etp_error *error)
{
    int more = 1;
    for (unsigned next = 1; more == 1;) {
        more = etp_run_step(run, error);
        size_t done = etp_run_done(run);
        if (next < SAVES && done == saves[next].interval && (more = save(saves[next++].text)) == ETP_OK)
            more = 1;
        /* Any clock that does not go back will do for a watch. This one is made up, as the market's is. */
        take_saves(watch, (etp_time)done * 25 * ETP_NS_PER_MS, etp_run_now(run));
    }
    return more;
}

static int run_with(etp_script *script, const etp_trace *trace, etp_error *error)
{
    const etp_firm firm = {
        .name = "mine", .hooks = etp_script_aggregator_hooks(script), .user = script, .portfolio = 0};
    etp_run_options options;
    etp_run_defaults(&options);
    options.homes = 20;
    options.firms = &firm;
    options.firm_count = options.portfolios = 1;
    options.trace = trace;
    options.intervals = trace->count;
    etp_run *run = NULL;
    etp_watch *watch = NULL;
    etp_firm_result bought;
    int result = etp_watch_new(&watch, NULL);
    if (result == ETP_OK)
        result = etp_watch_add(watch, script);
    if (result == ETP_OK)
        result = etp_run_new(&run, &options, error);
    if (result == ETP_OK)
        result = run_market(run, watch, error);
    if (result == ETP_OK && etp_run_firm(run, 0, &bought) == ETP_OK)
        printf("%llu trades\n", (unsigned long long)bought.trades);
    etp_run_free(run);
    etp_watch_free(watch);
    return result;
}

int main(void)
{
    char folder[] = "/tmp/reload-strategy-XXXXXX";
    if (mkdtemp(folder) == NULL || chdir(folder) != 0 || save(saves[0].text) != ETP_OK)
        return 1;
    const etp_logger logger = {.write = write_line, .level = ETP_LOG_INFO};
    etp_script_options options;
    etp_script_defaults(&options);
    options.logger = &logger;
    etp_error error = {0};
    etp_script *script = NULL;
    etp_trace trace = {0};
    int result = etp_script_load(&script, "mine.lua", &options, &error);
    if (result == ETP_OK)
        result = etp_trace_generate(&trace, 1, 300 * ETP_NS_PER_SECOND, 1, NULL);
    if (result == ETP_OK)
        result = run_with(script, &trace, &error);
    if (result != ETP_OK)
        fprintf(stderr, "%s\n", error.text[0] != '\0' ? error.text : etp_strerror(result));
    etp_trace_fini(&trace);
    etp_script_free(script);
    unlink("mine.lua");
    return rmdir(folder) == 0 && result == ETP_OK ? 0 : 1;
}
