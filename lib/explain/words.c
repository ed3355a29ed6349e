/* SPDX-License-Identifier: MIT */
/* A vector of words that grows at its front. */
#include "explain/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/shebang.h"

/* Makes room for n words before the others. */
static int grow(struct words *words, size_t n)
{
	char **at = calloc(words->n + n + 1, sizeof(*at));

	if (!at)
		return -ENOMEM;
	if (words->n)
		memcpy(at + n, words->at, words->n * sizeof(*at));
	free(words->at);
	words->at = at;
	words->n += n;
	return 0;
}

static int put(struct words *words, size_t i, const char *word)
{
	words->at[i] = strdup(word);
	return words->at[i] ? 0 : -ENOMEM;
}

int words_take(struct words *words, const char *const *list, size_t n, size_t script)
{
	struct words made = { .script = script };
	int r = grow(&made, n);

	for (size_t i = 0; r == 0 && i < n; i++)
		r = put(&made, i, list[i]);
	if (r < 0) {
		words_free(&made);
		return r;
	}
	words_free(words);
	*words = made;
	return 0;
}

int words_start(struct words *words, const char *path, char *const *arguments)
{
	size_t n = 0;
	int r;

	while (arguments && arguments[n])
		n++;
	r = grow(words, n + 1);
	if (r == 0)
		r = put(words, 0, path);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = put(words, i + 1, arguments[i]);
	return r;
}

void words_drop(struct words *words, size_t n)
{
	n = n < words->n ? n : words->n;
	for (size_t i = 0; i < n; i++)
		free(words->at[i]);
	memmove(words->at, words->at + n, (words->n - n + 1) * sizeof(*words->at));
	words->n -= n;
	if (words->script > words->n)
		words->script = 0;
}

int words_name(struct words *words, const char *word)
{
	char *copy = strdup(word);

	if (!copy || !words->n) {
		free(copy);
		return -ENOMEM;
	}
	free(words->at[0]);
	words->at[0] = copy;
	return 0;
}

int words_script(struct words *words, const struct shebang *line, const char *script)
{
	size_t n = line->has_arg ? 1 + line->more : 0;
	const char *word = line->arg;
	int r;

	words_drop(words, 1);
	r = grow(words, n + 2);
	if (r == 0)
		r = put(words, 0, line->interp);
	for (size_t i = 0; r == 0 && i < n; i++) {
		r = put(words, i + 1, word);
		word += strlen(word) + 1;
	}
	if (r == 0)
		r = put(words, n + 1, script);
	words->script = words->n - n - 1;
	return r;
}

int words_handler(struct words *words, const char *interpreter, const char *file, bool keeps_first)
{
	int r;

	if (!keeps_first)
		words_drop(words, 1);
	r = grow(words, 2);
	if (r == 0)
		r = put(words, 0, interpreter);
	return r == 0 ? put(words, 1, file) : r;
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->at[i]);
	free(words->at);
	*words = (struct words){ 0 };
}
