/* SPDX-License-Identifier: MIT */
/* What may be written into, and what never: system and home directories, what is others'. */
#include "core/destination.h"

#include <errno.h>

#include "core/err.h"
#include "check.h"

static const struct {
	const char *path, *system;
	bool within;
} places[] = {
	{ "/", "/", false },
	{ "/usr", "/usr", false },
	{ "/usr/local/tree", "/usr", true },
	{ "/etc", "/etc", false },
	{ "/etc/busypy", "/etc", true },
	{ "/bin", "/bin", false },
	{ "/bin/tree", "/bin", true },
	{ "/sbin", "/sbin", false },
	{ "/lib", "/lib", false },
	{ "/lib/modules/6", "/lib", true },
	{ "/lib32", "/lib32", false },
	{ "/lib64", "/lib64", false },
	{ "/lib64/x", "/lib64", true },
	{ "/libx32", "/libx32", false },
	{ "/boot", "/boot", false },
	{ "/boot/initrd.img", "/boot", true },
	{ "/dev", "/dev", false },
	{ "/dev/null", "/dev", true },
	{ "/dev/shm", "/dev", true },
	{ "/dev/shmem", "/dev", true },
	{ "/proc", "/proc", false },
	{ "/proc/sys/fs", "/proc", true },
	{ "/sys", "/sys", false },
	{ "/sys/fs/cgroup/tree", "/sys", true },
	{ "/run", "/run", false },
	{ "/var", "/var", false },
	{ "/var/lib", "/var/lib", false },
	{ "/var/cache", "/var/cache", false },
	{ "/var/log", "/var/log", false },
	{ "/var/spool", "/var/spool", false },
	{ "/var/tmp", "/var/tmp", false },
	{ "/home", "/home", false },
	{ "/root", "/root", false },
	{ "/opt", "/opt", false },
	{ "/srv", "/srv", false },
	{ "/tmp", "/tmp", false },
	/* folders of administrators and users */
	{ "/dev/shm/tree", NULL, false },
	{ "/run/user/1000/tree", NULL, false },
	{ "/var/lib/images", NULL, false },
	{ "/var/tmp/tree", NULL, false },
	{ "/home/ann", NULL, false },
	{ "/root/tree", NULL, false },
	{ "/opt/busypy", NULL, false },
	{ "/srv/busypy", NULL, false },
	{ "/tmp/tree", NULL, false },
	{ "/mnt", NULL, false },
	{ "/usrlocal", NULL, false },
	{ "/library/tree", NULL, false },
	{ "/etcetera", NULL, false },
	{ "/devel", NULL, false },
	{ "/bin2", NULL, false },
	{ "/tree", NULL, false },
};

static void systems(void)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		bool within = false;
		const char *system = destination_system(places[i].path, &within);

		CHECK_TEXT(system ? system : "none", places[i].system ? places[i].system : "none",
			   places[i].path);
		CHECK(!system || within == places[i].within, places[i].path);
	}
}

/* All that the table names is refused, whatever is in it, and whatever is asked. */
static void never(void)
{
	static const enum destination_kind kinds[] = { DESTINATION_TREE,   DESTINATION_EXPORT,
						       DESTINATION_RECORD, DESTINATION_OUTPUT,
						       DESTINATION_FILE,   DESTINATION_LOG };
	size_t n;
	const struct destination_system *all = destination_systems(&n);

	for (size_t i = 0; i < n; i++) {
		bool refused = true;

		for (int j = 0; j < 6 * 4; j++) {
			struct destination d = { .given = all[i].path,
						 .real = all[i].path,
						 .content = (enum destination_content)(j % 4) };

			d.system = destination_system(d.real, &d.within);
			refused &= destination_judge(&d, kinds[j / 4], DESTINATION_FORCE, NULL) ==
				   -EPERM;
			d = (struct destination){ .given = "/home/ann",
						  .real = "/home/ann",
						  .home = true,
						  .content = (enum destination_content)(j % 4) };
			refused &= destination_judge(&d, kinds[j / 4], DESTINATION_FORCE, NULL) ==
				   -EPERM;
		}
		CHECK(refused, all[i].path);
	}
}

static void contents(void)
{
	struct destination d = { .given = "t", .real = "/srv/t" };

	for (int kind = DESTINATION_TREE; kind <= DESTINATION_LOG; kind++) {
		for (int content = DESTINATION_ABSENT; content <= DESTINATION_OURS; content++) {
			d.content = (enum destination_content)content;
			CHECK(destination_judge(&d, (enum destination_kind)kind, 0, NULL) == 0,
			      "absent, empty or ours");
		}
		d.content = DESTINATION_OTHER;
		CHECK(destination_judge(&d, (enum destination_kind)kind, DESTINATION_FORCE, NULL) ==
			      0,
		      "forced");
	}
	CHECK(destination_judge(&d, DESTINATION_TREE, 0, NULL) == -ENOTEMPTY, "no tree");
	CHECK(destination_judge(&d, DESTINATION_EXPORT, 0, NULL) == -ENOTEMPTY, "no export");
	CHECK(destination_judge(&d, DESTINATION_RECORD, 0, NULL) == -ENOTEMPTY, "no records");
	CHECK(destination_judge(&d, DESTINATION_FILE, 0, NULL) == -EEXIST, "no image");
	CHECK(destination_judge(&d, DESTINATION_LOG, 0, NULL) == -EEXIST,
	      "no file of the caller's");
	CHECK(destination_judge(&d, DESTINATION_OUTPUT, 0, NULL) == 0, "outputs, beside others");
}

static const char *said(struct destination d, enum destination_kind kind)
{
	static struct err err;

	d.system = destination_system(d.real, &d.within);
	(void)destination_judge(&d, kind, 0, &err);
	return err.text;
}

static void sentences(void)
{
	CHECK_TEXT(said((struct destination){ .given = "/", .real = "/" }, DESTINATION_TREE),
		   "/ is the root directory: nothing is written there (Hint: name a "
		   "directory of its own, as /srv/busypy/new)",
		   "the root directory");
	CHECK_TEXT(said((struct destination){ .given = "link", .real = "/etc" }, DESTINATION_TREE),
		   "link, which is /etc, is a system directory: nothing is written there (Hint: "
		   "name a directory of its own, as /srv/busypy/new)",
		   "by a link");
	CHECK_TEXT(said((struct destination){ .given = "/usr/t", .real = "/usr/t" },
			DESTINATION_EXPORT),
		   "/usr/t lies in the system directory /usr: nothing is written there (Hint: name "
		   "a directory of its own, as /srv/busypy/new)",
		   "below a system directory");
	CHECK_TEXT(said((struct destination){ .given = "/home/a", .real = "/home/a", .home = true },
			DESTINATION_TREE),
		   "/home/a is a home directory: nothing is written there (Hint: name a directory "
		   "of its own, as /srv/busypy/new)",
		   "a home directory");
}

int main(void)
{
	systems();
	never();
	contents();
	sentences();
	return done();
}
