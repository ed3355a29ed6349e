/* SPDX-License-Identifier: MIT */
/* Extracts wheels (PEP 427: zip archives of Python packages) with libarchive; no pip. */
#ifndef BUSYPY_SOURCE_WHEEL_H
#define BUSYPY_SOURCE_WHEEL_H

struct err;

/* Extracts the wheel that is open as file (path is for sentences) into the new directory dir, an
 * exact path. Never writes outside it, whatever the
 * archive says; only files and directories are taken. -EINVAL or -EIO with a sentence if it is no
 * sound archive. */
int wheel_extract(int file, const char *path, const char *dir, struct err *err);

#endif
