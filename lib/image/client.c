/* SPDX-License-Identifier: MIT */
/* Which modules a client needs, and where init looks for them. */
#include "image/client.h"

#include <errno.h>
#include <string.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/tempdir.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/tree_layout.h"
#include "image/modules.h"
#include "image/pack.h"
#include "stage/boot.h"

#define MODULES "/lib/modules"

/* Loaded where the kernel has them as modules: busses and network cards of virtual machines and of
 * common hardware, then what a root needs besides NFS. */
static const char *const known[] = {
	"virtio_pci", "virtio_mmio", "virtio_net", "virtio_rng", "e1000",	 "e1000e",
	"igb",	      "igc",	     "r8169",	   "tg3",	 "vmxnet3",	 "hv_netvsc",
	"ena",	      "gve",	     "bcmgenet",   "smsc95xx",	 "xen_netfront", "af_packet",
	"nfsv3",      "overlay",     "loop",	   "erofs",
};

static int make_folders(const struct folder *dir, struct err *err)
{
	static const char *const folders[] = { "dev", "proc", "sys", "run", "tmp", TREE_INFO };

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		int r = folder_mkdirs(dir, folders[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int stage(const struct client_request *request, const struct folder *dir, struct err *err)
{
	const char *required[CLIENT_MODULES_MAX + 1] = { "nfsv4" };
	FOLDER_CLEANUP struct folder to = FOLDER_NONE;
	FILES_FREE char *list = NULL;
	struct modules_request modules = { .from = request->modules,
					   .arch = request->arch,
					   .names = known,
					   .n_names = sizeof(known) / sizeof(known[0]),
					   .required = required,
					   .n_required = request->n_wanted + 1,
					   .to = &to,
					   .prefix = MODULES };
	int r = make_folders(dir, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < request->n_wanted && i < CLIENT_MODULES_MAX; i++)
		required[i + 1] = request->wanted[i];
	r = stage_boot_add_init(request->arch, dir->path, err);
	if (r < 0)
		return r;
	if (r == 0)
		return err_say(
			err, ENOENT,
			"this installation has no init for %s (Hint: 'make cross' builds one)",
			request->arch->name);
	r = folder_make(dir, &MODULES[1], &to, err);
	if (r < 0)
		return r;
	r = modules_copy(&modules, &list, err);
	if (r < 0)
		return r;
	return folder_write(dir, TREE_MODULES, list, strlen(list), 0644, err);
}

int client_write(const struct client_request *request, const struct pack_request *pack,
		 struct pack_size *ret_sizes, struct err *err)
{
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	struct pack_request complete = *pack;
	struct tempdir dir;
	int r;

	if (request->n_wanted > CLIENT_MODULES_MAX)
		return err_say(err, E2BIG, "more than %d modules", CLIENT_MODULES_MAX);
	r = tempdir_make(&dir, err);
	if (r < 0)
		return r;
	complete.tree = dir.dir;
	complete.arch = request->arch;
	complete.format = PACK_CPIO;
	r = folder_open(dir.dir, &folder, err);
	if (r == 0)
		r = stage(request, &folder, err);
	if (r == 0)
		r = pack_write(&complete, ret_sizes, err);
	tempdir_drop(&dir);
	return r;
}
