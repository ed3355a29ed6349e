/* SPDX-License-Identifier: MIT */
/* Hands the kernel the program that lib/sandbox/filter/make.c printed. */
#include "sandbox/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

#include "core/err.h"

#ifdef WITHOUT_SECCOMP
int filter_set(struct err *err)
{
	return err_say(err, ENOSYS,
		       "cannot filter system calls: built without libseccomp (Hint: install "
		       "libseccomp-dev and build again)");
}
#else

static struct sock_filter program[] = {
#include <filter_table.h>
};

int filter_set(struct err *err)
{
	struct sock_fprog prog = { sizeof(program) / sizeof(program[0]), program };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0UL, 0UL) < 0)
		return err_set(err, errno, "cannot filter system calls");
	return 0;
}
#endif
