/* SPDX-License-Identifier: MIT */
#include "cli/describe.h"

#include <string.h>

#include "cli/option_table.h"
#include "program/world_params.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;

static void resolve(etp_options *options, const etp_stage *stage)
{
    *options = *stage->options;
    options->rivals = stage->lineup.rivals;
    options->owners = stage->lineup.count;
    options->portfolios = stage->run.portfolios;
    options->interval = stage->trace.interval;
    options->reserve = stage->lineup.policy.path;
    options->pace = stage->run.beat != 0 ? stage->pace : 0;
}

static bool describe_option(etp_report_setting *setting, const etp_options *options, unsigned index)
{
    etp_option_value value;
    etp_option_value_of(options, index, &value);
    *setting = (etp_report_setting){.name = etp_option_table[index].name, .number = value.number};
    switch (value.kind) {
    case ETP_OPTION_ACTION:
        return false;
    case ETP_OPTION_BOOL:
        setting->kind = ETP_SETTING_BOOL;
        return true;
    case ETP_OPTION_NUMBER:
        setting->kind = ETP_SETTING_NUMBER;
        return true;
    case ETP_OPTION_TEXT:
        setting->kind = ETP_SETTING_TEXT;
        memcpy(setting->buffer, value.buffer, sizeof setting->buffer);
        setting->text = value.text == value.buffer ? NULL : value.text;
        return true;
    case ETP_OPTION_NONE:
    default:
        setting->kind = ETP_SETTING_NULL;
        return true;
    }
}

static unsigned describe_options(etp_report_setting *settings, const etp_options *options)
{
    unsigned count = 0;
    for (unsigned i = 0; i < etp_option_count(); i++)
        count += describe_option(&settings[count], options, i);
    return count;
}

static unsigned describe_world(etp_report_setting *settings, const etp_run_options *run)
{
    unsigned count = 0;
    for (; count < etp_world_param_count() && count < ETP_WORLD_PARAMS_MAX; count++)
        settings[count] = (etp_report_setting){.name = etp_world_param_describe(count).name,
                                               .kind = ETP_SETTING_NUMBER,
                                               .number = etp_world_param_get(run, count)};
    return count;
}

static etp_report_prices describe_prices(const etp_stage *stage)
{
    const etp_trace *trace = &stage->trace;
    const etp_run_options *run = &stage->run;
    etp_price sum = 0;
    for (size_t i = 0; i < run->intervals; i++)
        sum += trace->prices[run->first + i];
    return (etp_report_prices){.source = trace->source,
                               .region = trace->region,
                               .hash = trace->hash,
                               .starts = trace->starts + (etp_time)run->first * trace->interval,
                               .interval = trace->interval,
                               .count = run->intervals,
                               .mean = sum / (etp_price)run->intervals,
                               .held = stage->prices.held,
                               .repeats = stage->prices.repeats,
                               .unsorted = stage->prices.unsorted,
                               .interventions = stage->prices.interventions,
                               .clip = stage->options->clip,
                               .clipped = stage->clipped};
}

static bool is_usual_network(const etp_network_options *network)
{
    etp_run_options usual;
    etp_run_defaults(&usual);
    return network->delay == usual.network.delay && network->jitter == usual.network.jitter && network->loss_ppm == 0 &&
           network->duplicate_ppm == 0 && network->reorder_ppm == 0 && network->flip_ppm == 0 &&
           network->bandwidth == 0;
}

void etp_describe(etp_report *report, etp_description *description, const etp_stage *stage)
{
    const etp_options *options = &description->options;
    const etp_run_options *run = &stage->run;
    resolve(&description->options, stage);
    *report = (etp_report){.command = "run",
                           .options = description->settings,
                           .option_count = describe_options(description->settings, options),
                           .world = description->world,
                           .world_count = describe_world(description->world, run),
                           .seed = run->seed,
                           .mechanism = run->mechanism,
                           .conduct = run->conduct,
                           .reserves_told = (run->disclose & ETP_DISCLOSE_RESERVE) != 0,
                           .feed_in = options->fit.text,
                           .delay = options->live != NULL ? 0 : run->network.delay,
                           .hold = run->timing.hold,
                           .network_given = !is_usual_network(&run->network),
                           .prices = describe_prices(stage),
                           .homes = run->homes,
                           .days = (double)run->intervals * (double)stage->trace.interval / (double)day,
                           .given = options->given,
                           .alone_name = stage->lineup.entrants[stage->lineup.first].name};
}
