/* SPDX-License-Identifier: MIT */
/* Calls mkfs.erofs(1) with every variable detail pinned down. */
#include "image/erofs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/program.h"
#include "core/err.h"
#include "core/str.h"
#include "image/pack.h"
#include "image/select.h"
#include "sys/below.h"
#include "sys/fd.h"

enum { WORD_MAX = 4096 };

/* Of all images: only what is in them tells one from another. */
#define UUID "-U6f1a3e52-8d0c-4c5b-9b1e-62757379707a"
/* Clusters of 64 KiB: of what was tried they need the fewest requests over a network. A kernel
 * reads them since 5.13. */
#define COMPRESSED "-zlz4hc,12", "-C65536"

struct words {
	char **argv;
	size_t n, max;
};

static int add_word(struct words *words, const char *prefix, const char *text)
{
	char word[WORD_MAX];
	struct text made;

	text_init(&made, word, sizeof(word));
	text_add(&made, prefix);
	text_add(&made, text);
	if (text_check(&made) < 0)
		return -ENAMETOOLONG;
	if (array_reserve(&words->argv, &words->max, words->n + 2, sizeof(*words->argv)) < 0)
		return -ENOMEM;
	words->argv[words->n] = strdup(word);
	if (!words->argv[words->n])
		return -ENOMEM;
	words->argv[++words->n] = NULL;
	return 0;
}

static void free_words(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->argv[i]);
	free(words->argv);
}

static int add_left_out(const char *path, void *ctx)
{
	return add_word(ctx, "--exclude-path=", path);
}

static int add_options(struct words *words, const struct pack_request *request)
{
	/* no extended attributes; all files are root's, from 1970 */
	static const char *const options[] = { "mkfs.erofs", "--quiet", "-x-1",	   "--all-root",
					       "-T0",	     UUID,	COMPRESSED };
	size_t n = sizeof(options) / sizeof(options[0]);

	if (request->compression == PACK_PLAIN)
		n -= 2;
	for (size_t i = 0; i < n; i++) {
		int r = add_word(words, options[i], "");

		if (r < 0)
			return r;
	}
	return 0;
}

static int make(const struct pack_request *request, const char *temporary, struct pack_size *ret,
		struct err *err)
{
	__attribute__((cleanup(free_words))) struct words words = { 0 };
	struct select_visitor visitor = { .left_out = add_left_out, .ctx = &words };
	struct program program = { .complaint = "<E>" };
	int r = add_options(&words, request);

	if (r < 0)
		return err_set(err, -r, "cannot pack %s", request->tree);
	r = select_files(request, &visitor, ret, err);
	if (r < 0)
		return r;
	if (add_word(&words, temporary, "") < 0 || add_word(&words, request->tree, "") < 0)
		return err_set(err, ENOMEM, "cannot pack %s", request->tree);
	program.argv = (const char *const *)words.argv;
	return program_do(&program, NULL, "cannot make an erofs image", err);
}

static int settle(const struct pack_request *request, const struct erofs_file *file,
		  struct err *err)
{
	FD_CLEANUP int fd = below_open_file(file->dir, file->name);

	if (fd < 0)
		return err_set(err, -fd, "cannot open %s", request->output);
	if (fsync(fd) < 0 || fchmod(fd, 0644) < 0)
		return err_set(err, errno, "cannot write %s", request->output);
	return 0;
}

int erofs_write(const struct pack_request *request, const struct erofs_file *file,
		struct pack_size *ret, struct err *err)
{
	int r;

	if (!program_exists("mkfs.erofs"))
		return err_say(err, ENOENT,
			       "mkfs.erofs is not installed (Hint: install erofs-utils)");
	r = make(request, file->path, ret, err);
	if (r < 0)
		return r;
	return settle(request, file, err);
}
