/* SPDX-License-Identifier: MIT */
/* System directories, home directories, and what a folder holds already. */
#include "core/destination.h"

#include <errno.h>

#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"

/* Whoever writes a tree over one of the first has no machine any more. What is not whole has
 * folders of administrators and users in it: /srv/tree, /var/lib/images, /home/ann/tree. */
static const struct destination_system systems[] = {
	{ "/", false },	       { "/usr", true },	{ "/etc", true },
	{ "/bin", true },      { "/sbin", true },	{ "/lib", true },
	{ "/lib32", true },    { "/lib64", true },	{ "/libx32", true },
	{ "/libo32", true },   { "/boot", true },	{ "/dev", true },
	{ "/proc", true },     { "/sys", true },	{ "/run", false },
	{ "/var", false },     { "/var/cache", false }, { "/var/lib", false },
	{ "/var/log", false }, { "/var/spool", false }, { "/var/tmp", false },
	{ "/home", false },    { "/root", false },	{ "/opt", false },
	{ "/srv", false },     { "/tmp", false },
};

const struct destination_system *destination_systems(size_t *ret_n)
{
	*ret_n = sizeof(systems) / sizeof(systems[0]);
	return systems;
}

const char *destination_system(const char *real, bool *ret_within)
{
	/* memory that users share, although below /dev */
	if (path_below(real, "/dev/shm") && !str_eq(real, "/dev/shm"))
		return NULL;
	for (size_t i = 0; i < sizeof(systems) / sizeof(systems[0]); i++) {
		*ret_within = !str_eq(real, systems[i].path);
		if (!*ret_within || (systems[i].whole && path_below(real, systems[i].path)))
			return systems[i].path;
	}
	return NULL;
}

static int refuse(const struct destination *destination, const char *what, const char *system,
		  struct err *err)
{
	static const char hint[] = "name a directory of its own, as /srv/busypy/new";
	const char *real = destination->real;

	if (str_eq(destination->given, real))
		return err_say(err, EPERM, "%s %s%s: nothing is written there (Hint: %s)", real,
			       what, system, hint);
	return err_say(err, EPERM, "%s, which is %s, %s%s: nothing is written there (Hint: %s)",
		       destination->given, real, what, system, hint);
}

static int refuse_content(const struct destination *destination, enum destination_kind kind,
			  struct err *err)
{
	const char *given = destination->given;

	switch (kind) {
	case DESTINATION_TREE:
		return err_say(err, ENOTEMPTY,
			       "%s is not empty and is no tree (Hint: name a new or an empty "
			       "directory; --force writes into it all the same)",
			       given);
	case DESTINATION_EXPORT:
		return err_say(err, ENOTEMPTY,
			       "%s is not empty and is no export (Hint: name a new or an empty "
			       "directory)",
			       given);
	case DESTINATION_RECORD:
		return err_say(
			err, ENOTEMPTY,
			"%s is not empty and has no records of machines (Hint: name a new or "
			"an empty directory)",
			given);
	case DESTINATION_FILE:
		return err_say(err, EEXIST,
			       "%s is there already and is no image (Hint: remove it, or name "
			       "another)",
			       given);
	case DESTINATION_LOG:
		return err_say(err, EEXIST,
			       "%s is there already and is no file of yours with this name alone "
			       "(Hint: remove it, or name another)",
			       given);
	case DESTINATION_OUTPUT:
		break;
	}
	return 0; /* beside others */
}

int destination_judge(const struct destination *destination, enum destination_kind kind,
		      unsigned flags, struct err *err)
{
	const char *system = destination->system;

	if (system && str_eq(system, "/"))
		return refuse(destination, "is the root directory", "", err);
	if (system && destination->within)
		return refuse(destination, "lies in the system directory ", system, err);
	if (system)
		return refuse(destination, "is a system directory", "", err);
	if (destination->home)
		return refuse(destination, "is a home directory", "", err);
	if (destination->content == DESTINATION_OTHER && !(flags & DESTINATION_FORCE))
		return refuse_content(destination, kind, err);
	return 0;
}
