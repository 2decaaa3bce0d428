/* SPDX-License-Identifier: MIT */
/* The plots of a document: what is to be drawn, not how. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/document/internal.h"

/* More points than this do not show in a Lorenz curve. */
enum { LORENZ_POINTS_MAX = 200 };

static const struct {
    const char *name;
    etp_plot_form form;
} kinds[ETP_PLOT_KINDS] = {
    [ETP_PLOT_LINE] = {"line", ETP_FORM_XY},       [ETP_PLOT_BAND] = {"band", ETP_FORM_XY},
    [ETP_PLOT_AREA] = {"area", ETP_FORM_XY},       [ETP_PLOT_LORENZ] = {"lorenz", ETP_FORM_XY},
    [ETP_PLOT_BARS] = {"bars", ETP_FORM_CATEGORY}, [ETP_PLOT_GROUPED_BARS] = {"grouped-bars", ETP_FORM_CATEGORY},
    [ETP_PLOT_DOTS] = {"dots", ETP_FORM_CATEGORY}, [ETP_PLOT_TORNADO] = {"tornado", ETP_FORM_SWING},
};

etp_plot_kind etp_plot_kind_find(const char *name)
{
    etp_plot_kind kind = 0;
    while (kind < ETP_PLOT_KINDS && strcmp(kinds[kind].name, name) != 0)
        kind++;
    return kind;
}

etp_plot_form etp_plot_form_of(etp_plot_kind kind)
{
    return kinds[kind].form;
}

/* ---- a plot ---- */

static bool is_sound(const etp_plot *plot)
{
    return plot != NULL && etp_document_is_sound(plot->document);
}

static void put_text(etp_plot *plot, const char *name, const char *text)
{
    etp_document_put(plot->document, plot->json, name, etp_document_make_text(text));
}

etp_plot *etp_document_plot(etp_document *document, const char *id, etp_plot_kind kind, const char *title,
                            const char *x_label, const char *y_label)
{
    if ((unsigned)kind >= ETP_PLOT_KINDS)
        etp_document_blame(document, ETP_EINVAL, "a plot is of no kind that there is");
    json_t *item = etp_document_take_id(document, id) ? etp_document_item(document, "plot") : NULL;
    if (item == NULL)
        return NULL;
    etp_plot *plot = calloc(1, sizeof *plot);
    if (plot == NULL) {
        etp_document_blame(document, ETP_ENOMEM, "no memory for the report");
        return NULL;
    }
    *plot = (etp_plot){.document = document, .json = item, .kind = kind, .next = document->plots};
    document->plots = plot;
    put_text(plot, "id", id);
    put_text(plot, "kind", kinds[kind].name);
    put_text(plot, "title", title);
    put_text(plot, "x_label", x_label);
    put_text(plot, "y_label", y_label);
    put_text(plot, "note", "");
    etp_plot_digits(plot, ETP_DIGITS_AUTO, ETP_DIGITS_AUTO);
    plot->series = etp_document_put_list(document, item, "series");
    return plot;
}

void etp_plot_note(etp_plot *plot, const char *format, ...)
{
    if (!is_sound(plot))
        return;
    va_list args;
    va_start(args, format);
    etp_document_put(plot->document, plot->json, "note", etp_document_make_formatted(plot->document, format, args));
    va_end(args);
}

void etp_plot_digits(etp_plot *plot, int x_digits, int y_digits)
{
    if (!is_sound(plot))
        return;
    if (x_digits < ETP_DIGITS_AUTO || x_digits > ETP_DIGITS_MAX || y_digits < ETP_DIGITS_AUTO ||
        y_digits > ETP_DIGITS_MAX)
        etp_document_blame(plot->document, ETP_EINVAL,
                           "plot %s: a number has 0 to %d digits, or %d for as many as it "
                           "takes",
                           json_string_value(json_object_get(plot->json, "id")), ETP_DIGITS_MAX, ETP_DIGITS_AUTO);
    etp_document_put(plot->document, plot->json, "x_digits", json_integer(x_digits));
    etp_document_put(plot->document, plot->json, "y_digits", json_integer(y_digits));
}

void etp_plot_base(etp_plot *plot, double value, const char *label)
{
    if (!is_sound(plot))
        return;
    json_t *base = json_object();
    etp_document_put(plot->document, plot->json, "base", base);
    etp_document_put(plot->document, base, "value", etp_document_make_number(plot->document, value));
    etp_document_put(plot->document, base, "label", etp_document_make_text(label));
}

void etp_plot_series(etp_plot *plot, const char *name)
{
    if (!is_sound(plot))
        return;
    json_t *series = json_object();
    etp_document_append(plot->document, plot->series, series);
    etp_document_put(plot->document, series, "name", etp_document_make_text(name));
    plot->points = etp_document_put_list(plot->document, series, "points");
}

/* ---- points ---- */

/* A new point, borrowed; NULL after a failure. */
static json_t *add_point(etp_plot *plot, etp_plot_form form)
{
    if (!is_sound(plot))
        return NULL;
    if (kinds[plot->kind].form != form) {
        etp_document_blame(plot->document, ETP_EINVAL, "plot %s: such a point does not belong in a plot of the kind %s",
                           json_string_value(json_object_get(plot->json, "id")), kinds[plot->kind].name);
        return NULL;
    }
    if (plot->points == NULL)
        etp_plot_series(plot, "");
    json_t *point = json_object();
    etp_document_append(plot->document, plot->points, point);
    return is_sound(plot) ? point : NULL;
}

static void put_number(etp_plot *plot, json_t *point, const char *name, double value)
{
    etp_document_put(plot->document, point, name, etp_document_make_number(plot->document, value));
}

static void put_bounds(etp_plot *plot, json_t *point, double low, double high)
{
    if (isnan(low) && isnan(high))
        return;
    put_number(plot, point, "low", low);
    put_number(plot, point, "high", high);
}

void etp_plot_interval(etp_plot *plot, double x, double y, double low, double high)
{
    json_t *point = add_point(plot, ETP_FORM_XY);
    if (point == NULL)
        return;
    put_number(plot, point, "x", x);
    put_number(plot, point, "y", y);
    put_bounds(plot, point, low, high);
}

void etp_plot_point(etp_plot *plot, double x, double y)
{
    etp_plot_interval(plot, x, y, NAN, NAN);
}

void etp_plot_category(etp_plot *plot, const char *label, double y, double low, double high)
{
    json_t *point = add_point(plot, ETP_FORM_CATEGORY);
    if (point == NULL)
        return;
    etp_document_put(plot->document, point, "label", etp_document_make_text(label));
    put_number(plot, point, "y", y);
    put_bounds(plot, point, low, high);
}

void etp_plot_swing(etp_plot *plot, const char *label, const char *low_text, double low, const char *high_text,
                    double high)
{
    json_t *point = add_point(plot, ETP_FORM_SWING);
    if (point == NULL)
        return;
    etp_document_put(plot->document, point, "label", etp_document_make_text(label));
    etp_document_put(plot->document, point, "low_text", etp_document_make_text(low_text));
    put_number(plot, point, "low", low);
    etp_document_put(plot->document, point, "high_text", etp_document_make_text(high_text));
    put_number(plot, point, "high", high);
}

/* ---- the Lorenz curve (Lorenz 1905, "Methods of measuring the concentration of wealth") ---- */

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

static void add_curve(etp_plot *plot, const double *sorted, size_t count, double total)
{
    double sum = 0;
    size_t shown = 0, points = count < LORENZ_POINTS_MAX ? count : LORENZ_POINTS_MAX;
    etp_plot_point(plot, 0, 0);
    for (size_t i = 0; i < count; i++) {
        sum += sorted[i];
        if ((i + 1) * points / count > shown) {
            shown = (i + 1) * points / count;
            etp_plot_point(plot, (double)(i + 1) / (double)count, i + 1 < count ? sum / total : 1);
        }
    }
}

void etp_plot_lorenz(etp_plot *plot, const double *values, size_t count)
{
    if (!is_sound(plot) || values == NULL || count == 0)
        return;
    double *sorted = malloc(count * sizeof *sorted), total = 0;
    if (sorted == NULL) {
        etp_document_blame(plot->document, ETP_ENOMEM, "no memory for the report");
        return;
    }
    memcpy(sorted, values, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, ascending);
    for (size_t i = 0; i < count; i++)
        total += sorted[i];
    if (total > 0 && isfinite(total))
        add_curve(plot, sorted, count, total);
    free(sorted);
}
