/* SPDX-License-Identifier: MIT */
#include "run/schedule.h"

#include <assert.h>
#include <string.h>

/* ---- a list of slopes, the steepest first ---- */

typedef struct piece {
    double slope;  /* micro-dollars for a mWh in the cells */
    double length; /* mWh */
} piece;

typedef struct curve {
    piece pieces[ETP_SCHEDULE_PIECES];
    unsigned count;
    double at_floor; /* V of the empty battery, micro-dollars */
} curve;

static void insert(curve *v, double slope, double length)
{
    unsigned i = v->count;
    if (length <= 0)
        return;
    while (i > 0 && v->pieces[i - 1].slope < slope)
        i--;
    if (i > 0 && v->pieces[i - 1].slope <= slope) {
        v->pieces[i - 1].length += length;
        return;
    }
    assert(v->count < ETP_SCHEDULE_PIECES);
    memmove(&v->pieces[i + 1], &v->pieces[i], (v->count - i) * sizeof *v->pieces);
    v->pieces[i] = (piece){slope, length};
    v->count++;
}

/* Takes `length` off the end, where slopes are least. */
static void cut_end(curve *v, double length)
{
    while (v->count > 0 && length > 0) {
        piece *last = &v->pieces[v->count - 1];
        if (last->length > length) {
            last->length -= length;
            return;
        }
        length -= last->length;
        v->count--;
    }
}

/* Takes `length` off the front, and returns what it was worth. */
static double cut_front(curve *v, double length)
{
    double worth = 0;
    unsigned gone = 0;
    while (gone < v->count && length > 0) {
        piece *first = &v->pieces[gone];
        double part = first->length < length ? first->length : length;
        worth += part * first->slope;
        first->length -= part;
        length -= part;
        gone += first->length <= 0;
    }
    v->count -= gone;
    memmove(v->pieces, v->pieces + gone, v->count * sizeof *v->pieces);
    return worth;
}

static double length_worth_at_least(const curve *v, double slope)
{
    double length = 0;
    for (unsigned i = 0; i < v->count && v->pieces[i].slope >= slope; i++)
        length += v->pieces[i].length;
    return length;
}

static double worth_of(const curve *v, double length)
{
    double worth = v->at_floor;
    for (unsigned i = 0; i < v->count && length > 0; i++) {
        double part = v->pieces[i].length < length ? v->pieces[i].length : length;
        worth += part * v->pieces[i].slope;
        length -= part;
    }
    return worth;
}

/* ---- one interval backwards ---- */

/* What does not change from interval to interval. */
typedef struct planner {
    const etp_battery_spec *spec;
    double efficiency;   /* one way */
    double power, limit; /* of the inverter and of the meter, mWh in an interval */
    double wear;         /* micro-dollars per mWh, and so are prices below */
} planner;

static double least(double a, double b)
{
    return a < b ? a : b;
}

static double per_mwh(etp_price price)
{
    return (double)price / (double)ETP_ENERGY_PER_KWH;
}

static void charge(const planner *p, curve *v, const etp_schedule_step *step)
{
    double surplus = (double)(step->pv - step->load), feed_in = per_mwh(step->feed_in);
    double most = least(surplus, p->power);
    double spilled = least(surplus - most, p->limit); /* beyond the inverter's power, whatever is stored */
    double room = least(most, p->limit - spilled);
    insert(v, feed_in / p->efficiency, room * p->efficiency);
    insert(v, 0, (most - room) * p->efficiency);
    v->at_floor += spilled * feed_in + cut_front(v, most * p->efficiency);
}

static void serve(const planner *p, curve *v, const etp_schedule_step *step)
{
    double deficit = (double)(step->load - step->pv), retail = per_mwh(step->retail);
    double served = least(deficit, p->power) / p->efficiency;
    v->at_floor -= deficit * retail;
    insert(v, (retail - p->wear) * p->efficiency, served);
    cut_end(v, served);
}

static double lot_of(const planner *p, const etp_schedule_step *step)
{
    double lot = least(p->power - (double)(step->load - step->pv), p->limit);
    return lot > 0 ? lot : 0;
}

static void sell(const planner *p, curve *v, etp_schedule_step *step)
{
    double slope = (per_mwh(step->feed_in) - p->wear) * p->efficiency;
    double lot = lot_of(p, step) / p->efficiency;
    step->keep = INT64_MAX;
    if (slope <= 0)
        return;
    /* Rounded up: at the level itself there is nothing to choose. */
    step->keep = p->spec->floor + (etp_energy)length_worth_at_least(v, slope) + 1;
    insert(v, slope, lot);
    cut_end(v, lot);
}

etp_money etp_schedule_plan(const etp_home *home, etp_schedule_step *steps, size_t count, etp_time interval,
                            etp_price stored_value)
{
    const etp_battery_spec *spec = &home->battery.spec;
    planner p = {.spec = spec,
                 .efficiency = (double)spec->one_way_ppm / 1e6,
                 .power = (double)etp_energy_of(spec->power, interval),
                 .limit = (double)etp_energy_of(spec->export_limit, interval),
                 .wear = per_mwh(spec->wear)};
    double above_floor = (double)(home->battery.stored - spec->floor);
    curve v = {.count = 0};
    insert(&v, per_mwh(stored_value), (double)(spec->capacity - spec->floor));
    v.at_floor = per_mwh(stored_value) * (double)(spec->floor - home->battery.stored);
    for (size_t i = count; i-- > 0;) {
        steps[i].keep = INT64_MAX;
        if (steps[i].pv > steps[i].load) {
            charge(&p, &v, &steps[i]);
        } else {
            serve(&p, &v, &steps[i]);
            sell(&p, &v, &steps[i]);
        }
    }
    return (etp_money)-worth_of(&v, above_floor);
}

/* ---- following the plan ---- */

etp_energy etp_schedule_sale(const etp_home *home, const etp_schedule_step *step, etp_time interval)
{
    const etp_battery *battery = &home->battery;
    if (step->pv > step->load || battery->stored <= step->keep)
        return 0;
    etp_power own_use = (step->load - step->pv) * 3600 / (interval / ETP_NS_PER_SECOND);
    etp_energy lot = etp_battery_lot(battery, interval, own_use, 0);
    etp_energy wanted = (battery->stored - step->keep) * (etp_energy)battery->spec.one_way_ppm / 1000000;
    return wanted < lot ? wanted : lot;
}
