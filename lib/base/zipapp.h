/* SPDX-License-Identifier: MIT */
/* Zip applications: files that Python does not read as source, because they end in a zip directory.
 */
#ifndef BUSYPY_BASE_ZIPAPP_H
#define BUSYPY_BASE_ZIPAPP_H

/* 1 if Python runs the __main__ of the archive that an open file ends in, 0 if it has none,
 * -ENOEXEC if the file is no archive; or another -errno. The file's offset is left alone. */
int zipapp_look(int fd);

#endif
