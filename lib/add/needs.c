/* SPDX-License-Identifier: MIT */
/* A line "NAME NEED" for each package of Debian and each other one that was added that it names, or
 * that provides what it names. What the runtime itself has is not listed: it never goes. */
#include "add/needs.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "add/add.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/deb_control.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/runtime_info.h"

/* The packages of one runtime: those of this run, and a text of those added before. */
struct needing {
	const struct owners *owners;
	const char *added;
	FILE *out;
	char **text; /* what out has written */
};

static bool provides(const struct owners *owners, size_t i, const char *name)
{
	struct deb_field field;
	char other[PACKAGE_WORD_MAX];

	if (str_eq(owners->packages[i].name, name))
		return true;
	if (i >= owners->room_controls || !owners->controls[i] ||
	    !deb_control_field(owners->controls[i], strlen(owners->controls[i]), "Provides",
			       &field))
		return false;
	while (deb_control_name(&field, other, sizeof(other)) > 0) {
		if (str_eq(other, name))
			return true;
	}
	return false;
}

static bool was_added(const char *list, const char *name)
{
	struct package package;

	for (const char *line = list; line && *line;) {
		size_t n = strcspn(line, "\n");

		if (package_parse(line, n, &package, NULL) == 1 && str_eq(package.name, name))
			return true;
		line += n + (line[n] == '\n');
	}
	return false;
}

/* Prints a line, once. */
static void print_line(const struct needing *needing, const char *name, const char *need)
{
	char line[2 * PACKAGE_WORD_MAX + 4];

	(void)snprintf(line, sizeof(line), "\n%s %s\n", name, need); /* fits */
	(void)fflush(needing->out);
	if (!strstr(*needing->text, line) && !str_starts(*needing->text, line + 1))
		(void)fputs(line + 1, needing->out);
}

static void print_need(const struct needing *needing, size_t which, const char *need)
{
	const struct owners *owners = needing->owners;
	const char *name = owners->packages[which].name;
	bool found = false;

	for (size_t i = 0; i < owners->n_packages; i++) {
		if (i == which || !provides(owners, i, need))
			continue;
		print_line(needing, name, owners->packages[i].name);
		found = true;
	}
	if (!found && !str_eq(name, need) && was_added(needing->added, need))
		print_line(needing, name, need);
}

static void print_needs(const struct needing *needing, size_t which)
{
	static const char *const fields[] = { "Pre-Depends", "Depends" };
	const char *control =
		which < needing->owners->room_controls ? needing->owners->controls[which] : NULL;
	struct deb_field field;
	char need[PACKAGE_WORD_MAX];

	for (size_t i = 0; control && i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (!deb_control_field(control, strlen(control), fields[i], &field))
			continue;
		while (deb_control_name(&field, need, sizeof(need)) > 0)
			print_need(needing, which, need);
	}
}

/* The old lines of packages that did not come again. */
static void print_old(const struct needing *needing, const char *text)
{
	for (const char *line = text; line && *line;) {
		size_t n = strcspn(line, "\n"), m = strcspn(line, " ");
		bool again = false;

		for (size_t i = 0; i < needing->owners->n_packages && !again; i++)
			again = strlen(needing->owners->packages[i].name) == m &&
				memcmp(needing->owners->packages[i].name, line, m) == 0;
		if (!again)
			(void)fprintf(needing->out, "%.*s\n", (int)n, line);
		line += n + (line[n] == '\n');
	}
}

static int read_old(const struct runtime_info *info, const char *name, char **ret, struct err *err)
{
	char path[PATH_SIZE];
	size_t n;
	int r = files_path(path, err, "%s/%s", info->records, name);

	return r < 0 || !exact_exists(path) ? r : exact_read(path, ret, &n, err);
}

static int print_all(const struct needing *needing, const char *old)
{
	if (!needing->out)
		return -ENOMEM;
	for (size_t i = 0; i < needing->owners->n_packages; i++)
		print_needs(needing, i);
	print_old(needing, old);
	return fclose(needing->out) != 0 ? -ENOMEM : 0;
}

int add_needs(struct add *add, size_t which, struct err *err)
{
	const struct add_runtime *runtime = &add->runtimes[which];
	FILES_FREE char *added = NULL, *old = NULL, *text = NULL;
	struct needing needing = { .owners = runtime->source->owners };
	char path[PATH_SIZE];
	size_t n;
	int r;

	if (!needing.owners || !needing.owners->controls)
		return 0;
	r = read_old(runtime->info, "added", &added, err);
	if (r == 0)
		r = read_old(runtime->info, "needs", &old, err);
	if (r == 0)
		r = files_path(path, err, "%s/" TREE_NEEDS_OF, add->build,
			       runtime->info->arch->name);
	if (r < 0)
		return r;
	needing.added = added;
	needing.text = &text;
	needing.out = open_memstream(&text, &n);
	if (print_all(&needing, old) < 0)
		return err_set(err, ENOMEM, "cannot list the packages");
	r = exact_mkdirs_for(path, err);
	return r < 0 ? r : exact_write(path, text, n, 0644, err);
}
