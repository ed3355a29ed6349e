/* SPDX-License-Identifier: MIT */
/* Access lists as the kernel hands them out: system.posix_acl_access and _default, acl(5). */
#ifndef BUSYPY_CORE_ACL_H
#define BUSYPY_CORE_ACL_H

#include <stdbool.h>
#include <stddef.h>

/* True if a list lets anybody write but the owner; what cannot be read is taken to. */
bool acl_lets_others_write(const void *bytes, size_t n);

#endif
