/* SPDX-License-Identifier: MIT */
/* What an older BusyPy has left: it kept its generations in RUNTIME_ROOT, on a tmpfs of its own. */
#ifndef BUSYPY_HANDLER_LEGACY_H
#define BUSYPY_HANDLER_LEGACY_H

/* Takes such generations away, whose entries are gone; runtimes beside them stay, on a file system
 * that is now as theirs should be. Waits for those who are just entering, a second at most. What
 * runs in their views goes on. */
void legacy_drop(void);

#endif
