/* SPDX-License-Identifier: MIT */
/* What an archive lists for one arch, as apt has fetched and checked it. */
#ifndef BUSYPY_SOURCE_PACKAGE_LISTS_H
#define BUSYPY_SOURCE_PACKAGE_LISTS_H

struct apt;
struct arch;
struct err;
struct package_lists;
struct runtime_packages;

/* Reads the lists of an arch after apt_update. -ENOENT with a sentence if there is none. apt and
 * arch are borrowed. */
int package_lists_open(const struct apt *apt, const struct arch *arch, struct package_lists **ret,
		       struct err *err);

/* The packages of a runtime. *minor is which Python, 0 the suite's own one, and is then set.
 * -ENOENT with a sentence that tells which there are. */
int package_lists_runtime(struct package_lists *lists, unsigned *minor,
			  struct runtime_packages *ret, struct err *err);

/* The same without Python: the C library, and data. */
int package_lists_libc(struct package_lists *lists, struct runtime_packages *ret, struct err *err);

/* 0 if the suite has a Python of that minor; -ENOENT with that sentence. */
int package_lists_check_minor(struct package_lists *lists, unsigned minor, struct err *err);

/* NULL is fine. */
void package_lists_close(struct package_lists *lists);

/* Closes lists when their scope ends. */
static inline void package_lists_cleanup(struct package_lists **lists)
{
	package_lists_close(*lists);
}
#define PACKAGE_LISTS_CLEANUP __attribute__((cleanup(package_lists_cleanup)))

#endif
