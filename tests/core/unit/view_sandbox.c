/* SPDX-License-Identifier: MIT */
/* Where something may be put in a sandbox. Its plans: tests/core/golden. */
#include "core/view_sandbox.h"

#include <errno.h>

#include "core/err.h"
#include "check.h"

static void refuses(const char *dst, const char *sentence)
{
	struct err err = { 0 };

	CHECK(view_sandbox_allows(dst, &err) == -EINVAL, dst[0] ? dst : "nothing");
	CHECK_TEXT(err.text, sentence, "and says why");
}

int main(void)
{
	static const char *const allowed[] = { "/mnt", "/etc/passwd", "/devices", "/tmp/a" };

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		CHECK(view_sandbox_allows(allowed[i], NULL) == 0, allowed[i]);
	refuses("", ": not a canonical absolute path below /");
	refuses("/", "/: not a canonical absolute path below /");
	refuses("mnt", "mnt: not a canonical absolute path below /");
	refuses("/a/../b", "/a/../b: not a canonical absolute path below /");
	refuses("/dev/null", "/dev/null: nothing can be put on /dev of a sandbox");
	refuses("/proc", "/proc: nothing can be put on /proc of a sandbox");
	refuses("/sys/fs", "/sys/fs: nothing can be put on /sys of a sandbox");
	CHECK(view_sandbox_makes("tmp") && view_sandbox_makes("usr"), "what it brings itself");
	CHECK(!view_sandbox_makes("etc"), "what is the tree's");
	return done();
}
