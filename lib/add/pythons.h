/* SPDX-License-Identifier: MIT */
/* Several Pythons in a runtime: which of them can import what was added. */
#ifndef BUSYPY_ADD_PYTHONS_H
#define BUSYPY_ADD_PYTHONS_H

struct add;
struct err;

/* With everything built: warns where modules were built for one Python of a runtime and there are
 * none for another one. */
int add_pythons_tell(const struct add *add, struct err *err);

/* Requirements are resolved for the Python that python3 leads to: warns where one of the runtimes
 * that wheels are wanted for has others beside it. */
void add_pythons_tell_unresolved(const struct add *add);

#endif
