/* SPDX-License-Identifier: MIT */
/* What an exec asks for: the kernel's words to the loader, and the loader's to enter. */
#ifndef BUSYPY_CORE_REQUEST_H
#define BUSYPY_CORE_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HANDOFF_TEXT_MAX = 256 };

/* A script as the kernel hands it over. argv is [.., path, argument ...]: at least two free slots
 * stand before path's own, so that an interpreter and its argument can be put there. */
struct request {
	int fd;		  /* the open script, AT_EXECFD */
	const char *path; /* as given to execve(2): perhaps relative, perhaps /dev/fd/N */
	char **argv;	  /* where path stands */
};

/* Reads the loader's argument vector, [loader, path, argv0, argument ...]: our entries have the
 * flag P, and the kernel says so in AT_FLAGS (preserved). As with a native shebang argv0 is
 * dropped: argv[2] becomes path. -EINVAL if it is anything else. */
int request_parse(int argc, char **argv, bool preserved, int fd, struct request *ret);

/* What a file-capability exec takes from a process and enter gives back (fs/exec.c,
 * begin_new_exec and bprm_set_creds), and what only the loader could see. */
struct handoff {
	int fd;		       /* the open script */
	int parent;	       /* pid, for the parent-death signal */
	int death_signal;      /* 0 is none */
	unsigned closed;       /* bit n: descriptor n (0, 1, 2) was closed */
	unsigned long persona; /* personality(2) */
	uint64_t stack_soft;   /* RLIMIT_STACK, bytes; UINT64_MAX is unlimited */
};

/* As one word, and back. -E2BIG; -EINVAL for anything that handoff_format does not write. */
int handoff_format(const struct handoff *handoff, char *dst, size_t size);
int handoff_parse(const char *text, struct handoff *ret);

#endif
