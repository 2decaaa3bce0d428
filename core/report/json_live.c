/* SPDX-License-Identifier: MIT */
#include "report/json_live.h"

static json_t *make_round_trip(const etp_report_delay *delay)
{
    builder to = begin();
    put_count(&to, "p50_us", delay->p50_us);
    put_count(&to, "p99_us", delay->p99_us);
    put_count(&to, "p999_us", delay->p999_us);
    put_count(&to, "max_us", delay->max_us);
    return finish(&to);
}

json_t *etp_report_make_live(const etp_report_live *live)
{
    if (live->transport == NULL)
        return json_null();
    builder to = begin();
    put_text(&to, "transport", live->transport);
    put_count(&to, "links", live->links);
    put_count(&to, "set_up_us", (uint64_t)(live->set_up / ETP_NS_PER_US));
    put_count(&to, "lost", live->lost);
    put_count(&to, "refused", live->refused);
    put_count(&to, "frames", live->frames);
    put_count(&to, "bytes", live->bytes);
    put_count(&to, "sends", live->sends);
    put(&to, "round_trip", make_round_trip(&live->round_trip));
    return finish(&to);
}
