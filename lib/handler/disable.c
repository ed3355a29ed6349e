/* SPDX-License-Identifier: MIT */
/* Takes enabling back: first nobody comes in any more, then what they came in by goes. */
#include "handler/disable.h"

#include <errno.h>
#include <unistd.h>

#include "core/err.h"
#include "handler/entries.h"
#include "handler/generation.h"
#include "handler/legacy.h"
#include "handler/lock.h"
#include "handler/runtimes_unused.h"
#include "handler/starts.h"
#include "sys/binfmt.h"
#include "sys/fd.h"

static int drop_generations(struct err *err)
{
	unsigned generations[GENERATION_MAX];
	int n = generation_list(generations, err);

	for (int i = 0; i < n; i++) {
		int r = generation_drop(generations[i], err);

		if (r < 0)
			return r;
	}
	return n < 0 ? n : n > 0;
}

int disable_all(unsigned ms, unsigned *ret_kept, struct err *err)
{
	FD_CLEANUP int instance = binfmt_open(true, err);
	LOCK_CLEANUP int lock = -1;
	int removed, dropped, r;

	if (instance < 0)
		return instance;
	lock = lock_take(ms, err);
	if (lock < 0)
		return lock;
	removed = entries_remove_all(instance, err);
	if (removed < 0)
		return removed;
	if (unlink(ENTRIES_BINFMT_D) < 0 && errno != ENOENT)
		return err_set(err, errno, "cannot remove " ENTRIES_BINFMT_D);
	(void)rmdir("/run/binfmt.d"); /* stays if it holds anybody else's file */
	dropped = access(GENERATION_ROOT, F_OK) == 0 ? drop_generations(err) : 0;
	if (dropped < 0)
		return dropped;
	r = generation_root_drop(err);
	if (r < 0)
		return r;
	legacy_drop();
	r = starts_unused_drop(err);
	if (r < 0)
		return r;
	r = runtimes_unused_drop(err);
	if (r < 0)
		return r;
	*ret_kept = (unsigned)r;
	return removed || dropped;
}

int disable_older(unsigned ms, unsigned *ret_kept, struct err *err)
{
	LOCK_CLEANUP int lock = lock_take(LOCK_SERVICE_MS, err);
	int left, r;

	if (lock < 0)
		return lock;
	left = generation_drop_older(ms);
	r = starts_unused_drop(err);
	if (r < 0)
		return r;
	r = runtimes_unused_drop(err);
	if (r < 0)
		return r;
	*ret_kept = (unsigned)r;
	return left;
}
