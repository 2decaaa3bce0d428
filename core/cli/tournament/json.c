/* SPDX-License-Identifier: MIT */
/* The league, for programs. docs/tournament.md names every field. */
#include "cli/options_json.h"
#include "cli/tournament/tournament.h"
#include "report/json_pieces.h"

enum { SCHEMA_VERSION = 1 };

/* Each as it stood in the end: what was left to the prices and to the default is known by now. */
static json_t *make_options(const etp_tournament *tournament)
{
    etp_tournament_options options = *tournament->options;
    options.shared.interval = tournament->stage.trace.interval;
    options.shared.reserve = tournament->stage.lineup.policy.path;
    return etp_options_make_json(&etp_tournament_vocabulary, &options);
}

static json_t *make_design(const etp_design *design)
{
    unsigned fewest, most;
    builder to = begin();
    etp_design_meetings(design, &fewest, &most);
    put_count(&to, "strategies", design->entrants);
    put_count(&to, "seats", design->seats);
    put_count(&to, "games", etp_design_games(design));
    put_count(&to, "games_per_strategy_and_portfolio", design->rounds);
    put_count(&to, "fewest_meetings", fewest);
    put_count(&to, "most_meetings", most);
    return finish(&to);
}

static json_t *make_difference(const etp_difference *difference)
{
    builder to = begin();
    put_real(&to, "mean", difference->mean);
    put(&to, "low", difference->bounded ? json_real(difference->bounds.low) : json_null());
    put(&to, "high", difference->bounded ? json_real(difference->bounds.high) : json_null());
    put_bool(&to, "clear", etp_difference_is_clear(difference));
    return finish(&to);
}

static json_t *make_numbers(const double *values, unsigned count)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < count; i++)
        append(&to, json_real(values[i]));
    return finish_list(&to);
}

static void put_counts(builder *to, const etp_standing *standing)
{
    double energy = (double)standing->energy;
    put_real(to, "energy_kwh_per_day", standing->energy_kwh);
    put(to, "price_c_per_kwh",
        energy > 0 ? json_real((double)standing->paid / energy * ETP_ENERGY_PER_KWH / ETP_PRICE_PER_CENT)
                   : json_null());
    put_count(to, "bids", standing->bids);
    put_count(to, "trades", standing->trades);
    put_whole(to, "energy_mwh", standing->energy);
    put_whole(to, "paid_micro", standing->paid);
    put_count(to, "script_calls", standing->calls);
    put_count(to, "script_errors", standing->errors);
    put_count(to, "games_suspended", standing->suspended);
    put(to, "error", standing->mishap != NULL ? make_text(standing->mishap) : json_null());
}

static json_t *make_standing(const etp_league *league, unsigned place)
{
    const etp_standing *standing = &league->standings[place];
    builder to = begin();
    put_count(&to, "rank", place + 1);
    put_text(&to, "name", standing->entrant->name);
    put_text(&to, "file", standing->entrant->path);
    put_text(&to, "hash", standing->entrant->hash);
    put_real(&to, "profit_per_day", standing->profit);
    put(&to, "to_field", make_difference(&standing->to_field));
    put(&to, "to_next", place + 1 < league->count ? make_difference(&standing->to_next) : json_null());
    put(&to, "profits", make_numbers(standing->profits, league->tournament->design.rounds));
    put_counts(&to, standing);
    return finish(&to);
}

static json_t *make_standings(const etp_league *league)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < league->count; i++)
        append(&to, make_standing(league, i));
    return finish_list(&to);
}

int etp_league_write_json(const etp_league *league, FILE *out)
{
    const etp_tournament *tournament = league->tournament;
    builder to = begin();
    put_whole(&to, "schema_version", SCHEMA_VERSION);
    put_text(&to, "version", etp_version());
    put_text(&to, "command", "tournament");
    put_id(&to, "seed", tournament->options->shared.seed);
    put(&to, "options", make_options(tournament));
    put(&to, "settings", etp_settings_make_json(&tournament->stage.settings));
    put(&to, "design", make_design(&tournament->design));
    put(&to, "standings", make_standings(league));
    return write_whole(finish(&to), out);
}
