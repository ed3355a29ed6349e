/* SPDX-License-Identifier: MIT */
/* Writes a runtime's records. All texts are sorted and hold neither times nor paths of the building
 * machine's temporary files, so that the same input gives the same bytes. */
#include "stage/provenance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/ldso.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/readelf.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/copy.h"
#include "stage/manifest.h"

static int write_text(const struct provenance *provenance, const char *name, const char *text,
		      struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", provenance->dir, name);

	if (r < 0)
		return r;
	return exact_write(path, text, strlen(text), 0644, err);
}

/* -- versions ------------------------------------------------------------------------------- */

/* Finds "\0PREFIX...\0" where the rest looks like a version; borrowed from bytes. */
static const char *find_version(const char *bytes, size_t n, const char *prefix)
{
	const char *at = bytes;
	size_t m = strlen(prefix);

	while ((at = memmem(at, n - (size_t)(at - bytes), prefix, m))) {
		size_t length = strspn(at + m, "0123456789.abcrv+");

		if (at > bytes && at[-1] == '\0' && length && at[m] >= '0' && at[m] <= '9' &&
		    at[m + length] == '\0')
			return at;
		at += m;
	}
	return NULL;
}

static int find_python(const char *python, unsigned minor, char *ret, struct err *err)
{
	FILES_FREE char *bytes = NULL;
	char prefix[32];
	const char *version;
	size_t n;
	int r = exact_read(python, &bytes, &n, err);

	if (r < 0)
		return r;
	(void)snprintf(prefix, sizeof(prefix), "3.%u.", minor);
	version = find_version(bytes, n, prefix);
	if (version && str_copy(ret, PROVENANCE_VERSION_MAX, version) == 0)
		return 0;
	(void)snprintf(ret, PROVENANCE_VERSION_MAX, "3.%u", minor);
	return 0;
}

/* musl's ld.so has "1.2.3" in it. */
static void print_libc(const struct provenance *provenance, FILE *out)
{
	FILES_FREE char *bytes = NULL;
	char path[PATH_SIZE], release[PROVENANCE_VERSION_MAX];
	const char *at;
	size_t n;

	if (!provenance->ldso[0]) {
		(void)fputs("libc static\n", out);
		return;
	}
	if (files_path(path, NULL, "%s/%s", provenance->clib, provenance->ldso) < 0 ||
	    exact_read(path, &bytes, &n, NULL) < 0)
		return;
	if (ldso_release(bytes, n, release, sizeof(release))) {
		(void)fprintf(out, "libc glibc %s\n", release);
		return;
	}
	at = find_version(bytes, n, "1.");
	(void)fprintf(out, "libc musl %s\n", at ? at : "unknown");
}

static int write_versions(const struct provenance *provenance, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return err_set(err, ENOMEM, "cannot write the versions");
	(void)fprintf(out, "python %s\n", provenance->version);
	print_libc(provenance, out);
	if (fclose(out) != 0)
		return err_set(err, ENOMEM, "cannot write the versions");
	return write_text(provenance, "versions", text, err);
}

/* -- packages ------------------------------------------------------------------------------- */

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *package_line(const struct package *package)
{
	char line[6 * PACKAGE_WORD_MAX];

	return package_format(package, line, sizeof(line)) < 0 ? NULL : strdup(line);
}

static int print_packages(const struct owners *owners, FILE *out, struct err *err)
{
	char **lines = calloc(owners->n_packages + 1, sizeof(*lines));
	int r = 0;

	for (size_t i = 0; lines && i < owners->n_packages; i++) {
		lines[i] = package_line(&owners->packages[i]);
		if (!lines[i])
			r = -ENOMEM;
	}
	if (!lines || r < 0) {
		r = err_set(err, ENOMEM, "cannot list the packages");
	} else {
		qsort(lines, owners->n_packages, sizeof(*lines), compare_lines);
		for (size_t i = 0; i < owners->n_packages; i++)
			(void)fprintf(out, "%s\n", lines[i]);
	}
	for (size_t i = 0; lines && i < owners->n_packages; i++)
		free(lines[i]);
	free(lines);
	return r;
}

static int write_packages(const struct provenance *provenance, struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int r;

	if (!out)
		return err_set(err, ENOMEM, "cannot list the packages");
	(void)fputs("# suite name version architecture size sha256\n", out);
	r = print_packages(provenance->source->owners, out, err);
	if (fclose(out) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot list the packages");
	return r < 0 ? r : write_text(provenance, "packages", text, err);
}

/* Debian keeps every package's licence in its documentation; other sources have no such rule. */
static int write_licences(const struct provenance *provenance, struct err *err)
{
	const struct owners *owners = provenance->source->owners;
	char dir[PATH_SIZE], from[PATH_SIZE], real[PATH_SIZE];
	struct copy copy = { .root = provenance->source->root, .to = dir };
	int r = files_path(dir, err, "%s/licences", provenance->dir);

	if (r < 0)
		return r;
	r = exact_mkdirs(dir, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < owners->n_packages; i++) {
		r = files_path(from, err, "/usr/share/doc/%s/copyright", owners->packages[i].name);
		if (r < 0)
			return r;
		if (sysroot_find(copy.root, from, real) == 0)
			r = copy_file(&copy, from, owners->packages[i].name, err);
		if (r < 0)
			return r;
	}
	return r;
}

/* -- the interpreter ------------------------------------------------------------------------ */

static int write_readelf(const char *dir, const char *python, const char *when, struct err *err)
{
	char segments[PATH_SIZE], dynamic[PATH_SIZE];
	int r = files_path(segments, err, "%s/readelf_l.%s.txt", dir, when);

	if (r < 0)
		return r;
	r = files_path(dynamic, err, "%s/readelf_d.%s.txt", dir, when);
	if (r < 0)
		return r;
	return readelf_write(python, segments, dynamic, err);
}

int provenance_begin(const char *dir, const char *python, unsigned minor,
		     char ret_version[PROVENANCE_VERSION_MAX], struct err *err)
{
	int r = exact_mkdirs(dir, err);

	if (r < 0)
		return r;
	r = write_readelf(dir, python, "before", err);
	return r < 0 ? r : find_python(python, minor, ret_version, err);
}

/* For `sha256sum -c` in the tree. */
static int write_sum(const struct provenance *provenance, struct err *err)
{
	char sum[65], line[512];
	struct text text;
	uint64_t size;
	int r = exact_sum(provenance->python, sum, &size, err);

	if (r < 0)
		return r;
	text_init(&text, line, sizeof(line));
	text_addf(&text, "%s  " TREE_USR_OF "/bin/python3.%u\n", sum,
		  provenance->source->arch->name, provenance->minor);
	return write_text(provenance, "python3.sha256", line, err);
}

/* A host's packages are known only once it is known which of its files were taken. */
static int ask_host(const struct provenance *provenance, struct err *err)
{
	const struct manifest *manifest = provenance->manifest;
	char **paths = calloc(manifest->n_files + 1, sizeof(*paths));
	int r;

	if (!paths)
		return err_set(err, ENOMEM, "cannot ask for packages");
	for (size_t i = 0; i < manifest->n_files; i++)
		paths[i] = manifest->files[i].source;
	r = owners_ask_dpkg(provenance->source->owners, paths, manifest->n_files, err);
	free(paths);
	return r;
}

static int write_manifest(const struct provenance *provenance, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/manifest", provenance->dir);

	if (r < 0)
		return r;
	owners_sort(provenance->source->owners);
	return manifest_write(provenance->manifest, provenance->source->owners,
			      source_word(provenance->source->kind), path, err);
}

/* The lines of sha256sum of both. */
static int join_sums(const char *from, const char *to, struct err *err)
{
	FILES_FREE char *one = NULL, *other = NULL, *both = NULL;
	size_t n;
	int r = exact_read(to, &one, &n, err);

	if (r < 0)
		return r;
	r = exact_read(from, &other, &n, err);
	if (r < 0)
		return r;
	if (asprintf(&both, "%s%s", one, other) < 0) {
		both = NULL;
		return err_set(err, ENOMEM, "cannot write %s", to);
	}
	r = exact_remove(to, err);
	return r < 0 ? r : exact_write(to, both, strlen(both), 0644, err);
}

static int join_manifests(const char *from, const char *to, struct err *err)
{
	enum { KEY = 2 /* the file's path */ };
	FILES_FREE char *text = NULL;
	size_t n;
	int r = exact_read(to, &text, &n, err);

	if (r < 0)
		return r;
	r = exact_remove(to, err);
	return r < 0 ? r : manifest_merge(from, text, KEY, to, err);
}

int provenance_join(const char *dir, const char *into, struct err *err)
{
	static const struct {
		const char *name;
		int (*join)(const char *from, const char *to, struct err *err);
	} joined[] = { { "manifest", join_manifests }, { "python3.sha256", join_sums } };

	for (size_t i = 0; i < sizeof(joined) / sizeof(joined[0]); i++) {
		char from[PATH_SIZE], to[PATH_SIZE];
		int r = files_path(from, err, "%s/%s", dir, joined[i].name);

		if (r < 0)
			return r;
		r = files_path(to, err, "%s/%s", into, joined[i].name);
		if (r < 0)
			return r;
		r = joined[i].join(from, to, err);
		if (r < 0)
			return r;
		r = exact_remove(from, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int provenance_write(const struct provenance *provenance, struct err *err)
{
	int r = 0;

	if (provenance->source->kind == SOURCE_HOST)
		r = ask_host(provenance, err);
	if (r < 0)
		return r;
	r = write_manifest(provenance, err);
	if (r < 0)
		return r;
	r = write_packages(provenance, err);
	if (r < 0)
		return r;
	r = write_licences(provenance, err);
	if (r < 0)
		return r;
	r = write_text(provenance, "sources", provenance->source->about, err);
	if (r < 0)
		return r;
	r = write_versions(provenance, err);
	if (r < 0)
		return r;
	r = write_readelf(provenance->dir, provenance->python, "after", err);
	if (r < 0)
		return r;
	return write_sum(provenance, err);
}
