/* SPDX-License-Identifier: MIT */
/* What wait(2) says as the number that a shell shows. */
#include "core/ending.h"

#include <signal.h>

#include "check.h"

enum { EXITED = 8 /* bits before the exit status */, DUMPED = 0x80 };

int main(void)
{
	CHECK(ending_status(0) == 0, "ended well");
	CHECK(ending_status(3 << EXITED) == 3, "its own status");
	CHECK(ending_status(255 << EXITED) == 255, "the largest");
	CHECK(ending_status(SIGKILL) == 137, "killed");
	CHECK(ending_status(SIGSEGV | DUMPED) == 139, "killed, with a core");
	CHECK(ending_of_signal(SIGTERM) == 143, "a signal by its number");
	return done();
}
