/* SPDX-License-Identifier: MIT */
/* A sorted table from path to package, filled by archives or by dpkg-query(1). */
#include "source/owners.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/files.h"
#include "base/program.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"

enum { OUTPUT_MAX = 4 * 1024 * 1024 };

static const char *merged(const char *path)
{
	return str_starts(path, "/usr/") ? path + 4 : path;
}

void origins_free(struct origins *origins)
{
	for (size_t i = 0; i < origins->n_files; i++)
		free(origins->files[i].path);
	free(origins->files);
	free(origins->packages);
	memset(origins, 0, sizeof(*origins));
}

int origins_add_package(struct origins *origins, const struct package *package, struct err *err)
{
	if (array_reserve(&origins->packages, &origins->room_packages, origins->n_packages + 1,
			  sizeof(*origins->packages)) < 0)
		return err_set(err, ENOMEM, "cannot list the packages");
	origins->packages[origins->n_packages] = *package;
	return (int)origins->n_packages++;
}

int origins_add_file(struct origins *origins, const char *path, size_t package, struct err *err)
{
	struct origin_file *file;

	if (array_reserve(&origins->files, &origins->room_files, origins->n_files + 1,
			  sizeof(*origins->files)) < 0)
		return err_set(err, ENOMEM, "cannot list the files of packages");
	file = &origins->files[origins->n_files];
	file->path = strdup(merged(path));
	if (!file->path)
		return err_set(err, ENOMEM, "cannot list the files of packages");
	file->package = package;
	origins->n_files++;
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct origin_file *)a)->path, ((const struct origin_file *)b)->path);
}

void origins_sort(struct origins *origins)
{
	if (origins->n_files)
		qsort(origins->files, origins->n_files, sizeof(*origins->files), compare_files);
}

const struct package *origins_package(const struct origins *origins, const char *path)
{
	struct origin_file key = { .path = (char *)merged(path) }; /* only compared */
	const struct origin_file *found = origins->n_files
						  ? bsearch(&key, origins->files, origins->n_files,
							    sizeof(*origins->files), compare_files)
						  : NULL;

	return found ? &origins->packages[found->package] : NULL;
}

/* Runs a query with words behind its own arguments. dpkg-query ends with 1 if it does not know one
 * of them, and answers about the others. */
static int query(const char *const *head, char *const *words, size_t n, char **ret_output,
		 struct err *err)
{
	char complaint[ERR_TEXT_MAX];
	size_t n_head = 0;
	const char **argv;
	int r;

	while (head[n_head])
		n_head++;
	argv = calloc(n_head + n + 1, sizeof(*argv));
	if (!argv)
		return err_set(err, ENOMEM, "cannot ask dpkg");
	for (size_t i = 0; i < n_head; i++)
		argv[i] = head[i];
	for (size_t i = 0; i < n; i++)
		argv[n_head + i] = words[i];
	r = child_run(&(struct child){ .argv = argv, .output_max = OUTPUT_MAX }, ret_output,
		      complaint, err);
	free(argv);
	return r < 0 ? r : 0;
}

/* The package that dpkg calls name (NAME or NAME:ARCH), asked for once; its index. */
static int know_package(struct origins *origins, const char *name, size_t n, struct err *err)
{
	static const char *const head[] = { "dpkg-query", "-W",
					    "-f",	  "${Package} ${Version} ${Architecture}\n",
					    "--",	  NULL };
	FILES_FREE char *output = NULL;
	char word[PACKAGE_WORD_MAX], line[3 * PACKAGE_WORD_MAX + 16];
	char *words[] = { word };
	struct package package;
	struct text text;
	int r;

	if (str_copy_bytes(word, sizeof(word), name, n) < 0)
		return -ENOENT;
	for (size_t i = 0; i < origins->n_packages; i++) {
		size_t m = strlen(origins->packages[i].name);

		if (strncmp(origins->packages[i].name, word, m) == 0 &&
		    (!word[m] || word[m] == ':'))
			return (int)i;
	}
	r = query(head, words, 1, &output, err);
	if (r < 0)
		return r;
	text_init(&text, line, sizeof(line));
	text_addf(&text, "host %.*s 0 -", (int)strcspn(output, "\n"), output);
	if (text.overflow || package_parse(line, text.used, &package, NULL) != 1)
		return -ENOENT;
	return origins_add_package(origins, &package, err);
}

/* One line of `dpkg-query -S`: "libc6:amd64: /lib/...", or "a, b: /usr/..." (the first counts). */
static int take_line(struct origins *origins, const char *line, size_t n, struct err *err)
{
	const char *path = memmem(line, n, ": /", 3);
	char copy[PATH_SIZE];
	int package;

	if (!path || str_starts(line, "diversion "))
		return 0;
	if (str_copy_bytes(copy, sizeof(copy), path + 2, n - (size_t)(path + 2 - line)) < 0)
		return 0;
	n = strcspn(line, ",");
	package = know_package(origins, line, n < (size_t)(path - line) ? n : (size_t)(path - line),
			       err);
	if (package == -ENOENT)
		return 0;
	return package < 0 ? package : origins_add_file(origins, copy, (size_t)package, err);
}

/* Every path twice: with and without "/usr", as dpkg may know either. Caller frees all. */
static char **both_ways(char *const *paths, size_t n)
{
	char **both = calloc(2 * n + 1, sizeof(*both));

	for (size_t i = 0; both && i < n; i++) {
		const char *tail = merged(paths[i]);

		both[2 * i] = strdup(tail);
		if (asprintf(&both[2 * i + 1], "/usr%s", tail) < 0)
			both[2 * i + 1] = NULL;
	}
	return both;
}

static int ask(struct origins *origins, char *const *paths, size_t n, struct err *err)
{
	static const char *const head[] = { "dpkg-query", "-S", "--", NULL };
	FILES_FREE char *output = NULL;
	int r = query(head, paths, n, &output, err);

	for (const char *s = output; r == 0 && s && *s;) {
		size_t length = strcspn(s, "\n");

		r = take_line(origins, s, length, err);
		s += length + (s[length] == '\n');
	}
	return r;
}

int origins_ask_dpkg(struct origins *origins, char *const *paths, size_t n, struct err *err)
{
	char **both;
	int r = 0;

	if (!n || !child_exists("dpkg-query"))
		return 0;
	both = both_ways(paths, n);
	for (size_t i = 0; !both || i < 2 * n; i++) {
		if (!both || !both[i]) {
			r = err_set(err, ENOMEM, "cannot ask dpkg");
			break;
		}
	}
	if (r == 0)
		r = ask(origins, both, 2 * n, err);
	for (size_t i = 0; both && i < 2 * n; i++)
		free(both[i]);
	free(both);
	return r;
}
