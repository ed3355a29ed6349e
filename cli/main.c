/* SPDX-License-Identifier: MIT */
/* busypy(1): finds the subcommand and runs it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "say.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "stage", cmd_stage, "put a runtime (Python and C library) into a tree" },
	{ "add", cmd_add, "put scripts, Python packages and native extensions into a tree" },
	{ "download", cmd_download, "fill a folder with wheels, for machines without a network" },
	{ "remove", cmd_remove, "take out of a tree what was added to it" },
	{ "list", cmd_list, "list what was added to a tree" },
	{ "explain", cmd_explain, "replay an exec and name the first step that fails" },
	{ "check", cmd_check, "prove that a tree can serve its archs" },
	{ "plan", cmd_plan, "print the mounts that make a view, and touch nothing" },
	{ "enable", cmd_enable, "let the kernel run a tree's scripts" },
	{ "disable", cmd_disable, "take that back" },
	{ "pack", cmd_pack, "write a tree as an initramfs or a tar" },
	{ "boot", cmd_boot, "start a tree or an image in QEMU" },
	{ "export", cmd_export, "print the configuration that serves an export to clients" },
	{ "run", cmd_run, "run a command in a view, cut off from this machine" },
	{ "test", cmd_test, "run a command once per arch, cut off from this machine" },
	{ "publish", cmd_publish, "make a tree the current version of an export" },
	{ "rollback", cmd_rollback, "make an earlier version current again" },
	{ "versions", cmd_versions, "list the versions of an export" },
	{ "gc", cmd_gc, "remove old versions that nobody uses" },
	{ "clients", cmd_clients, "list the clients of an export, by their leases" },
	{ "status", cmd_status, "show what is enabled and who would run a script" },
};

static void usage(FILE *out)
{
	(void)fputs("Usage: busypy COMMAND [OPTION...] [ARGUMENT...]\n\nCommands:\n", out);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
	(void)fputs("\n'busypy COMMAND --help' tells more; see busypy(1) and busypy(7).\n", out);
}

/* What could not be printed (a full disk) must not look like a success. */
static int finish(const char *command, int status)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && status < EXIT_OURS)
		return say_error(command, "cannot print: %s", strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return EXIT_OURS;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		usage(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		(void)puts("busypy " BUSYPY_VERSION);
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			return finish(argv[1], commands[i].run(argc - 1, argv + 1));
	}
	(void)fprintf(stderr, "busypy: %s: no such command (Hint: 'busypy --help' lists them)\n",
		      argv[1]);
	return EXIT_OURS;
}
