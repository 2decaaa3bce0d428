/* SPDX-License-Identifier: MIT */
/* What was found out, for programs. docs/scripting.md names every field. */
#include "cli/check/check.h"
#include "report/json_pieces.h"

enum { SCHEMA_VERSION = 1 };

static const char *const kind_names[] = {"error", "warning", "note"};

static json_t *make_finding(const etp_finding *finding)
{
    builder to = begin();
    put_text(&to, "kind", kind_names[finding->kind]);
    put(&to, "hook", finding->hook != NULL ? json_string(finding->hook) : json_null());
    put_text(&to, "text", finding->text);
    return finish(&to);
}

static json_t *make_hook(const etp_rehearsal_hook *hook, const etp_hook_cost *cost)
{
    builder to = begin();
    put_text(&to, "name", hook->name);
    put_count(&to, "calls", hook->calls);
    put_count(&to, "failures", hook->failures);
    put(&to, "instructions",
        hook->calls > 0 ? json_real((double)hook->instructions / (double)hook->calls) : json_null());
    put_count(&to, "most_instructions", hook->most_instructions);
    put(&to, "ns", cost->timed ? json_real(cost->ns) : json_null());
    put(&to, "empty_ns", cost->timed ? json_real(cost->empty_ns) : json_null());
    return finish(&to);
}

static json_t *make_findings(const etp_examination *examination)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < examination->finding_count; i++)
        append(&to, make_finding(&examination->findings[i]));
    return finish_list(&to);
}

static json_t *make_hooks(const etp_examination *examination)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < examination->rehearsal.hook_count; i++)
        append(&to, make_hook(&examination->rehearsal.hooks[i], &examination->costs[i]));
    return finish_list(&to);
}

static json_t *make_unused(const etp_rehearsal *rehearsal)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < rehearsal->unused_count; i++)
        append(&to, json_string(rehearsal->unused[i]));
    return finish_list(&to);
}

static json_t *make_examination(const etp_examination *examination)
{
    builder to = begin();
    put_text(&to, "file", examination->path);
    put_bool(&to, "ok", examination->error_count == 0);
    put_count(&to, "errors", examination->error_count);
    put_count(&to, "warnings", examination->warning_count);
    put(&to, "name", examination->loaded ? make_text(examination->name) : json_null());
    put(&to, "role", examination->loaded ? json_string(etp_role_name(examination->role)) : json_null());
    put(&to, "hash", examination->loaded ? json_string(examination->hash) : json_null());
    put(&to, "memory_bytes", examination->loaded ? json_integer((json_int_t)examination->memory) : json_null());
    put(&to, "findings", make_findings(examination));
    put(&to, "hooks", make_hooks(examination));
    put(&to, "unused_hooks", make_unused(&examination->rehearsal));
    return finish(&to);
}

static json_t *make_files(etp_examination *const *list, unsigned count)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < count; i++)
        append(&to, make_examination(list[i]));
    return finish_list(&to);
}

int etp_examinations_write_json(etp_examination *const *list, unsigned count, FILE *out)
{
    builder to = begin();
    put_whole(&to, "schema_version", SCHEMA_VERSION);
    put_text(&to, "version", etp_version());
    put_text(&to, "command", "check");
    put(&to, "files", make_files(list, count));
    return write_whole(finish(&to), out);
}
