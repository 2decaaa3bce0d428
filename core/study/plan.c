/* SPDX-License-Identifier: MIT */
#include "study/plan_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "program/status.h"
#include "study/days.h"
#include "study/setup.h"
#include "world/calendar.h"

/* ---- what is left out ---- */

static int leave_out(etp_plan *plan, etp_error *error, const char *format, ...) ETP_PRINTF(3, 4);

static int leave_out(etp_plan *plan, etp_error *error, const char *format, ...)
{
    char text[2 * ETP_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    char **longer = realloc(plan->left_out, (plan->left_out_count + 1) * sizeof *longer);
    if (longer != NULL)
        plan->left_out = longer;
    if (copy == NULL || longer == NULL) {
        free(copy);
        return etp_plan_fail_memory(error);
    }
    memcpy(copy, text, size);
    plan->left_out[plan->left_out_count++] = copy;
    return ETP_EXIT_DONE;
}

/* ---- setups ---- */

static void set_built_in(etp_setup *setup)
{
    etp_knob_read(ETP_KNOB_HOMES_SOURCE, "built-in", &setup->values[ETP_KNOB_HOMES_SOURCE], NULL);
}

void etp_plan_base(const etp_plan_how *how, etp_setup *setup)
{
    *setup = how->scenario->base;
    if (how->quick)
        etp_overrides_apply(&how->scenario->quick, setup);
    etp_overrides_apply(how->set, setup);
    if (how->built_in)
        set_built_in(setup);
}

static void make_setup(const etp_plan_how *how, const etp_scenario_experiment *experiment,
                       const etp_scenario_point *point, etp_setup *setup)
{
    *setup = how->scenario->base;
    etp_overrides_apply(&experiment->set, setup);
    if (how->quick)
        etp_overrides_apply(&how->scenario->quick, setup);
    etp_overrides_apply(how->set, setup);
    etp_overrides_apply(&point->set, setup);
    if (how->built_in)
        set_built_in(setup);
}

static int fail_point(const etp_scenario_experiment *experiment, const etp_scenario_point *point, const char *reason,
                      etp_error *error)
{
    etp_fail(error, ETP_EINVAL, "experiment %s, point %s: %s", experiment->id, point->id, reason);
    return ETP_EXIT_USAGE;
}

/* ---- points ---- */

static etp_price highest(const char *text)
{
    etp_tariff tariff;
    etp_price most = 0;
    if (etp_tariff_parse(&tariff, text, NULL) != ETP_OK)
        return 0;
    for (unsigned i = 0; i < tariff.steps; i++)
        most = tariff.price[i] > most ? tariff.price[i] : most;
    return most;
}

static void describe_span(etp_plan_point *point)
{
    const etp_series *series = point->series[ETP_PRICES_ALL];
    unsigned pieces = (unsigned)etp_setup_number(&point->setup, ETP_KNOB_PRICES_PIECES);
    unsigned days = (unsigned)etp_setup_number(&point->setup, ETP_KNOB_PRICES_PIECE_DAYS);
    etp_time starts = series->trace.starts + (etp_time)series->first_noon * series->interval;
    etp_time ends = starts + (pieces == 1 ? days : series->days) * ETP_NS_PER_DAY;
    int used = 0;
    if (pieces > 1)
        used = snprintf(point->span, sizeof point->span, "%u times %u days from ", pieces, days);
    snprintf(point->span + used, sizeof point->span - (size_t)used, "%s to %s", etp_day_show(starts).text,
             etp_day_show(ends).text);
}

static void describe_point(const etp_scenario_experiment *experiment, const etp_scenario_point *from,
                           etp_plan_point *point, etp_study_point *about)
{
    const etp_series *series = point->series[ETP_PRICES_ALL];
    describe_span(point);
    *about = (etp_study_point){.id = from->id,
                               .label = from->label,
                               .group = from->group,
                               .side = from->side,
                               .value = from->value,
                               .base = -1,
                               .seeds = (unsigned)etp_setup_number(&point->setup, ETP_KNOB_SEEDS_COUNT),
                               .days = etp_setup_days(&point->setup),
                               .blocks = etp_setup_days(&point->setup) / ETP_BLOCK_DAYS,
                               .arms = experiment->arms,
                               .worlds = experiment->worlds,
                               .region = series->trace.region,
                               .span = point->span,
                               .feed_in = highest(etp_setup_text(&point->setup, ETP_KNOB_TARIFFS_FEED_IN)),
                               .interval = series->interval,
                               .condition = from->condition};
}

/* `*there` is false for a point whose prices cannot be had, which is then told in plan->left_out. */
static int find_prices(etp_plan *plan, const etp_plan_how *how, const etp_scenario_experiment *experiment,
                       const etp_scenario_point *from, etp_plan_point *point, bool *there, etp_error *error)
{
    *there = true;
    for (unsigned world = 0; world < ETP_PRICE_WORLDS; world++) {
        const etp_series *series = etp_series_of(how->series, &point->setup, (etp_price_world)world);
        if (series == NULL)
            return etp_plan_fail_memory(error);
        point->series[world] = series;
        if (series->code == ETP_ENOMEM)
            return etp_plan_fail_memory(error);
        if (series->code == ETP_ENOENT) {
            *there = false;
            return leave_out(plan, error, "%s, %s: %s", experiment->title, from->label, series->reason);
        }
        if (series->code != ETP_OK) {
            etp_fail(error, series->code, "experiment %s, point %s: %s", experiment->id, from->id, series->reason);
            return ETP_EXIT_FAILED;
        }
    }
    return ETP_EXIT_DONE;
}

static int check_pieces(const etp_scenario_experiment *experiment, const etp_scenario_point *from,
                        const etp_plan_point *point, etp_error *error)
{
    char reason[ETP_ERROR_TEXT_MAX];
    unsigned wanted = etp_setup_days(&point->setup), held = point->series[ETP_PRICES_ALL]->days;
    unsigned pieces = (unsigned)etp_setup_number(&point->setup, ETP_KNOB_PRICES_PIECES);
    if (wanted <= held)
        return ETP_EXIT_DONE;
    snprintf(reason, sizeof reason,
             "prices.pieces x prices.piece_days are %u x %u days, and there are %u days from the first noon to "
             "prices.until: take fewer",
             pieces, wanted / pieces, held);
    return fail_point(experiment, from, reason, error);
}

static int make_point(etp_plan *plan, const etp_plan_how *how, const etp_scenario_experiment *experiment,
                      const etp_scenario_point *from, etp_plan_point *point, etp_study_point *about, bool *there,
                      etp_error *error)
{
    etp_error inner = {0};
    make_setup(how, experiment, from, &point->setup);
    if (how->built_in && etp_setup_number(&point->setup, ETP_KNOB_HOMES_LOAD) != 1) {
        *there = false;
        return leave_out(plan, error, "%s, %s: it needs measured households", experiment->title, from->label);
    }
    if (etp_setup_check(&point->setup, &inner) != ETP_OK)
        return fail_point(experiment, from, inner.text, error);
    int status = find_prices(plan, how, experiment, from, point, there, error);
    if (status != ETP_EXIT_DONE || !*there)
        return status;
    status = check_pieces(experiment, from, point, error);
    if (status == ETP_EXIT_DONE && strcmp(etp_setup_text(&point->setup, ETP_KNOB_HOMES_SOURCE), "measured") == 0)
        status = etp_households_of(how->households, etp_setup_text(&point->setup, ETP_KNOB_PRICES_REGION),
                                   &point->households, error);
    if (status == ETP_EXIT_DONE) {
        describe_point(experiment, from, point, about);
        status = etp_cast_add(how->cast, &point->setup, error);
    }
    return status == ETP_EXIT_DONE ? etp_plan_ask(plan, how, point, about, error) : status;
}

/* ---- experiments ---- */

static void find_bases(const etp_scenario_experiment *from, etp_study_point *about, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        const char *base = NULL;
        for (unsigned j = 0; j < from->point_count; j++)
            if (strcmp(from->points[j].id, about[i].id) == 0)
                base = from->points[j].base;
        for (unsigned j = 0; base != NULL && j < count; j++)
            if (strcmp(about[j].id, base) == 0)
                about[i].base = (int)j;
    }
}

static int make_experiment(etp_plan *plan, const etp_plan_how *how, const etp_scenario_experiment *from,
                           etp_error *error)
{
    etp_plan_experiment *own = &plan->own[plan->experiment_count];
    unsigned count = 0;
    own->measured = from->measured;
    own->points = calloc(from->point_count, sizeof *own->points);
    own->about = calloc(from->point_count, sizeof *own->about);
    etp_study_experiment *about = &plan->experiments[plan->experiment_count++];
    *about = (etp_study_experiment){.id = from->id, .title = from->title, .axis = from->axis, .points = own->about};
    if (own->points == NULL || own->about == NULL)
        return etp_plan_fail_memory(error);
    for (unsigned i = 0; i < from->point_count; i++) {
        bool there;
        int status =
            make_point(plan, how, from, &from->points[i], &own->points[count], &own->about[count], &there, error);
        if (status != ETP_EXIT_DONE) {
            about->point_count = count + 1;
            return status;
        }
        count += there;
    }
    about->point_count = count;
    find_bases(from, own->about, count);
    return ETP_EXIT_DONE;
}

/* The short version is one sentence, whatever it lacks. */
static int tell_quick(etp_plan *plan, const etp_scenario *scenario, etp_error *error)
{
    char list[ETP_ERROR_TEXT_MAX] = "";
    for (unsigned i = 0; i < scenario->experiment_count; i++) {
        size_t used = strlen(list);
        if (!scenario->experiments[i].quick)
            snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? "; " : "", scenario->experiments[i].title);
    }
    return list[0] != '\0' ? leave_out(plan, error, "this is the short version, without: %s", list) : ETP_EXIT_DONE;
}

static int check_headline(const etp_plan *plan, etp_error *error)
{
    for (unsigned i = 0; i < plan->experiment_count; i++)
        if (plan->experiments[i].point_count > 0)
            return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOENT, "nothing can be run: %s",
             plan->left_out_count > 0 ? plan->left_out[0] : "no experiments");
    return ETP_EXIT_FAILED;
}

int etp_plan_make(etp_plan *plan, const etp_plan_how *how, etp_error *error)
{
    const etp_scenario *scenario = how->scenario;
    *plan = (etp_plan){0};
    plan->experiments = calloc(scenario->experiment_count, sizeof *plan->experiments);
    plan->own = calloc(scenario->experiment_count, sizeof *plan->own);
    int status = plan->experiments != NULL && plan->own != NULL ? ETP_EXIT_DONE : etp_plan_fail_memory(error);
    for (unsigned i = 0; i < scenario->experiment_count && status == ETP_EXIT_DONE; i++) {
        const etp_scenario_experiment *from = &scenario->experiments[i];
        if (how->quick && !from->quick)
            continue;
        if (how->built_in && from->measured)
            status = leave_out(plan, error, "%s: it needs real prices", from->title);
        else
            status = make_experiment(plan, how, from, error);
    }
    if (status == ETP_EXIT_DONE && how->quick)
        status = tell_quick(plan, scenario, error);
    return status == ETP_EXIT_DONE ? check_headline(plan, error) : status;
}

void etp_plan_fini(etp_plan *plan)
{
    for (unsigned i = 0; i < plan->experiment_count; i++) {
        for (unsigned j = 0; plan->own[i].points != NULL && j < plan->experiments[i].point_count; j++)
            free(plan->own[i].points[j].cells);
        free(plan->own[i].points);
        free(plan->own[i].about);
    }
    for (unsigned i = 0; i < plan->cell_count; i++) {
        etp_cell_result_fini(&plan->cells[i]->result);
        free(plan->cells[i]);
    }
    for (unsigned i = 0; i < plan->left_out_count; i++)
        free(plan->left_out[i]);
    free(plan->left_out);
    free(plan->experiments);
    free(plan->own);
    free(plan->cells);
    free(plan->table);
    *plan = (etp_plan){0};
}
