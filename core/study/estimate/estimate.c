/* SPDX-License-Identifier: MIT */
#include "study/estimate/estimate.h"

#include "base/locale.h"
#include "study/estimate/estimator.h"

/* ---- cells that contradict each other ---- */

static int check_cell(const etp_study_view *view, etp_place place, const etp_cell_result *cell,
                      const etp_cell_result *first, etp_error *error)
{
    const etp_study_point *point = etp_place_point(view, place);
    const char *experiment = view->experiments[place.experiment].id;
    if (cell->homes == 0 || cell->blocks == 0 || cell->days == 0)
        return etp_fail(error, ETP_EINVAL, "experiment %s, point %s: a cell has no homes or no weeks", experiment,
                        point->id);
    if (cell->homes != first->homes || cell->blocks != first->blocks || cell->days != first->days)
        return etp_fail(
            error, ETP_EINVAL,
            "experiment %s, point %s: arms of one seed have different homes or weeks (%u homes, %u days against "
            "%u homes, %u days); run it again with --fresh",
            experiment, point->id, cell->homes, cell->days, first->homes, first->days);
    for (unsigned i = 0; i < cell->homes; i++) {
        if (cell->home[i].profile != first->home[i].profile || cell->home[i].capacity != first->home[i].capacity)
            return etp_fail(
                error, ETP_EINVAL,
                "experiment %s, point %s: home %u is another one in another arm of the same seed; run it again "
                "with --fresh",
                experiment, point->id, i);
    }
    return ETP_OK;
}

static int check_seed(const etp_study_view *view, etp_place place, unsigned seed, etp_error *error)
{
    const etp_cell_result *first = NULL;
    for (unsigned i = 0; i < ETP_PRICE_WORLDS * ETP_ARMS; i++) {
        place.world = (etp_price_world)(i / ETP_ARMS);
        const etp_cell_result *cell = etp_place_cell(view, place, (etp_arm)(i % ETP_ARMS), seed);
        first = first != NULL ? first : cell;
        int result = cell != NULL ? check_cell(view, place, cell, first, error) : ETP_OK;
        if (result != ETP_OK)
            return result;
    }
    return ETP_OK;
}

static int check(const etp_study_view *view, etp_error *error)
{
    for (unsigned i = 0; i < view->experiment_count; i++) {
        for (unsigned j = 0; j < view->experiments[i].point_count; j++) {
            for (unsigned seed = 0; seed < view->experiments[i].points[j].seeds; seed++) {
                int result = check_seed(view, (etp_place){(int)i, j, ETP_PRICES_ALL}, seed, error);
                if (result != ETP_OK)
                    return result;
            }
        }
    }
    return ETP_OK;
}

/* ---- the report ---- */

static void write_all(etp_estimator *estimator)
{
    static void (*const parts[])(etp_estimator *) = {
        etp_write_conclusion, etp_write_hypotheses, etp_write_headline, etp_write_days,     etp_write_rivals,
        etp_write_mechanisms, etp_write_league,     etp_write_hours,    etp_write_fairness, etp_write_energy,
        etp_write_firms,      etp_write_links,      etp_write_regions,  etp_write_tornado,  etp_write_flips,
        etp_write_placebo,    etp_write_misleading, etp_write_methods,  etp_write_sources,  etp_write_figures,
    };
    for (unsigned i = 0; i < sizeof parts / sizeof parts[0] && estimator->result == ETP_OK; i++)
        parts[i](estimator);
}

static int make(etp_estimator *estimator, etp_error *error)
{
    etp_estimator_prepare(estimator);
    if (estimator->result == ETP_OK)
        etp_estimate_hypotheses(estimator);
    if (estimator->result == ETP_OK)
        write_all(estimator);
    if (estimator->result != ETP_OK)
        return etp_fail(error, estimator->result, "the report could not be made: %s", etp_strerror(estimator->result));
    return etp_document_check(estimator->document, error);
}

int etp_study_estimate(const etp_study_view *view, const etp_estimate_how *how, etp_document *document,
                       etp_findings *findings, etp_error *error)
{
    if (how->resamples < 100)
        return etp_fail(error, ETP_EINVAL, "an interval needs 100 resamples or more, not %u", how->resamples);
    int result = check(view, error);
    if (result != ETP_OK)
        return result;
    etp_estimator estimator = {.view = view, .how = *how, .document = document};
    locale_t plain = etp_locale_new(), before = uselocale(plain);
    result = make(&estimator, error);
    if (findings != NULL)
        *findings = estimator.findings;
    etp_estimator_fini(&estimator);
    uselocale(before);
    etp_locale_free(plain);
    return result;
}
