/* SPDX-License-Identifier: MIT */
/* A file "fetched.ARCH" says when, by its own time, and from what, by what it holds: the sources
 * that apt was given. */
#include "source/apt_lists.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/exact.h"
#include "base/files.h"
#include "core/path_size.h"
#include "core/str.h"
#include "source/apt.h"
#include "sys/fd.h"

static int name_note(const struct apt *apt, const char *arch, char ret[PATH_SIZE])
{
	return files_path(ret, NULL, "%s/fetched.%s", apt->dir, arch);
}

/* What apt was told; caller frees, NULL if it cannot be read. */
static char *read_sources(const struct apt *apt)
{
	char path[PATH_SIZE], *text = NULL;
	size_t n;

	if (files_path(path, NULL, "%s/etc/sources.list", apt->dir) < 0 ||
	    exact_read(path, &text, &n, NULL) < 0)
		return NULL;
	return text;
}

static bool is_young(const struct apt *apt, const char *arch, const char *sources)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	struct stat st;
	time_t now = time(NULL);
	size_t n;

	return name_note(apt, arch, path) == 0 && exact_stat(path, &st) == 0 &&
	       st.st_mtime <= now && now - st.st_mtime < (time_t)apt->max_age &&
	       exact_read(path, &text, &n, NULL) == 0 && str_eq(text, sources);
}

bool apt_lists_young(const struct apt *apt)
{
	FILES_FREE char *sources = apt->max_age ? read_sources(apt) : NULL;

	for (size_t i = 0; sources && i < apt->n_archs; i++) {
		if (!is_young(apt, apt->archs[i], sources))
			return false;
	}
	return sources;
}

void apt_lists_forget(const struct apt *apt)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < apt->n_archs; i++) {
		if (name_note(apt, apt->archs[i], path) == 0)
			(void)exact_remove(path, NULL); /* then it is of another time */
	}
}

/* Now, not the time that staged files have. */
static void write_note(const char *path, const char *sources)
{
	FD_CLEANUP int fd = exact_create(path, NULL);

	if (fd >= 0 && fd_write_all(fd, sources, strlen(sources)) < 0)
		(void)exact_remove(path, NULL); /* what is cut is not the sources, either */
}

void apt_lists_note(const struct apt *apt)
{
	FILES_FREE char *sources = read_sources(apt);
	char path[PATH_SIZE];

	for (size_t i = 0; sources && i < apt->n_archs; i++) {
		if (name_note(apt, apt->archs[i], path) == 0)
			write_note(path, sources);
	}
}
