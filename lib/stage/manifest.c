/* SPDX-License-Identifier: MIT */
/* Collects a runtime's binary inputs and writes them as sorted lines, or merges them with older
 * ones. */
#include "stage/manifest.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/exact.h"
#include "base/files.h"
#include "core/err.h"
#include "core/manifest_line.h"
#include "core/package.h"
#include "core/path_size.h"
#include "source/owners.h"

enum { LINE_MAX_OURS = 4 * PATH_SIZE };

int manifest_add(struct manifest *manifest, const char *path, const char *source, const char *real,
		 bool patched, struct err *err)
{
	struct manifest_file *file;

	if (array_reserve(&manifest->files, &manifest->room, manifest->n_files + 1,
			  sizeof(*manifest->files)) < 0)
		return err_set(err, ENOMEM, "cannot list %s", path);
	file = &manifest->files[manifest->n_files++];
	*file = (struct manifest_file){ .patched = patched };
	file->path = strdup(path);
	file->source = strdup(source);
	if (!file->path || !file->source)
		return err_set(err, ENOMEM, "cannot list %s", path);
	return exact_sum(real, file->sum, &file->size, err);
}

void manifest_patched(struct manifest *manifest)
{
	manifest->files[manifest->n_files - 1].patched = true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(((const struct manifest_file *)a)->path,
		      ((const struct manifest_file *)b)->path);
}

static int print_file(const struct manifest_file *file, const struct owners *owners,
		      const char *kind, FILE *out)
{
	const struct package *package = owners_find(owners, file->source);
	char size[24], origin[PATH_SIZE], line[LINE_MAX_OURS];
	int n = package ? snprintf(origin, sizeof(origin), "%s=%s", package->name, package->version)
			: snprintf(origin, sizeof(origin), "%s:%s", kind, file->source);

	if (n < 0 || (size_t)n >= sizeof(origin))
		return -ENAMETOOLONG;
	(void)snprintf(size, sizeof(size), "%" PRIu64, file->size); /* 20 digits at most */
	n = manifest_line_format(
		&(struct manifest_line){ .sum = file->sum,
					 .size = size,
					 .path = file->path,
					 .origin = origin,
					 .state = file->patched ? "patched" : "as-is" },
		line, sizeof(line));
	if (n < 0)
		return n;
	return fprintf(out, "%s\n", line) < 0 ? -ENOMEM : 0;
}

int manifest_text(struct manifest *manifest, const struct owners *owners, const char *kind,
		  char **ret, struct err *err)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);
	int r = 0;

	if (!out)
		return err_set(err, ENOMEM, "cannot write a manifest");
	if (manifest->n_files)
		qsort(manifest->files, manifest->n_files, sizeof(*manifest->files), compare);
	for (size_t i = 0; r == 0 && i < manifest->n_files; i++)
		r = print_file(&manifest->files[i], owners, kind, out);
	if (fclose(out) != 0 && r == 0)
		r = -ENOMEM;
	if (r < 0) {
		free(text);
		return err_set(err, -r, "cannot write a manifest");
	}
	*ret = text;
	return 0;
}

int manifest_write(struct manifest *manifest, const struct owners *owners, const char *kind,
		   const char *to, struct err *err)
{
	FILES_FREE char *text = NULL;
	int r = manifest_text(manifest, owners, kind, &text, err);

	if (r < 0)
		return r;
	return exact_write(to, text, strlen(text), 0644, err);
}

/* -- merging -------------------------------------------------------------------------------- */

/* A line and the word in it that it is known by; both borrowed from a text. */
struct known_line {
	const char *line, *word;
	size_t n, n_word;
};

static struct known_line know_line(const char *line, unsigned key)
{
	struct known_line ret = { .line = line, .word = line, .n = strcspn(line, "\n") };

	for (; key && ret.word[strcspn(ret.word, " \n")] == ' '; key--)
		ret.word += strcspn(ret.word, " \n") + 1;
	ret.n_word = strcspn(ret.word, " \n");
	return ret;
}

static int compare_words(const void *a, const void *b)
{
	const struct known_line *one = a, *other = b;
	size_t n = one->n_word < other->n_word ? one->n_word : other->n_word;
	int r = memcmp(one->word, other->word, n);

	return r ? r : (one->n_word > other->n_word) - (one->n_word < other->n_word);
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

/* Adds the lines of a text (comments go) that are not known by the first n_known ones. */
static size_t collect_lines(const char *text, unsigned key, struct known_line *lines, size_t n,
			    size_t n_known)
{
	for (const char *s = text; *s;) {
		struct known_line line = know_line(s, key);
		bool known = !line.n || line.line[0] == '#';

		for (size_t i = 0; i < n_known && !known; i++)
			known = compare_words(&lines[i], &line) == 0;
		if (!known)
			lines[n++] = line;
		s += line.n + (s[line.n] == '\n');
	}
	return n;
}

int manifest_merge(const char *old, const char *text, unsigned key, const char *to, struct err *err)
{
	FILES_FREE char *before = NULL, *merged = NULL;
	size_t n, size, n_text;
	struct known_line *lines;
	FILE *out;
	int r = exact_exists(old) ? exact_read(old, &before, &size, err) : 0;

	if (r < 0)
		return r;
	lines = calloc(count_lines(text) + count_lines(before ? before : ""), sizeof(*lines));
	out = open_memstream(&merged, &size);
	if (lines && out) {
		n_text = collect_lines(text, key, lines, 0, 0);
		n = before ? collect_lines(before, key, lines, n_text, n_text) : n_text;
		qsort(lines, n, sizeof(*lines), compare_words);
		for (size_t i = 0; i < n; i++)
			(void)fprintf(out, "%.*s\n", (int)lines[i].n, lines[i].line);
	}
	if (!out || fclose(out) != 0 || !lines)
		r = err_set(err, ENOMEM, "cannot write %s", to);
	free(lines);
	return r < 0 ? r : exact_write(to, merged, strlen(merged), 0644, err);
}

void manifest_free(struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->n_files; i++) {
		free(manifest->files[i].path);
		free(manifest->files[i].source);
	}
	free(manifest->files);
	memset(manifest, 0, sizeof(*manifest));
}
