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

void owners_free(struct owners *owners)
{
	for (size_t i = 0; i < owners->n_files; i++)
		free(owners->files[i].path);
	for (size_t i = 0; i < owners->room_controls; i++)
		free(owners->controls[i]);
	free(owners->controls);
	free(owners->files);
	free(owners->packages);
	memset(owners, 0, sizeof(*owners));
}

int owners_add_package(struct owners *owners, const struct package *package, struct err *err)
{
	if (array_reserve(&owners->packages, &owners->room_packages, owners->n_packages + 1,
			  sizeof(*owners->packages)) < 0)
		return err_set(err, ENOMEM, "cannot list the packages");
	owners->packages[owners->n_packages] = *package;
	return (int)owners->n_packages++;
}

int owners_set_control(struct owners *owners, size_t package, char *text, struct err *err)
{
	size_t before = owners->room_controls;

	if (array_reserve(&owners->controls, &owners->room_controls, package + 1,
			  sizeof(*owners->controls)) < 0) {
		free(text);
		return err_set(err, ENOMEM, "cannot list the packages");
	}
	for (size_t i = before; i < owners->room_controls; i++)
		owners->controls[i] = NULL;
	free(owners->controls[package]);
	owners->controls[package] = text;
	return 0;
}

int owners_add_file(struct owners *owners, const char *path, size_t package, struct err *err)
{
	struct owned_file *file;

	if (array_reserve(&owners->files, &owners->room_files, owners->n_files + 1,
			  sizeof(*owners->files)) < 0)
		return err_set(err, ENOMEM, "cannot list the files of packages");
	file = &owners->files[owners->n_files];
	file->path = strdup(merged(path));
	if (!file->path)
		return err_set(err, ENOMEM, "cannot list the files of packages");
	file->package = package;
	owners->n_files++;
	return 0;
}

static int compare_files(const void *a, const void *b)
{
	return strcmp(((const struct owned_file *)a)->path, ((const struct owned_file *)b)->path);
}

void owners_sort(struct owners *owners)
{
	if (owners->n_files)
		qsort(owners->files, owners->n_files, sizeof(*owners->files), compare_files);
}

const struct package *owners_find(const struct owners *owners, const char *path)
{
	struct owned_file key = { .path = (char *)merged(path) }; /* only compared */
	const struct owned_file *found = owners->n_files
						 ? bsearch(&key, owners->files, owners->n_files,
							   sizeof(*owners->files), compare_files)
						 : NULL;

	return found ? &owners->packages[found->package] : NULL;
}

/* Runs a query with words after its own arguments. dpkg-query ends with 1 if it does not know one
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
	r = program_run(&(struct program){ .argv = argv, .output_max = OUTPUT_MAX }, ret_output,
			complaint, err);
	free(argv);
	return r < 0 ? r : 0;
}

/* The package that dpkg calls name (NAME or NAME:ARCH), asked for once; its index. */
static int know_package(struct owners *owners, const char *name, size_t n, struct err *err)
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
	for (size_t i = 0; i < owners->n_packages; i++) {
		size_t m = strlen(owners->packages[i].name);

		if (strncmp(owners->packages[i].name, word, m) == 0 && (!word[m] || word[m] == ':'))
			return (int)i;
	}
	r = query(head, words, 1, &output, err);
	if (r < 0)
		return r;
	text_init(&text, line, sizeof(line));
	text_addf(&text, "host %.*s 0 -", (int)strcspn(output, "\n"), output);
	if (text.overflow || package_parse(line, text.used, &package, NULL) != 1)
		return -ENOENT;
	return owners_add_package(owners, &package, err);
}

/* One line of `dpkg-query -S`: "libc6:amd64: /lib/...", or "a, b: /usr/..." (the first counts). */
static int take_line(struct owners *owners, const char *line, size_t n, struct err *err)
{
	const char *path = memmem(line, n, ": /", 3);
	char copy[PATH_SIZE];
	int package;

	if (!path || str_starts(line, "diversion "))
		return 0;
	if (str_copy_bytes(copy, sizeof(copy), path + 2, n - (size_t)(path + 2 - line)) < 0)
		return 0;
	n = strcspn(line, ",");
	package = know_package(owners, line, n < (size_t)(path - line) ? n : (size_t)(path - line),
			       err);
	if (package == -ENOENT)
		return 0;
	return package < 0 ? package : owners_add_file(owners, copy, (size_t)package, err);
}

static void free_words(char **words, size_t n)
{
	for (size_t i = 0; words && i < n; i++)
		free(words[i]);
	free(words);
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
		if (!both[2 * i] || !both[2 * i + 1]) {
			free_words(both, 2 * n);
			return NULL;
		}
	}
	return both;
}

static int ask(struct owners *owners, char *const *paths, size_t n, struct err *err)
{
	static const char *const head[] = { "dpkg-query", "-S", "--", NULL };
	FILES_FREE char *output = NULL;
	int r = query(head, paths, n, &output, err);

	if (r < 0)
		return r;
	for (const char *s = output; s && *s;) {
		size_t length = strcspn(s, "\n");

		r = take_line(owners, s, length, err);
		if (r < 0)
			return r;
		s += length + (s[length] == '\n');
	}
	return 0;
}

int owners_ask_dpkg(struct owners *owners, char *const *paths, size_t n, struct err *err)
{
	char **both;
	int r;

	if (!n || !program_exists("dpkg-query"))
		return 0;
	both = both_ways(paths, n);
	r = both ? ask(owners, both, 2 * n, err) : err_set(err, ENOMEM, "cannot ask dpkg");
	free_words(both, 2 * n);
	return r;
}
