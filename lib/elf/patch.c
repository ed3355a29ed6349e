/* SPDX-License-Identifier: MIT */
/* What has to change, and the change: patchelf(1) for PT_INTERP and RUNPATH, strings of the same
 * length in ld.so by ourselves. */
#include "elf/patch.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "base/program.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "sys/fd.h"

/* A directory that means the same in every view: below the runtime, or beside the file itself. */
static bool dir_inside(const char *dir, size_t n)
{
	static const char *const inside[] = { "$ORIGIN",  "${ORIGIN}", "/lib",
					      "/usr/lib", "/lib64",    "/usr/lib64" };

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		size_t m = strlen(inside[i]);

		if (n >= m && memcmp(dir, inside[i], m) == 0 && (n == m || dir[m] == '/'))
			return true;
	}
	return n == 0;
}

static bool list_inside(const char *dirs)
{
	for (const char *s = dirs; *s;) {
		size_t n = strcspn(s, ":");

		if (!dir_inside(s, n))
			return false;
		s += n + (s[n] == ':');
	}
	return true;
}

static bool interp_reachable(const char *interp)
{
	static const char *const dirs[] = { "/lib/", "/lib64/" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		size_t n = strlen(dirs[i]);

		if (str_starts(interp, dirs[i]) && interp[n] && !strchr(interp + n, '/'))
			return true;
	}
	return false;
}

bool patch_wanted(const struct elf_dynamic *file, bool needs_rpath, struct patch *ret)
{
	const char *dirs = file->runpath ? file->runpath : file->rpath;
	struct text text;

	*ret = (struct patch){ .rpath = "" };
	if (file->interp && !interp_reachable(file->interp)) {
		text_init(&text, ret->interp, sizeof(ret->interp));
		text_addf(&text, "/lib/%s", path_base(file->interp));
	}
	if (needs_rpath && file->n_needed) {
		ret->set_rpath = true;
		ret->rpath = "/lib";
	} else if (dirs && !list_inside(dirs)) {
		ret->set_rpath = true; /* another place would be searched before /lib */
	}
	return ret->interp[0] || ret->set_rpath;
}

static int check(const char *path, const struct patch *patch, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	const char *dirs;
	int r = elf_dynamic_read(path, &file, err);

	if (r < 0)
		return r;
	dirs = file.runpath ? file.runpath : file.rpath ? file.rpath : "";
	if ((patch->interp[0] && (!file.interp || !str_eq(file.interp, patch->interp))) ||
	    (patch->set_rpath && !str_eq(dirs, patch->rpath)))
		return err_say(err, EIO, "%s: patchelf did not change what it was asked to", path);
	return 0;
}

int patch_apply(const char *path, const struct patch *patch, struct err *err)
{
	const char *argv[8] = { "patchelf" };
	size_t n = 1;
	int r;

	if (!program_exists("patchelf"))
		return err_say(err, ENOENT,
			       "patchelf is needed to change %s (Hint: install patchelf)",
			       path_base(path));
	if (patch->interp[0]) {
		argv[n++] = "--set-interpreter";
		argv[n++] = patch->interp;
	}
	if (patch->set_rpath && patch->rpath[0]) {
		argv[n++] = "--set-rpath";
		argv[n++] = patch->rpath;
	} else if (patch->set_rpath) {
		argv[n++] = "--remove-rpath";
	}
	argv[n] = path;
	r = program_do(&(struct program){ .argv = argv }, NULL, path_base(path), err);
	if (r < 0)
		return r;
	return check(path, patch, err);
}

static int write_back(const char *path, const char *bytes, size_t n, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	int r = fd < 0 ? -errno : fd_write_all(fd, bytes, n);

	if (r < 0)
		return err_set(err, -r, "cannot write %s", path);
	if (close(fd_steal(&fd)) < 0)
		return err_set(err, errno, "cannot write %s", path);
	return 0;
}

int patch_ldso(const char *path, bool musl, bool *ret_needs_rpath, struct err *err)
{
	FILES_FREE char *bytes = NULL, *again = NULL;
	size_t n, n_again;
	int r = files_read(path, &bytes, &n, err);

	if (r < 0)
		return r;
	*ret_needs_rpath = !musl && !ldso_searches_lib(bytes, n);
	if (ldso_redirect(bytes, n) == 0)
		return 0;
	r = write_back(path, bytes, n, err);
	if (r < 0)
		return r;
	r = files_read(path, &again, &n_again, err);
	if (r < 0)
		return r;
	if (n_again != n || ldso_reads_etc(again, n_again))
		return err_say(err, EIO, "%s: the loader's paths could not be changed", path);
	return 1;
}
