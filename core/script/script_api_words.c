/* SPDX-License-Identifier: MIT */
/* The names in a script's environment, read from an environment. */
#include <stdlib.h>
#include <string.h>

#include "script/internal.h"
#include "script/sandbox/sandbox.h"

enum { WORDS_MAX = 128 }; /* in one table */

typedef struct visit {
    void (*take)(void *user, const etp_api_word *word);
    void *user;
} visit;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const etp_api_word *)a)->name, ((const etp_api_word *)b)->name);
}

/* The names in the table at the top of the stack, sorted. Keys of a table stay alive with it. */
static unsigned list_words(lua_State *L, const char *library, etp_api_word *words)
{
    unsigned count = 0;
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        if (count == WORDS_MAX)
            luaL_error(L, "the sandbox has more names than there is room for: raise WORDS_MAX");
        words[count++] = (etp_api_word){.library = library, .name = lua_tostring(L, -2), .type = luaL_typename(L, -1)};
    }
    qsort(words, count, sizeof *words, by_name);
    return count;
}

static bool is_library(const etp_api_word *word)
{
    return strcmp(word->type, "table") == 0 && strcmp(word->name, LUA_GNAME) != 0;
}

/* Hands out the table at the top of the stack. */
static void visit_table(lua_State *L, const visit *to, const char *library)
{
    etp_api_word words[WORDS_MAX];
    unsigned count = list_words(L, library, words);
    for (unsigned i = 0; i < count; i++)
        to->take(to->user, &words[i]);
}

static int visit_all(lua_State *L)
{
    const visit *to = lua_touserdata(L, 1);
    etp_api_word words[WORDS_MAX];
    /* The environment itself is empty: what it offers lies behind it. */
    etp_sandbox_push_environment(L);
    luaL_getmetafield(L, -1, "__index");
    visit_table(L, to, "");
    unsigned count = list_words(L, "", words);
    for (unsigned i = 0; i < count; i++) {
        if (!is_library(&words[i]))
            continue;
        lua_getfield(L, -1, words[i].name);
        visit_table(L, to, words[i].name);
        lua_pop(L, 1);
    }
    return 0;
}

int etp_script_api_words(void (*take)(void *user, const etp_api_word *word), void *user, etp_error *error)
{
    static const char text[] = "return { api = 1, role = 'aggregator', on_start = function() end }";
    etp_script *script;
    if (take == NULL)
        return etp_fail(error, ETP_EINVAL, "names are handed to a function");
    int result = etp_script_load_text(&script, "script_api", text, sizeof text - 1, NULL, error);
    if (result != ETP_OK)
        return result;
    lua_State *L = script->vm->state;
    visit to = {take, user};
    lua_pushcfunction(L, visit_all);
    lua_pushlightuserdata(L, &to);
    int status = lua_pcall(L, 1, 0, 0);
    if (status != LUA_OK)
        result = etp_fail(error, status == LUA_ERRMEM ? ETP_ENOMEM : ETP_ESCRIPT, "%s",
                          lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "no names");
    etp_script_free(script);
    return result;
}
