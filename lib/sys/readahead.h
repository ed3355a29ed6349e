/* SPDX-License-Identifier: MIT */
/* How much of a file is read at once where more of it is wanted: for a network, the kernel's 128
 * KiB are eight requests where one would do. */
#ifndef BUSYPY_SYS_READAHEAD_H
#define BUSYPY_SYS_READAHEAD_H

enum { READAHEAD_NFS = 1024 /* KiB: what most servers give in one READ at most */ };

/* Sets it for the file system that path is on; 0 or -errno. Needs /sys. */
int readahead_set(const char *path, unsigned kib);

#endif
