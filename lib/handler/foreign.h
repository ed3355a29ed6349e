/* SPDX-License-Identifier: MIT */
/* Other people's entries in binfmt_misc: what ours need, and what they would take over. */
#ifndef BUSYPY_HANDLER_FOREIGN_H
#define BUSYPY_HANDLER_FOREIGN_H

#include <stddef.h>

struct arch;
struct rule;
struct err;

/* -ENOEXEC with a sentence if a runtime for another machine has no handler that works in a view. */
int foreign_check_arch(int instance, const struct arch *arch, struct err *err);

/* -EEXIST with a sentence if an entry of somebody else serves scripts of these rules. */
int foreign_check_rules(int instance, const struct rule *rules, size_t n_rules, struct err *err);

#endif
