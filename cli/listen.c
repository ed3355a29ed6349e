/* SPDX-License-Identifier: MIT */
/* What commands do with what they are told. */
#include "listen.h"

#include "base/listener.h"
#include "say.h"

static void show_step(const char *step, void *ctx)
{
	say_progress("busypy: %s: %s ...", (const char *)ctx, step);
}

void listen_warning(const char *sentence, void *ctx)
{
	say_warning(ctx, "%s", sentence);
}

void listen_as(const char *command, struct listener *ret)
{
	*ret = (struct listener){ .step = show_step,
				  .warning = listen_warning,
				  .ctx = (void *)command };
}
