/* SPDX-License-Identifier: MIT */
/* Executes a tree's self-test script, as any user would, and believes only its words. */
#ifndef BUSYPY_HANDLER_SELFTEST_H
#define BUSYPY_HANDLER_SELFTEST_H

struct arch;
struct err;

enum selftest_how {
	SELFTEST_EXEC,	  /* execve(2) of the script: through the handler */
	SELFTEST_TEMPLATE /* enter the template and start the interpreter: without any handler */
};

struct selftest {
	const char *tree;
	const struct arch *arch;
	enum selftest_how how;
	const char *view; /* for SELFTEST_TEMPLATE: the pinned namespace, and its inode */
	unsigned long view_ino;
	unsigned uid; /* run as this uid and gid, without groups; 0 is as the caller */
};

/* 0 if the script ran in a view, on this arch's Python. Otherwise what it or the kernel said.
 * -EINVAL if uid does not exist in this user namespace; -ETIMEDOUT after 60 s. */
int selftest_run(const struct selftest *test, struct err *err);

#endif
