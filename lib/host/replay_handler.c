/* SPDX-License-Identifier: MIT */
/* The two kinds of interpreters behind binfmt_misc that are known here: ours, and qemu-user. */
#include "replay_parts.h"
#include "replay_world.h"

int replay_ours(struct world *world, const struct found *subject, const struct last_program *last,
		struct err *err)
{
	(void)subject;
	(void)err;
	return world_cannot_tell(world, last->step);
}

int replay_qemu(struct world *world, const struct found *subject, const struct last_program *last,
		struct err *err)
{
	(void)subject;
	(void)err;
	return world_cannot_tell(world, last->step);
}
