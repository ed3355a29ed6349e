/* SPDX-License-Identifier: MIT */
/* Reads the records of the runtime that stands, before it goes. */
#include "stage/forgotten.h"

#include <stddef.h>
#include <string.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "core/arch.h"
#include "core/lock_line.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"

/* A file of the tree as text, or NULL. Caller frees. */
static char *read_text(const char *tree, const char *name)
{
	char path[PATH_SIZE], *text = NULL;
	size_t n;

	if (files_path(path, NULL, "%s/%s", tree, name) < 0 ||
	    exact_read(path, &text, &n, NULL) < 0)
		return NULL;
	return text;
}

/* Packages of Debian; libraries came because of them. */
static void warn_debian(const char *tree, const struct arch *arch, const struct listener *listener)
{
	FILES_FREE char *list = NULL;
	char name[PATH_SIZE], names[512];
	struct package package;
	struct text text;

	if (files_path(name, NULL, TREE_ADDED_OF, arch->name) < 0)
		return;
	list = read_text(tree, name);
	if (!list)
		return;
	text_init(&text, names, sizeof(names));
	for (const char *line = list; *line;) {
		size_t length = strcspn(line, "\n");

		if (package_parse(line, length, &package, NULL) == 1 &&
		    !str_starts(package.name, "lib"))
			text_addf(&text, " %s", package.name);
		line += length + (line[length] == '\n');
	}
	listener_warn(listener,
		      "%s: the new runtime is without what was added to the old one:%s%s (Hint: "
		      "'busypy add --from debian' adds it again)",
		      arch->name, names, text.overflow ? " ..." : "");
}

/* Names the packages whose files are for this arch alone; those for all stay in the tree. */
static void list_wheels(char *lock, const struct arch *arch, struct text *names)
{
	char package[LOCK_NAME_MAX] = "";

	for (char *next, *line = lock; line; line = next) {
		struct lock_line of;

		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		if (lock_line_parse(line, &of, NULL) != 1)
			continue;
		if (of.word == LOCK_PACKAGE && str_copy(package, sizeof(package), of.name) < 0)
			package[0] = '\0';
		if (of.word == LOCK_FILE && package[0] && !str_eq(of.targets, "any") &&
		    lock_targets_have(of.targets, arch->name)) {
			text_addf(names, " %s", package);
			package[0] = '\0'; /* once */
		}
	}
}

static void warn_wheels(const char *tree, const char *given, const struct arch *arch,
			const struct listener *listener)
{
	FILES_FREE char *lock = read_text(tree, TREE_LOCK);
	char path[PATH_SIZE], names[512];
	struct text text;

	if (!lock || files_path(path, NULL, "%s/" TREE_USR_OF, tree, arch->name) < 0 ||
	    !exact_exists(path))
		return;
	text_init(&text, names, sizeof(names));
	list_wheels(lock, arch, &text);
	if (!text.used)
		return;
	listener_warn(listener,
		      "%s: the new runtime is without the wheels of the old one:%s%s (Hint: "
		      "'busypy add --locked %s' adds them again)",
		      arch->name, names, text.overflow ? " ..." : "", given);
}

void forgotten_warn(const char *tree, const char *given, const struct arch *arch,
		    const struct listener *listener)
{
	warn_debian(tree, arch, listener);
	warn_wheels(tree, given, arch, listener);
}
