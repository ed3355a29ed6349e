/* SPDX-License-Identifier: MIT */
/* Loading a kernel module from a file; the order is the caller's business. */
#ifndef BUSYPY_SYS_MODULE_H
#define BUSYPY_SYS_MODULE_H

/* 0 if it is loaded now, was already, or is part of the kernel; -errno otherwise, with the kernel's
 * reasons: ENOENT a symbol is missing (another module), ENOEXEC it is for another kernel,
 * EKEYREJECTED its signature. */
int module_load(const char *path, const char *parameters);

#endif
