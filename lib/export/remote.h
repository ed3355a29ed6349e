/* SPDX-License-Identifier: MIT */
/* Publishing to an export on another machine, which needs a POSIX shell, the GNU core utilities and
 * rsync, but no BusyPy. */
#ifndef BUSYPY_EXPORT_REMOTE_H
#define BUSYPY_EXPORT_REMOTE_H

#include <stdbool.h>

struct err;
struct publish_report;
struct publish_request;

/* True for HOST:PATH: a colon before any slash. */
bool remote_names_export(const char *export);

/* publish() for such an export. A source that is a complete version keeps its id and its time. */
int remote_publish(const struct publish_request *request, struct publish_report *ret,
		   struct err *err);

#endif
