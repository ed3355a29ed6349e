/* SPDX-License-Identifier: MIT */
/* The status that wait(2) gives, as one number. */
#include "core/ending.h"

#include <sys/wait.h>

enum { SIGNAL_BASE = 128 };

int ending_of_signal(int signal)
{
	return SIGNAL_BASE + signal;
}

int ending_status(int wait_status)
{
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
				      : ending_of_signal(WTERMSIG(wait_status));
}
