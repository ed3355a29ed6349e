/* SPDX-License-Identifier: MIT */
/* A stand-in for Python, to tell who runs a script and with what: prints one line of key=value
 * words. A tree with this as /usr/bin/python3 is made by tests/support/witness.bash. With the
 * script's name ending in "selftest" it passes for a tree's self-test. A second line of the script
 * that begins with "# hold" makes it wait for the end of its standard input. */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/path_size.h"

/* One line of /proc/self/status. */
static void put_status(const char *key, const char *name)
{
	char line[512];
	FILE *file = fopen("/proc/self/status", "re");
	size_t n = strlen(name);

	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, name, n) != 0)
			continue;
		line[strcspn(line, "\n")] = '\0';
		(void)printf(" %s=%s", key, line + n + strspn(line + n, ":\t"));
	}
	if (file)
		(void)fclose(file);
}

static int smaller(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static void put_descriptors(void)
{
	int open_here[256], n = 0;
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	while (dir && n < 256 && (entry = readdir(dir))) {
		int fd = atoi(entry->d_name);

		if (isdigit((unsigned char)entry->d_name[0]) && fd != dirfd(dir))
			open_here[n++] = fd;
	}
	if (dir)
		(void)closedir(dir);
	qsort(open_here, (size_t)n, sizeof(open_here[0]), smaller);
	for (int i = 0; i < n; i++)
		(void)printf("%s%d", i ? "," : " fds=", open_here[i]);
}

static void put_inode(const char *key, const char *path)
{
	struct stat st;

	if (stat(path, &st) == 0)
		(void)printf(" %s=%llu", key, (unsigned long long)st.st_ino);
}

static int wants_hold(const char *script)
{
	char line[512];
	FILE *file = fopen(script, "re");
	int hold = file && fgets(line, sizeof(line), file) && fgets(line, sizeof(line), file) &&
		   strncmp(line, "# hold", 6) == 0;

	if (file)
		(void)fclose(file);
	return hold;
}

int main(int argc, char **argv)
{
	const char *script = argc > 1 ? argv[1] : "";
	size_t n = strlen(script);
	char cwd[PATH_SIZE] = "?";
	struct utsname machine;
	struct stat exe;

	if (n >= 8 && strcmp(script + n - 8, "selftest") == 0 && uname(&machine) == 0)
		return printf("busypy-selftest ok %s witness\n", machine.machine) < 0;
	if (stat("/proc/self/exe", &exe) < 0)
		exe.st_ino = 0;
	if (!getcwd(cwd, sizeof(cwd)))
		cwd[0] = '\0';
	(void)printf("witness exe=%llu view=%d uid=%u euid=%u gid=%u",
		     (unsigned long long)exe.st_ino, access("/.busypy/view", F_OK) == 0, getuid(),
		     geteuid(), getegid());
	put_status("prm", "CapPrm");
	put_status("eff", "CapEff");
	put_status("amb", "CapAmb");
	put_status("bnd", "CapBnd");
	put_status("nnp", "NoNewPrivs");
	put_descriptors();
	put_inode("userns", "/proc/self/ns/user");
	put_inode("mntns", "/proc/self/ns/mnt");
	put_inode("etc", "/etc");
	(void)printf(" cwd=%s args=", cwd);
	for (int i = 1; i < argc; i++)
		(void)printf("%s%s", i > 1 ? "|" : "", argv[i]);
	(void)puts("");
	(void)fflush(stdout);
	if (wants_hold(script)) {
		char byte;

		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	}
	return 0;
}
