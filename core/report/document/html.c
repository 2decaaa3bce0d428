/* SPDX-License-Identifier: MIT */
/* A document as one page: style, scripts and numbers are in it, and it asks for nothing from anywhere. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report/document/assets.h"
#include "report/document/html.h"
#include "report/document/internal.h"
#include "report/json_pieces.h"

static void put_asset(FILE *out, const etp_page_asset *asset)
{
    fwrite(asset->bytes, 1, asset->size, out);
}

static void put_element(FILE *out, const char *opening, const json_t *object, const char *name, const char *closing)
{
    fputs(opening, out);
    etp_html_member(out, object, name);
    fputs(closing, out);
}

/* Names of the page's own parts and of sections have a dot, which ids of tables and plots have not. */

/* ---- head ---- */

/* The policy lets the page's own style and script work and keeps everything else out, should a text ever slip through. */
static void put_head(FILE *out, const json_t *root)
{
    fputs("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n<meta "
          "charset=\"utf-8\"/>\n"
          "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
          "<meta name=\"color-scheme\" content=\"light dark\"/>\n<meta name=\"generator\" content=\"etp-engine ",
          out);
    etp_html_text(out, etp_version());
    put_element(out, "\"/>\n<title>", root, "title", "</title>\n<style>/*<![CDATA[*/\n");
    put_asset(out, &etp_page_style);
    fputs("/*]]>*/</style>\n</head>\n", out);
}

static void put_contents(FILE *out, const json_t *sections)
{
    size_t i;
    const json_t *section;
    if (json_array_size(sections) < 3)
        return;
    fputs("<nav aria-label=\"Contents\"><h2>Contents</h2><ol>\n", out);
    json_array_foreach(sections, i, section)
    {
        put_element(out, "<li><a href=\"#section.", section, "id", "\">");
        put_element(out, "", section, "title", "</a></li>\n");
    }
    fputs("</ol></nav>\n", out);
}

static void put_header(FILE *out, const etp_document *document)
{
    fputs("<body>\n<a class=\"skip\" href=\"#page.content\">To the content</a>\n<header>\n", out);
    put_element(out, "<h1>", document->root, "title", "</h1>\n");
    if (json_string_length(json_object_get(document->root, "lead")) > 0)
        put_element(out, "<p class=\"lead\">", document->root, "lead", "</p>\n");
    fputs("</header>\n", out);
    put_contents(out, document->sections);
    fputs("<main id=\"page.content\">\n", out);
}

/* ---- what sections hold ---- */

static bool is_type(const json_t *item, const char *type)
{
    const char *own = json_string_value(json_object_get(item, "type"));
    return own != NULL && strcmp(own, type) == 0;
}

/* An empty line begins a paragraph. */
static bool put_paragraphs(FILE *out, const char *text)
{
    char *copy = strdup(text);
    if (copy == NULL)
        return false;
    for (char *from = copy, *end; *from != '\0'; from = end) {
        end = strstr(from, "\n\n");
        end = end != NULL ? end : from + strlen(from);
        bool last = *end == '\0';
        *end = '\0';
        fputs("<p>", out);
        etp_html_text(out, from);
        fputs("</p>\n", out);
        end += last ? 0 : 1;
        end += strspn(end, "\n");
    }
    free(copy);
    return true;
}

static void put_key_figure(FILE *out, const json_t *item)
{
    put_element(out, "<div><dt>", item, "label", "</dt>");
    put_element(out, "<dd class=\"figure\">", item, "text", "</dd>");
    if (json_string_length(json_object_get(item, "note")) > 0)
        put_element(out, "<dd>", item, "note", "</dd>");
    fputs("</div>\n", out);
}

static bool put_item(FILE *out, const json_t *item)
{
    if (is_type(item, "table"))
        return etp_html_table(out, item);
    if (is_type(item, "plot"))
        return etp_html_figure(out, item);
    if (is_type(item, "key-figure"))
        put_key_figure(out, item);
    else if (is_type(item, "heading"))
        put_element(out, "<h3>", item, "text", "</h3>\n");
    else if (is_type(item, "note"))
        put_element(out, "<p class=\"note\">", item, "text", "</p>\n");
    else if (is_type(item, "point"))
        put_element(out, "<li>", item, "text", "</li>\n");
    else
        return put_paragraphs(out, json_string_value(json_object_get(item, "text")));
    return true;
}

/* Items of one of these types that follow each other stand in one element. */
static const struct {
    const char *type, *opening, *closing;
} groups[] = {{"point", "<ul>\n", "</ul>\n"}, {"key-figure", "<dl class=\"keys\">\n", "</dl>\n"}};
enum { GROUPS = sizeof groups / sizeof groups[0] };

static unsigned group_of(const json_t *item)
{
    unsigned group = 0;
    while (group < GROUPS && !(item != NULL && is_type(item, groups[group].type)))
        group++;
    return group;
}

static bool put_items(FILE *out, const json_t *items)
{
    unsigned group = GROUPS;
    bool whole = true;
    for (size_t i = 0; i <= json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        unsigned next = group_of(item);
        if (next != group && group < GROUPS)
            fputs(groups[group].closing, out);
        if (next != group && next < GROUPS)
            fputs(groups[next].opening, out);
        whole = (item == NULL || put_item(out, item)) && whole;
        group = next;
    }
    return whole;
}

static bool put_sections(FILE *out, const json_t *sections)
{
    size_t i;
    const json_t *section;
    bool whole = true;
    json_array_foreach(sections, i, section)
    {
        put_element(out, "<section aria-labelledby=\"section.", section, "id", "\">\n");
        put_element(out, "<h2 id=\"section.", section, "id", "\">");
        put_element(out, "", section, "title", "</h2>\n");
        whole = put_items(out, json_object_get(section, "items")) && whole;
        fputs("</section>\n", out);
    }
    return whole;
}

/* ---- foot ---- */

/* All plots, by their ids. */
static json_t *make_plots(const json_t *sections)
{
    size_t i, j;
    const json_t *section;
    json_t *item;
    builder to = begin();
    json_array_foreach(sections, i, section)
    {
        json_array_foreach(json_object_get(section, "items"), j, item)
        {
            if (is_type(item, "plot"))
                put(&to, json_string_value(json_object_get(item, "id")), json_incref(item));
        }
    }
    return finish(&to);
}

static void put_colophon(FILE *out, const json_t *meta)
{
    size_t i;
    const json_t *entry;
    fputs("</main>\n<footer>\n<h2>How this page was made</h2>\n<dl>\n", out);
    json_array_foreach(meta, i, entry)
    {
        put_element(out, "<div><dt>", entry, "name", "</dt>");
        put_element(out, "<dd>", entry, "value", "</dd></div>\n");
    }
    fputs("</dl>\n<details><summary>The plots are drawn by D3; its licence</summary>\n<pre>", out);
    for (size_t at = 0; at < etp_page_notice.size; at++) {
        char character[2] = {(char)etp_page_notice.bytes[at], '\0'};
        etp_html_text(out, character);
    }
    fputs("</pre></details>\n</footer>\n", out);
}

static bool put_scripts(FILE *out, const json_t *sections)
{
    json_t *plots = make_plots(sections);
    bool whole = plots != NULL;
    if (whole && json_object_size(plots) > 0) {
        fputs("<script type=\"application/json\" id=\"page.plots\">", out);
        whole = etp_html_json(out, plots);
        fputs("</script>\n<script>//<![CDATA[\n", out);
        put_asset(out, &etp_page_library);
        fputs("\n//]]></script>\n<script>//<![CDATA[\n", out);
        put_asset(out, &etp_page_script);
        fputs("//]]></script>\n", out);
    }
    json_decref(plots);
    return whole;
}

static bool put_page(const etp_document *document, FILE *out)
{
    put_head(out, document->root);
    put_header(out, document);
    bool whole = put_sections(out, document->sections);
    put_colophon(out, document->meta);
    whole = put_scripts(out, document->sections) && whole;
    fputs("</body>\n</html>\n", out);
    return whole;
}

bool etp_document_has_pages(void)
{
    return etp_page_library.size > 0;
}

int etp_document_write_html(const etp_document *document, FILE *out, etp_error *error)
{
    int result = etp_document_check(document, error);
    if (result != ETP_OK)
        return result;
    if (!etp_document_has_pages())
        return etp_fail(error, ETP_ENOENT,
                        "this etp-engine was built without pages, which need D3 5: install it (package node-d3) and "
                        "build with -DETP_REPORT=ON; JSON and CSV need none");
    errno = 0;
    locale_t before = uselocale(document->locale);
    bool whole = put_page(document, out);
    uselocale(before);
    if (!whole)
        return etp_fail(error, ETP_ENOMEM, "no memory for the page");
    return ferror(out) == 0 ? ETP_OK : etp_fail(error, ETP_EIO, "the page cannot be written: %s", strerror(errno));
}
