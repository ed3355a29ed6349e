/* SPDX-License-Identifier: MIT */
/* A plan: the ordered operations that make a view, as data. Built by view.c, printed as text
 * (golden files), performed by lib/sys/run.c. Every op stands alone: none needs its neighbour. */
#ifndef BUSYPY_CORE_PLAN_H
#define BUSYPY_CORE_PLAN_H

#include <stddef.h>
#include <stdint.h>

enum {
	PLAN_OPS_MAX = 10 * 1024,
	PLAN_TEXT_MAX = 1024 * 1024 /* bytes for all strings of a plan */
};

/* dst is always a path below the new root, without leading slash ("." is the new root itself).
 * src is a path in the old root, but "@/path" names the new root. */
enum op_type {
	OP_SLAVE,   /* make every mount of the namespace a slave: nothing of ours leaves it */
	OP_ROOT,    /* mount a tmpfs; from here on it is the new root. data: its options */
	OP_TREE,    /* the new root is a clone of src (one mount), not a tmpfs */
	OP_HERE,    /* the root as it is: what follows changes it in place */
	OP_MKDIR,   /* create dst with mode; an existing directory is kept as it is */
	OP_SYMLINK, /* create dst -> data; an existing link is kept as it is */
	OP_FILE,    /* create dst with mode, holding data */
	OP_BIND,    /* clone src, one mount, and attach it at dst */
	OP_RBIND,   /* clone src and all mounts below it, and attach them at dst */
	OP_OVERLAY, /* at dst: the folder src under the layer dst/upper (overlayfs; dst/work) */
	OP_MOUNT,   /* mount a new file system of type src at dst. data: its options */
	OP_UMOUNT,  /* detach what is mounted at dst */
	OP_COVER,   /* if a socket is at dst, attach a clone of src to it */
	OP_PRUNE,   /* like OP_UMOUNT, but only where what is below is empty */
	OP_FLAGS,   /* set flags on the mount at dst */
	OP_PIVOT    /* make the new root the root and let go of the old one */
};

enum op_flags {
	OP_RDONLY = 1 << 0,
	OP_NOSUID = 1 << 1,
	OP_NODEV = 1 << 2,
	OP_NOEXEC = 1 << 3,
	OP_PRIVATE = 1 << 4,  /* no propagation in either direction */
	OP_OPTIONAL = 1 << 5, /* a source that is missing or refused is left out */
	OP_NOLINKS = 1 << 6   /* a source with a symbolic link on its way is refused */
};

struct op {
	enum op_type type;
	unsigned flags;		      /* enum op_flags */
	uint32_t mode;		      /* permission bits for OP_MKDIR and OP_FILE */
	const char *src, *dst, *data; /* borrowed from the plan's text; NULL where not used */
};

struct plan {
	struct op ops[PLAN_OPS_MAX];
	size_t n_ops;
	char text[PLAN_TEXT_MAX];
	size_t text_used;
	int failed; /* the first error of plan_add, or 0 */
};

/* Empties a plan. */
void plan_init(struct plan *plan);

/* Appends op, copying its strings. The first failure sticks in plan->failed and later calls do
 * nothing, so that a list of calls needs one check at its end: -E2BIG if the plan is full, -EINVAL
 * for a dst that is absolute or has "..", "." or empty components. */
void plan_add(struct plan *plan, const struct op *op);

/* The same, with dir + "/" + name as source. */
void plan_add_from(struct plan *plan, const struct op *op, const char *dir, const char *name);

/* One line per op, the format of the golden files: verb, source, target, options.
 * Returns 0 or -E2BIG. dst is NUL-terminated in both cases. */
int plan_format(const struct plan *plan, char *dst, size_t size);

/* The verb of one op, as plan_format prints it: for messages. Static storage. */
const char *op_name(enum op_type type);

#endif
