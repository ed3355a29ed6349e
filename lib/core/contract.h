/* SPDX-License-Identifier: MIT */
/* The contract: what `busypy enable` found true, baked into copies of loader and enter. The small
 * programs believe nothing else: no configuration is read per exec, so none can be spoofed. */
#ifndef BUSYPY_CORE_CONTRACT_H
#define BUSYPY_CORE_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CONTRACT_TREES_MAX = 16, /* each of the configuration's, and one more version of it */
	CONTRACT_PATH_MAX = 512,
	CONTRACT_VERSION = 6,
};

/* Two halves, so that the bytes stand only once in a program: in its contract. */
#define CONTRACT_MAGIC_A "BusyPy-c"
#define CONTRACT_MAGIC_B "ontract\n"

enum contract_flags {
	CONTRACT_ENABLED = 1 << 0,	  /* baked; a program as built has no contract */
	CONTRACT_SHARED = 1 << 1,	  /* isolation = shared */
	CONTRACT_USER_SITE = 1 << 3,	  /* leave PYTHONNOUSERSITE alone */
	CONTRACT_UNIQUE_MOUNT_ID = 1 << 4 /* mount ids are STATX_MNT_ID_UNIQUE (Linux 6.8) */
};

enum contract_tree_flags {
	CONTRACT_TREE_FOLLOWED = 1 << 0, /* busypyd brought it, and may drop it */
	CONTRACT_TREE_HOST = 1 << 1	 /* programs = host */
};

/* A file with its contents: any change of them changes the time (in nanoseconds: st_ctime, or of a
 * runtime, whose names come and go, st_mtime). */
struct contract_file {
	uint64_t dev, ino, changed;
};

struct contract_tree {
	char path[CONTRACT_PATH_MAX]; /* canonical, of this version */
	char id[64];		      /* the version's name */
	char arch[16];
	char namespace_path[CONTRACT_PATH_MAX]; /* the pinned template */
	uint64_t namespace_ino;
	uint32_t flags;	       /* enum contract_tree_flags */
	uint32_t start;	       /* enum start: what is said of it */
	uint32_t versions;     /* bytes of path that name the folder of all versions; 0: none */
	uint64_t versions_ino; /* of that folder, which is on the tree's mount */
	uint64_t linux32;      /* 1: a 32-bit runtime on a 64-bit kernel, where uname must say so */
	uint64_t mount_id, dev, ino;  /* of the tree's root directory */
	struct contract_file program; /* its interpreter, where that is no script */
	char word[8];		      /* of its runtime, core/runtime_layout; "": it has none */
	struct contract_file runtime; /* the interpreter there */
	char restorer[64]; /* starts it from an image, core/start_layout; "": nothing does */
	char plainly[160]; /* why not, where it was wanted; or "" */
	char minor[8];	   /* ".11": its Python's other name is python3.11; or "" */
	uint64_t view_dev, view_ino; /* of "/" in the template, where it has a restorer; or 0 */
};

struct contract {
	char magic[16];
	uint32_t size, version;
	uint32_t flags; /* enum contract_flags */
	uint32_t n_trees;
	uint32_t generation;
	uint64_t root_mount_id, root_dev, root_ino; /* of the host's "/" */
	struct contract_file program;  /* the host's interpreter, where that is no script */
	struct contract_file env;      /* its env, where lines that name it are ours */
	char enter[CONTRACT_PATH_MAX]; /* the program with file capabilities */
	struct contract_tree trees[CONTRACT_TREES_MAX];
};

/* What was seen of an open file or directory, by statx(2). */
struct place {
	uint64_t mount_id, dev, ino;
};

/* True if the struct is whole: magic, size, version, counts, every string terminated. */
bool contract_valid(const struct contract *contract);

/* Finds the contract's place in a program's bytes; -ENOENT if there is none, -EINVAL if there are
 * several, -EPROTO if it is of another version. */
int contract_find(const uint8_t *program, size_t n, size_t *ret_offset);

/* True if this place is the root directory of the tree, by device and inode, wherever mounted. */
bool contract_tree_is(const struct contract_tree *tree, const struct place *place);

/* True if the root directory is the one that the contract was made for. */
bool contract_root_is(const struct contract *contract, const struct place *root);

/* True if the file is one of the interpreters that were no scripts when the contract was made. */
bool contract_knows_program(const struct contract *contract, const struct contract_file *file);

/* The tree in whose view an interpreter is started from an image, or NULL: the one that has such a
 * program and, as "/" is seen there, such a root. Without a root: any that may be meant. */
const struct contract_tree *contract_starting(const struct contract *contract,
					      const struct contract_file *program,
					      const struct contract_file *root);

/* True for the paths by which first lines name the Python that python3 is in this tree. */
bool contract_is_python(const struct contract_tree *tree, const char *path);

/* True if they are the same file, unchanged. */
bool contract_same_file(const struct contract_file *a, const struct contract_file *b);

/* The tree that a file at this canonical path lies in, or NULL. With same_mounts the file's mount
 * must be the tree's; otherwise (another mount namespace) its device. */
const struct contract_tree *contract_tree_of(const struct contract *contract, const char *path,
					     const struct place *file, bool same_mounts);

/* True if a canonical path lies in a tree, or in any version of a tree's export. */
bool contract_covers(const struct contract *contract, const char *path);

/* For a path in a version that is not in the contract, of an export that is: fills in path, id and
 * what it has in common with the version that is there; inode, template and runtime are 0 and
 * empty. Returns that other version, or NULL. */
const struct contract_tree *contract_sibling(const struct contract *contract, const char *path,
					     struct contract_tree *ret);

/* A path that goes by a link of the export, EXPORT/current/bin/tool, as it is in the tree's own
 * version: EXPORT/versions/ID/bin/tool. -ENOENT if the tree is in no export or the path does not go
 * by one of its entries; -E2BIG. */
int contract_pin(const struct contract_tree *tree, const char *path, char *dst, size_t size);

/* True for a path that goes by what may be such a link of an export, of whatever version; the bytes
 * of path that name "EXPORT/" and "EXPORT/current". */
bool contract_by_link(const struct contract *contract, const char *path, size_t *ret_export,
		      size_t *ret_link);

#endif
