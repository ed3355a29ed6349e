/* SPDX-License-Identifier: MIT */
/* Puts an image of an initialised interpreter into this very process. */
#ifndef BUSYPY_BINFMT_RESTORE_H
#define BUSYPY_BINFMT_RESTORE_H

#include <stdint.h>

#include "core/start_judge.h"

struct start_image;

struct restore {
	const struct start_image *image;
	int fd;		 /* of its file; closed before the jump */
	uint64_t *stack; /* as the kernel left it: argc, argv, ... */
	const struct start_aux *auxv;
	uint32_t script; /* argv[script] */
};

/* Returns only with a doubt: execve is possible then, and is all that is. After it began, no
 * function of the C library may be called but execve itself. */
enum start_doubt restore(const struct restore *restore);

#endif
