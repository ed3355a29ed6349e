/* SPDX-License-Identifier: MIT */
/* Identifies scripts by descriptor, mount and path. */
#include "script.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"
#include "err.h"
#include "fd.h"
#include "probe.h"
#include "shebang.h"
#include "str.h"
#include "view.h"

bool script_in_view(void)
{
	/* Any other error than "not there" is no proof of being outside. Falling through is what a
	 * view wants and what a stranger's planted marker deserves. */
	return faccessat(AT_FDCWD, view_marker(), F_OK, 0) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

bool script_host_root(const struct contract *contract)
{
	struct place root;

	return probe_place(AT_FDCWD, "/", &root, NULL) == 0 && contract_root_is(contract, &root);
}

/* The kernel's own word for where the file is, without a look-up in any file system. */
static int path_of(int fd, char *dst, size_t size)
{
	char link[32];
	struct text text;
	ssize_t n;

	text_init(&text, link, sizeof(link));
	text_addf(&text, "/proc/self/fd/%d", fd);
	n = readlink(link, dst, size);
	if (n < 0)
		return -errno;
	if ((size_t)n == size)
		return -ENAMETOOLONG;
	dst[n] = '\0';
	return 0;
}

static bool may_be_ours(const struct contract *contract, const struct place *place, bool host_root)
{
	for (size_t i = 0; i < contract->n_trees; i++) {
		const struct contract_tree *tree = &contract->trees[i];

		if (host_root ? place->mount_id == tree->mount_id : place->dev == tree->dev)
			return true;
	}
	return false;
}

void script_identify(const struct contract *contract, int fd, bool host_root, struct script *ret)
{
	struct place place;
	bool placed = probe_place(fd, "", &place, NULL) == 0;

	ret->owner = SCRIPT_FOREIGN;
	ret->tree = NULL;
	ret->host_root = host_root;
	/* Most scripts are told apart here, by their mount, where trees have one of their own. */
	if (placed && !may_be_ours(contract, &place, host_root))
		return;
	if (path_of(fd, ret->path, sizeof(ret->path)) < 0) {
		/* Without /proc nothing can be told. On the host that is a fault, and a silent
		 * wrong interpreter would be worse; elsewhere it is somebody's bare chroot. */
		ret->owner = host_root ? SCRIPT_UNKNOWN : SCRIPT_FOREIGN;
		return;
	}
	for (size_t i = 0; i < contract->n_trees && !placed; i++) {
		if (path_below(ret->path, contract->trees[i].path))
			ret->owner = SCRIPT_UNKNOWN;
	}
	if (!placed)
		return;
	ret->tree = contract_tree_of(contract, ret->path, &place, host_root);
	if (ret->tree)
		ret->owner = SCRIPT_OURS;
}

int script_shebang(int fd, struct shebang *ret, struct err *err)
{
	char head[SHEBANG_READ];
	ssize_t n = fd_read_at(fd, head, sizeof(head), 0);
	int r;

	if (n < 0)
		return err_set(err, (int)-n, "cannot read its first line");
	r = shebang_parse(head, (size_t)n, ret);
	/* The kernel's loader opens an empty name, gets the working directory, and refuses that. */
	if (r == 0 && !ret->interp[0])
		r = -EACCES;
	return r < 0 ? err_say(err, -r, "its first line names no interpreter") : 0;
}
