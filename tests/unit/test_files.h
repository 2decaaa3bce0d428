/* SPDX-License-Identifier: MIT */
/* Files as editors write them, in a folder that is removed at the end. Each test program is one file: all is static. */
#ifndef ETP_TEST_FILES_H
#define ETP_TEST_FILES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

static char folder[32];

static inline void folder_make(void)
{
    snprintf(folder, sizeof folder, "%s", "etp-test-XXXXXX");
    assert_non_null(mkdtemp(folder));
}

static inline void remove_tree(const char *path)
{
    DIR *list = opendir(path);
    for (struct dirent *entry = NULL; list != NULL && (entry = readdir(list)) != NULL;) {
        char inner[PATH_SIZE + 300];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inner, sizeof inner, "%.500s/%.255s", path, entry->d_name);
        remove_tree(inner);
    }
    if (list != NULL)
        closedir(list);
    remove(path);
}

static inline void folder_remove(void)
{
    remove_tree(folder);
}

/* The same two for a group of tests. */
static inline int folder_begin(void **unused)
{
    (void)unused;
    folder_make();
    return 0;
}

static inline int folder_end(void **unused)
{
    (void)unused;
    folder_remove();
    return 0;
}

/* The path of a file of that name in the folder; a ring of four buffers. */
static inline const char *in_folder(const char *name)
{
    static char paths[4][PATH_SIZE + 128];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static inline void write_part(const char *path, const char *mode, const char *text, size_t size)
{
    FILE *file = fopen(path, mode);
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* In place, as a whole. */
static inline void write_file(const char *path, const char *text)
{
    write_part(path, "w", text, strlen(text));
}

/* In place, in two halves with a pause between them. */
static inline void write_halves(const char *path, const char *text, long ms)
{
    size_t half = strlen(text) / 2;
    write_part(path, "w", text, 0);
    write_part(path, "a", text, half);
    pause_ms(ms);
    write_part(path, "a", text + half, strlen(text) - half);
}

/* Another file takes the name at once. */
static inline void write_and_rename(const char *path, const char *text)
{
    char other[PATH_SIZE + 160];
    snprintf(other, sizeof other, "%s.new", path);
    write_file(other, text);
    assert_int_equal(rename(other, path), 0);
}

static inline char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    size_t size = 0, room = 1 << 16;
    char *text = malloc(room);
    assert_non_null(text);
    while (file != NULL) {
        size_t got = fread(text + size, 1, room - size - 1, file);
        size += got;
        if (got == 0)
            break;
        if (size + 1 == room) {
            text = realloc(text, room *= 2);
            assert_non_null(text);
        }
    }
    text[size] = '\0';
    if (file != NULL)
        fclose(file);
    return text;
}

#endif
