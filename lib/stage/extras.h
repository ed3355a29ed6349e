/* SPDX-License-Identifier: MIT */
/* The files besides Python and libraries that programs miss: terminals, time zones, the C.UTF-8
 * locale, certificates; and empty directories where a view brings the host's. */
#ifndef BUSYPY_STAGE_EXTRAS_H
#define BUSYPY_STAGE_EXTRAS_H

struct copy;
struct err;

/* Copies into copy->to (a runtime's usr) what the sysroot has of them; what it has not is left
 * out. */
int extras_stage(const struct copy *copy, struct err *err);

#endif
