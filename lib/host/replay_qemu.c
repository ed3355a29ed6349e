/* SPDX-License-Identifier: MIT */
/* A foreign program under qemu-user, started by its binfmt_misc entry. */
#include <stddef.h>

#include "replay_parts.h"
#include "replay_world.h"

int replay_qemu(struct world *world, const struct found *subject, const struct last_program *last,
		struct err *err)
{
	(void)subject;
	(void)err;
	return world_cannot_tell(world, last->step);
}
