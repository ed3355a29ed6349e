/* SPDX-License-Identifier: MIT */
/* Copies terminals, time zones, locale and certificates from where distributions keep them. */
#include "stage/extras.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/view_host.h"
#include "stage/copy.h"
#include "sys/fd.h"

/* Not the whole of ncurses-term: where a distribution tells common terminals apart, they are in
 * /lib/terminfo. */
static const char *const terminfo[] = { "/lib/terminfo", "/usr/share/terminfo", NULL };
static const char *const locale[] = { "/usr/lib/locale/C.utf8", NULL };
static const char *const zoneinfo[] = { "/usr/share/zoneinfo", NULL };

/* right/ and posix/ are the whole database twice again; localtime is that machine's. */
static const char *const zoneinfo_skip[] = { "/right", "/posix", "/localtime", NULL };

static const struct {
	const char *const *from; /* the first that is there */
	const char *to;		 /* below usr */
	const char *const *skip;
} trees[] = {
	{ terminfo, "share/terminfo", NULL },
	{ locale, "lib/locale/C.utf8", NULL },
	{ zoneinfo, "share/zoneinfo", zoneinfo_skip },
};

/* A bundle of all certificates, where a distribution has made one. */
static const char *const bundles[] = { "/etc/ssl/certs/ca-certificates.crt",
				       "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem" };

#define CERTIFICATES "/usr/share/ca-certificates/mozilla"
#define BUNDLE "lib/ssl/cert.pem"

static bool is_dir(const struct sysroot *root, const char *path)
{
	char real[PATH_SIZE];
	struct stat st;

	return sysroot_find(root, path, real) == 0 && exact_stat(real, &st) == 0 &&
	       S_ISDIR(st.st_mode);
}

static int stage_tree(const struct copy *copy, size_t which, struct err *err)
{
	struct copy with = *copy;

	with.skip = trees[which].skip;
	for (const char *const *from = trees[which].from; *from; from++) {
		if (is_dir(copy->root, *from))
			return copy_tree(&with, *from, trees[which].to, err);
	}
	return 0;
}

static int select_certificate(const struct dirent *entry)
{
	return str_ends(entry->d_name, ".crt");
}

/* Several certificates as one text. */
struct bundle {
	const struct copy *copy;
	FILE *out;
};

static int bundle_certificate(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct bundle *bundle = ctx;
	FILES_FREE char *text = NULL;
	FD_CLEANUP int fd = -1;
	char path[PATH_SIZE], real[PATH_SIZE];
	size_t size;
	int r = files_path(path, err, CERTIFICATES "/%s", name);

	(void)dir; /* it is known by its place in the sysroot */
	if (r < 0)
		return r;
	fd = copy_open_file(bundle->copy, path, real, err);
	if (fd < 0)
		return fd;
	r = files_read_open(fd, real, &text, &size, err);
	if (r < 0)
		return r;
	return fwrite(text, 1, size, bundle->out) == size
		       ? 0
		       : err_set(err, ENOMEM, "cannot bundle the certificates");
}

/* By way of a file beside, so that archs with the same certificates share one bundle. */
static int take_bundle(const struct copy *copy, const char *text, size_t n, struct err *err)
{
	char beside[PATH_SIZE];
	int r = files_path(beside, err, "%s/bundle", copy->to);

	if (r < 0)
		return r;
	r = exact_write(beside, text, n, 0644, err);
	if (r < 0)
		return r;
	r = copy_real(copy, beside, BUNDLE, err);
	if (r < 0)
		return r;
	return exact_remove(beside, err);
}

static int write_bundle(const struct copy *copy, const char *dir, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int r;

	if (!out)
		return err_set(err, ENOMEM, "cannot bundle the certificates");
	/* what update-ca-certificates(8) does when the package is installed: one file of them all
	 */
	r = exact_each_name(dir,
			    &(struct files_names){ .select = select_certificate,
						   .each = bundle_certificate,
						   .ctx = &(struct bundle){ copy, out } },
			    err);
	if (fclose(out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot bundle the certificates");
	return r < 0 ? r : take_bundle(copy, text, n, err);
}

static int stage_bundle(const struct copy *copy, struct err *err)
{
	char real[PATH_SIZE];

	for (size_t i = 0; i < sizeof(bundles) / sizeof(bundles[0]); i++) {
		if (sysroot_find(copy->root, bundles[i], real) == 0)
			return copy_file(copy, bundles[i], BUNDLE, err);
	}
	if (sysroot_find(copy->root, CERTIFICATES, real) == 0)
		return write_bundle(copy, real, err);
	return 0;
}

/* OpenSSL, as Debian builds it, reads cert.pem and certs in /usr/lib/ssl. The staged bundle serves
 * where there is no /etc/ssl; a host's own certificates come through the link. */
static int stage_certificates(const struct copy *copy, struct err *err)
{
	char path[PATH_SIZE];
	int r = stage_bundle(copy, err);

	if (r < 0)
		return r;
	r = files_path(path, err, "%s/lib/ssl/certs", copy->to);
	if (r < 0)
		return r;
	r = exact_mkdirs_for(path, err);
	if (r < 0)
		return r;
	return exact_symlink("/etc/ssl/certs", path, err);
}

/* A view binds the host's directory only over an empty one of the runtime. */
static int make_mount_points(const struct copy *copy, struct err *err)
{
	char path[PATH_SIZE];
	int r = 0;

	for (size_t i = 0; view_share(i); i++) {
		r = files_path(path, err, "%s%s", copy->to, view_share(i) + strlen("/usr"));
		if (r < 0)
			return r;
		r = exact_mkdirs(path, err);
		if (r < 0)
			return r;
	}
	return r;
}

int extras_stage(const struct copy *copy, struct err *err)
{
	int r = 0;

	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		r = stage_tree(copy, i, err);
		if (r < 0)
			return r;
	}
	r = stage_certificates(copy, err);
	if (r < 0)
		return r;
	return make_mount_points(copy, err);
}
