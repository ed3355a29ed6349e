/* SPDX-License-Identifier: MIT */
/* Where things stand in a tree: DESIGN, "The tree on disk". No path begins with a slash. */
#ifndef BUSYPY_CORE_TREE_LAYOUT_H
#define BUSYPY_CORE_TREE_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

struct err;

/* Folders of each arch's runtime, and of what was staged for it. */
#define TREE_PYTHON "etc/python"
#define TREE_CLIB "etc/clib"
#define TREE_INFO "etc/busypy"

/* The same for one arch; formats of printf(3), for its name. */
#define TREE_PYTHON_OF TREE_PYTHON "/%s"
#define TREE_USR_OF TREE_PYTHON "/%s/usr" /* on /usr of a view */
#define TREE_CLIB_OF TREE_CLIB "/%s"	  /* on /lib of a view */
#define TREE_INFO_OF TREE_INFO "/%s"
#define TREE_INFO_PYTHON "python3.%u" /* in there, of each Python but the one that came first */
#define TREE_RESCUE_OF TREE_INFO "/%s/rescue" /* a busybox for a client in need */
#define TREE_INIT_OF "sbin/%s-init"	      /* PID 1 */

#define TREE_STAGING ".busypy-stage"		/* what is being made, and the lock */
#define TREE_SITE "site-package"		/* Python packages of all archs */
#define TREE_SELFTEST TREE_INFO "/selftest"	/* what `busypy enable` executes */
#define TREE_START TREE_INFO "/busypy_start.py" /* imported when Python starts; staged per arch */
#define TREE_CONF TREE_INFO "/tree.conf"	/* what the tree says of itself: core/tree_conf.h */
#define TREE_LOCK TREE_INFO "/requirements.lock" /* what was asked for: core/lock_line.h */
#define TREE_MODULES TREE_INFO "/modules"	 /* the kernel's, in an image */
#define TREE_VERSION_RECORD TREE_INFO "/id"	 /* of a version: core/version.h */
#define TREE_FILES TREE_INFO "/files"		 /* what was added: core/list_line.h */
#define TREE_FILES_OF TREE_INFO_OF "/files"
#define TREE_ADDED_OF TREE_INFO_OF "/added" /* Debian's packages of which anything was */
#define TREE_NEEDS_OF TREE_INFO_OF "/needs" /* "NAME NEED": whom each of them needs */
#define TREE_VERSION_MANIFEST TREE_INFO "/manifest"

/* Programs and packages, the same for all archs: bin, sbin, TREE_SITE. */
enum { TREE_SHARED_FOLDERS = 3 };
extern const char *const tree_shared[TREE_SHARED_FOLDERS];

enum { TREE_ARCH_SIZE = 32 }; /* bytes of an arch's name, with the NUL */

/* What follows folder/ARCH in path: "", or it begins with a slash; NULL if path is elsewhere or the
 * name is longer than any arch's. The name may be no arch's: ask core/arch. */
const char *tree_layout_below(const char *path, const char *folder, char ret_arch[TREE_ARCH_SIZE]);

/* What follows usr/ of an arch's runtime in a path of the tree, if distributions may have data
 * there, which programs find below sys.prefix: not where programs and libraries are, nor what
 * staging puts there. Else NULL. */
const char *tree_layout_data(const char *path, char ret_arch[TREE_ARCH_SIZE]);

/* The same of what follows usr/ alone. */
bool tree_layout_is_data(const char *below_usr);

/* True for PID 1 of a tree, sbin/ARCH-init, and for the names of machines that link to it,
 * sbin/ARCH-virt-init. */
bool tree_layout_is_init(const char *path);

/* The arch in such a name; false for any other path. */
bool tree_layout_init_arch(const char *path, char ret_arch[TREE_ARCH_SIZE]);

/* EBUSY: tree has TREE_STAGING. */
int tree_layout_being_staged(const char *tree, struct err *err);

#endif
