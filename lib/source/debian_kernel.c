/* SPDX-License-Identifier: MIT */
/* Finds today's package, downloads it, and takes a file or a folder out of it. */
#include "source/debian_kernel.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/program.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "source/apt.h"
#include "source/deb.h"
#include "source/download.h"
#include "source/mirrors.h"
#include "source/owners.h"
#include "source/package_cache.h"
#include "sys/fd.h"

#define SUITE "bookworm"

enum { OUTPUT_MAX = 1 << 20 };

/* The cloud kernels have all that QEMU's machines need, and boot in half the time of the others. */
static const char *meta_package(const struct arch *arch)
{
	if (str_eq(arch->name, "x86_64"))
		return "linux-image-cloud-amd64";
	return str_eq(arch->name, "aarch64") ? "linux-image-cloud-arm64" : NULL;
}

/* The package that the meta package stands for today: "  Depends: linux-image-6.1.0-N-cloud-..." */
static int current_package(const struct apt *apt, const char *meta, const char *arch,
			   char *ret_name, size_t size, struct err *err)
{
	char word[PACKAGE_WORD_MAX + 16], variable[PATH_SIZE + 16];
	const char *argv[] = { "apt-cache", "depends", word, NULL };
	const char *env[] = { variable, NULL };
	FILES_FREE char *output = NULL;
	const char *at;
	size_t n;
	int r;

	(void)snprintf(word, sizeof(word), "%s:%s", meta, arch);
	(void)snprintf(variable, sizeof(variable), "APT_CONFIG=%s", apt->conf);
	r = program_do(&(struct program){ .argv = argv, .env = env, .output_max = OUTPUT_MAX },
		       &output, "apt", err);
	if (r < 0)
		return r;
	at = strstr(output, "Depends: linux-image-");
	if (!at)
		return err_say(err, ENOENT, "apt: %s depends on no kernel", meta);
	at += strlen("Depends: ");
	n = strcspn(at, ": \n");
	return str_copy_bytes(ret_name, size, at, n) < 0
		       ? err_say(err, E2BIG, "apt: the kernel's name is too long")
		       : 0;
}

static int extract_into(const char *partial, int file, const char *package, const char *wanted,
			const char *to, struct err *err)
{
	char pattern[PATH_SIZE];
	OWNERS_CLEANUP struct owners owners = { 0 };
	struct package of = { .name = "kernel" };
	__attribute__((cleanup(globfree))) glob_t found = { 0 };
	int r = files_path(pattern, err, "%s/%s", partial, wanted);

	if (r < 0)
		return r;
	r = exact_remove(partial, err);
	if (r < 0)
		return r;
	r = exact_mkdirs(partial, err);
	if (r < 0)
		return r;
	r = owners_add_package(&owners, &of, err);
	if (r < 0)
		return r;
	r = deb_extract(file, package, partial, &owners, 0, err);
	if (r < 0)
		return r;
	if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
		return err_say(err, ENOENT, "%s holds no %s", package, wanted);
	r = exact_mkdirs_for(to, err);
	if (r < 0)
		return r;
	return exact_rename(found.gl_pathv[0], to, err);
}

/* Takes what pattern names out of a package. */
static int extract(const struct package_cache *cache, int file, const char *package,
		   const char *wanted, const char *to, struct err *err)
{
	char partial[PATH_SIZE];
	int r = files_path(partial, err, "%s/partial", cache->dir);

	if (r < 0)
		return r;
	r = extract_into(partial, file, package, wanted, to, err);
	if (exact_remove(partial, r < 0 ? NULL : err) < 0 && r == 0)
		return -EIO;
	return r;
}

static int image_path(const char *dir, const struct arch *arch, const char *name, char *ret,
		      struct err *err)
{
	return files_path(ret, err, "%s/kernels/%s/%s", dir, arch->name, name);
}

struct fetch {
	const struct debian_kernel_request *request;
	const struct package_cache *cache;
	char *ret_path;
};

/* The package of today's kernel, by apt. */
static int find_package(const struct fetch *fetch, const struct apt *apt, struct package *ret,
			struct err *err)
{
	ARRAY_FREE struct apt_words *words = NULL;
	char name[PACKAGE_WORD_MAX];
	int r = apt_update(apt, err);

	if (r < 0)
		return r;
	r = current_package(apt, meta_package(fetch->request->arch), apt->archs[0], name,
			    sizeof(name), err);
	if (r < 0)
		return r;
	words = calloc(1, sizeof(*words));
	if (!words)
		return err_set(err, ENOMEM, "cannot list packages");
	r = apt_words_add(words, name, apt->archs[0], NULL, err);
	if (r < 0)
		return r;
	return apt_find(apt, words, ret, err);
}

static int fetch_from(const char *mirror, struct err *err, void *ctx)
{
	FD_CLEANUP int fd = -1;
	const struct fetch *fetch = ctx;
	const struct debian_kernel_request *request = fetch->request;
	struct apt apt = {
		.suite = SUITE, .mirror = mirror, .archs = { request->arch->debian }, .n_archs = 1
	};
	char file[2 * PACKAGE_WORD_MAX], archive[PATH_SIZE];
	struct package package;
	int r = files_path(apt.dir, err, "%s/apt/" SUITE "-kernel", fetch->cache->dir);

	if (r < 0)
		return r;
	r = apt_configure(&apt, err);
	if (r < 0)
		return r;
	r = find_package(fetch, &apt, &package, err);
	if (r < 0)
		return r;
	if (package_file(&package, file, sizeof(file)) < 0)
		return err_say(err, E2BIG, "the name of %s is too long", package.name);
	r = image_path(fetch->cache->dir, request->arch, file, fetch->ret_path, err);
	if (r < 0 || exact_exists(fetch->ret_path))
		return r;
	listener_step(request->listener, "downloading Debian's kernel");
	if (!package_cache_has(fetch->cache, &package)) {
		r = download_packages(fetch->cache, &apt, &package, &(size_t){ 0 }, 1, err);
		if (r < 0)
			return r;
	}
	r = package_cache_path(fetch->cache, &package, archive, err);
	if (r < 0)
		return r;
	fd = package_cache_get(fetch->cache, &package);
	if (fd < 0)
		return err_say(err, EAGAIN, "%s has just been removed or changed", archive);
	return extract(fetch->cache, fd, archive, "boot/vmlinuz-*", fetch->ret_path, err);
}

static int fetch(const struct debian_kernel_request *request, const struct package_cache *cache,
		 char *ret_path, struct err *err)
{
	struct fetch fetch = { request, cache, ret_path };
	struct mirrors mirrors;
	int r = apt_available(NULL, err);

	if (r < 0)
		return r;
	r = mirrors_parse(request->mirror, &mirrors, err);
	if (r < 0)
		return r;
	r = mirrors_try(&mirrors, request->listener, fetch_from, &fetch, err);
	return r < 0 ? r : 0;
}

/* The newest by name of those that are cached. */
static int find_cached(const struct debian_kernel_request *request, char *ret_path)
{
	char dir[PATH_SIZE], pattern[PATH_SIZE];
	__attribute__((cleanup(globfree))) glob_t found = { 0 };
	int r = package_cache_dir(request->cache, dir, NULL);

	if (r < 0)
		return r;
	r = image_path(dir, request->arch, "*", pattern, NULL);
	if (r < 0)
		return r;
	if (glob(pattern, 0, NULL, &found) != 0)
		return -ENOENT;
	return str_copy(ret_path, PATH_SIZE, found.gl_pathv[found.gl_pathc - 1]);
}

int debian_kernel_find(const struct debian_kernel_request *request, char *ret_path, struct err *err)
{
	struct package_cache cache;
	int r;

	if (!meta_package(request->arch))
		return err_say(err, ENOENT, "no default kernel for %s (Hint: --kernel FILE)",
			       request->arch->name);
	if (find_cached(request, ret_path) == 0)
		return 0;
	r = package_cache_open(request->cache, request->listener, &cache, err);
	if (r < 0)
		return r;
	r = fetch(request, &cache, ret_path, err);
	package_cache_close(&cache);
	return r < 0 ? err_wrap(err, r, "cannot get Debian's kernel for %s", request->arch->name)
		     : 0;
}

static int unpack_modules(const struct package_cache *cache, const char *image, const char *dir,
			  struct err *err)
{
	FD_CLEANUP int fd = -1;
	char archive[PATH_SIZE];
	int r = files_path(archive, err, "%s/debs/%s", cache->dir, path_base(image));

	if (r < 0)
		return r;
	fd = exact_open_file(archive, err);
	return fd < 0 ? fd : extract(cache, fd, archive, "lib/modules/*", dir, err);
}

int debian_kernel_find_modules(const struct debian_kernel_request *request, const char *image,
			       char *ret_dir, struct err *err)
{
	struct package_cache cache;
	int r = package_cache_open(request->cache, request->listener, &cache, err);

	if (r < 0)
		return r;
	r = files_path(ret_dir, err, "%s/modules/%s/%s", cache.dir, request->arch->name,
		       path_base(image));
	if (r == 0 && !exact_exists(ret_dir)) {
		listener_step(request->listener, "unpacking the kernel's modules");
		r = unpack_modules(&cache, image, ret_dir, err);
	}
	package_cache_close(&cache);
	return r;
}
