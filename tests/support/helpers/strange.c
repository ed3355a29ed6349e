/* SPDX-License-Identifier: MIT */
/* strange [-c] [-p] [-u UID] ROOT COMMAND [ARG...]: runs a command in another root directory: by
 * pivot_root(2), as a container's (in the mount namespace that it is called in), or with -c by
 * chroot(2). With -p /proc is mounted there first; with -u it becomes that user. Static, so that
 * nothing of the host is needed behind the change. */
#include <errno.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/path_size.h"

static void must(long r, const char *what)
{
	if (r >= 0)
		return;
	(void)fprintf(stderr, "strange: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void pivot(const char *root)
{
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private");
	must(mount(root, root, NULL, MS_BIND | MS_REC, NULL), "bind");
	must(chdir(root), root);
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "umount");
}

int main(int argc, char **argv)
{
	int option, change = 0, proc = 0;
	long uid = -1;
	char path[PATH_SIZE];

	while ((option = getopt(argc, argv, "+cpu:")) != -1) {
		if (option == 'c')
			change = 1;
		else if (option == 'p')
			proc = 1;
		else if (option == 'u')
			uid = strtol(optarg, NULL, 10);
		else
			return 125;
	}
	if (argc - optind < 2)
		return 125;
	(void)snprintf(path, sizeof(path), "%s/proc", argv[optind]);
	if (proc)
		must(mount("/proc", path, NULL, MS_BIND | MS_REC, NULL), "proc");
	if (change)
		must(chroot(argv[optind]), "chroot");
	else
		pivot(argv[optind]);
	must(chdir("/"), "/");
	if (uid >= 0) {
		must(setgroups(0, NULL), "setgroups");
		must(setresgid((gid_t)uid, (gid_t)uid, (gid_t)uid), "setresgid");
		must(setresuid((uid_t)uid, (uid_t)uid, (uid_t)uid), "setresuid");
	}
	(void)execv(argv[optind + 1], argv + optind + 1);
	(void)fprintf(stderr, "strange: %s: %s\n", argv[optind + 1], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
