/* SPDX-License-Identifier: MIT */
/* Checks which programs scripts call that the tree lacks: on a full machine they may be the host's,
 * if the tree says so. Nothing is executed, only read. */
#include "check/part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/called.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/pycalls.h"
#include "core/str.h"

static const struct finding_kind host_programs = {
	FINDING_WARNING,
	"a view has no others; with 'programs = host' in etc/busypy/tree.conf it finds the "
	"machine's",
	"busypy stage --programs host TREE, or that line in TREE/etc/busypy/tree.conf"
};
static const struct finding_kind boot_programs = {
	FINDING_WARNING, "it runs on clients, which have no other programs: the call fails",
	"leave the call out, or put a script of that name into TREE/bin"
};

/* Where a distribution has its programs, and a view the tree's. */
static const char *const dirs[] = { "/bin", "/usr/bin", "/sbin", "/usr/sbin" };
enum { N_OF_DIRS = sizeof(dirs) / sizeof(dirs[0]) };

struct calls {
	struct check_part *part;
	struct sysroot *views; /* a client's, for each of part->archs */
	struct called missing; /* of one script */
	unsigned line;	       /* of the first */
};

static bool view_has(const struct sysroot *view, const char *name)
{
	char at[PATH_SIZE], real[PATH_SIZE];

	for (size_t i = 0; i < N_OF_DIRS; i++) {
		if (files_path(at, NULL, "%s/%s", dirs[i], name) == 0 &&
		    sysroot_find(view, at, real) == 0)
			return true;
	}
	return false;
}

/* True for what stands where a distribution has its programs; elsewhere (/opt, /usr/local, the
 * working directory) it is shown in views, or nobody's but the script's. */
static bool is_of_distribution(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._+-";
	const char *base = path_base(name);
	bool known = base == name;

	for (size_t i = 0; i < N_OF_DIRS; i++)
		known = known ||
			((size_t)(base - name) == strlen(dirs[i]) + 1 && str_starts(name, dirs[i]));
	return known && *base && *base != '-' && *base != '.' && !base[strspn(base, letters)];
}

static bool is_missing(const struct calls *calls, const char *name)
{
	char real[PATH_SIZE];
	bool there = calls->part->n_archs == 0;

	if (!is_of_distribution(name))
		return false;
	for (size_t i = 0; i < calls->part->n_archs; i++) {
		const struct sysroot *view = &calls->views[i];

		there = there || (name[0] == '/' ? sysroot_find(view, name, real) == 0
						 : view_has(view, name));
	}
	return !there;
}

static void note(struct calls *calls, const struct called *called, unsigned line)
{
	for (size_t i = 0; i < called->n; i++) {
		const char *word = called->names[i];

		if (!is_missing(calls, word))
			continue;
		if (!calls->missing.n)
			calls->line = line;
		called_add_words(&calls->missing, &word, 1);
	}
}

static void report(struct calls *calls, const char *path, const char *command)
{
	char names[CALLED_MAX * (CALLED_NAME_MAX + 2)] = "";
	const struct called *missing = &calls->missing;
	struct text text;

	if (!missing->n)
		return;
	text_init(&text, names, sizeof(names));
	for (size_t i = 0; i < missing->n; i++)
		text_addf(&text, "%s%s", i ? ", " : "", missing->names[i]);
	if (command)
		finding_add(
			calls->part->findings, &boot_programs, path, NULL,
			"calls %s (line %u), not in the tree, and the inittab starts it with %s",
			names, calls->line, command);
	else
		finding_add(calls->part->findings, &host_programs, path, NULL,
			    "calls %s (line %u), not in the tree", names, calls->line);
}

static void read_script(struct calls *calls, const char *path, const char *command)
{
	FILES_FREE char *bytes = NULL;
	struct pycalls source = { 0 };
	char real[PATH_SIZE];
	struct called called;
	unsigned line;

	if (!check_is_python(calls->part, path) ||
	    files_path(real, NULL, "%s/%s", calls->part->request->tree, path) < 0 ||
	    files_read(real, &bytes, &source.n, NULL) < 0)
		return;
	source.bytes = bytes;
	calls->missing.n = 0;
	while (pycalls_next(&source, &called, &line))
		note(calls, &called, line);
	report(calls, path, command);
}

static int begin(struct calls *calls, struct check_part *part)
{
	int r = 0;

	calls->part = part;
	calls->views = calloc(part->n_archs ? part->n_archs : 1, sizeof(*calls->views));
	if (!calls->views)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < part->n_archs; i++)
		r = sysroot_init_client(&calls->views[i], part->request->tree, part->archs[i]);
	return r;
}

int check_calls(struct check_part *part, struct err *err)
{
	struct calls calls = { 0 };
	size_t from, to;
	int r;

	if (check_uses_host(part))
		return 0;
	r = begin(&calls, part);
	for (size_t i = 0; r == 0 && i < CHECK_PROGRAM_DIRS; i++) {
		check_index_below(part->index, check_program_dirs[i], &from, &to);
		for (; from < to; from++) {
			if (S_ISREG(part->index->files[from].mode))
				read_script(&calls, part->index->files[from].path, NULL);
		}
	}
	free(calls.views);
	return r < 0 ? err_set(err, -r, "cannot check what scripts call") : 0;
}

void check_calls_at_boot(struct check_part *part, const char *path, const char *command)
{
	struct calls calls = { 0 };

	if (check_uses_host(part) && begin(&calls, part) == 0)
		read_script(&calls, path, command);
	free(calls.views);
}
