/* SPDX-License-Identifier: MIT */
/* How long a path can be. The one header of ours that other headers include: it includes none. */
#ifndef BUSYPY_CORE_PATH_SIZE_H
#define BUSYPY_CORE_PATH_SIZE_H

enum { PATH_SIZE = 4096 }; /* bytes with the NUL, as the kernel's PATH_MAX */

#endif
