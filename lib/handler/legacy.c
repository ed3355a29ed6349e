/* SPDX-License-Identifier: MIT */
/* Removes an older BusyPy's generations from the file system of the runtimes. */
#include "handler/legacy.h"

#include <dirent.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "core/path_size.h"
#include "core/runtime_layout.h"
#include "handler/executed.h"
#include "handler/runtimes.h"
#include "sys/template.h"

enum { AGAIN_MS = 20, TRIES = 50 };

/* A folder gN. A runtime's word may look so, but is a link. */
static int is_generation(const struct dirent *entry)
{
	const char *number = entry->d_name + 1;

	return entry->d_type == DT_DIR && entry->d_name[0] == 'g' && *number &&
	       !number[strspn(number, "0123456789")];
}

static int note(const char *dir, const char *name, struct err *err, void *ctx)
{
	(void)dir, (void)name, (void)err;
	*(bool *)ctx = true;
	return 0;
}

/* The sentences of what cannot be taken away are nobody's: it does no harm, and goes next time. */
static int drop_file(const char *dir, const char *name, struct err *err, void *ctx)
{
	char path[PATH_SIZE];

	(void)err, (void)ctx;
	if (files_path(path, NULL, "%s/%s", dir, name) == 0)
		(void)template_unpin(path, NULL);
	return 0;
}

static bool in_use(const char *dir)
{
	static const char *const names[] = { "loader", "enter" };
	struct executed files[2];
	char path[PATH_SIZE];
	size_t n = 0;

	for (size_t i = 0; i < 2; i++)
		n += files_path(path, NULL, "%s/%s", dir, names[i]) == 0 &&
		     executed_of(path, &files[n]);
	return executed_find(files, n, NULL) > 0;
}

static int drop_generation(const char *dir, const char *name, struct err *err, void *ctx)
{
	struct files_names names = { .each = drop_file };
	char path[PATH_SIZE];

	(void)err, (void)ctx;
	if (files_path(path, NULL, "%s/%s", dir, name) < 0)
		return 0;
	for (int i = 0; i < TRIES && in_use(path); i++)
		(void)poll(NULL, 0, AGAIN_MS);
	(void)files_each_name(path, &names, NULL);
	(void)rmdir(path);
	return 0;
}

void legacy_drop(void)
{
	bool found = false;
	struct files_names names = { .select = is_generation, .each = note, .ctx = &found };

	if (!runtimes_mounted() || files_each_name(RUNTIME_ROOT, &names, NULL) < 0 || !found)
		return;
	names.each = drop_generation;
	(void)files_each_name(RUNTIME_ROOT, &names, NULL);
	runtimes_settle_mount();
	runtimes_unmount_empty();
}
