/* SPDX-License-Identifier: MIT */
/* The argument vector of the process that is replayed, as each exec changes it. Only for
 * lib/explain. */
#ifndef BUSYPY_EXPLAIN_WORDS_H
#define BUSYPY_EXPLAIN_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct shebang;

/* Initialise with { 0 }; words_free afterwards. */
struct words {
	char **at;
	size_t n;
	/* The script that was put there last: how many words are left from it on; 0 is none. */
	size_t script;
};

/* The words of execve(2): path and arguments, a list that ends with NULL or is NULL. Like all that
 * follow: 0 or -ENOMEM. */
int words_start(struct words *words, const char *path, char *const *arguments);

/* fs/binfmt_script.c: the interpreter, its words and the script take the first word's place. Our
 * loader does the same with the words that it has been given. */
int words_script(struct words *words, const struct shebang *line, const char *script);

/* fs/binfmt_misc.c: an entry's interpreter and the file; keeps_first: flag P. */
int words_handler(struct words *words, const char *interpreter, const char *file, bool keeps_first);

/* Takes words away, so that number n comes first; the script is another one then, or none. */
void words_drop(struct words *words, size_t n);

/* Puts word in the place of the first. */
int words_name(struct words *words, const char *word);

/* Takes all n words of the list, of which script are left from the script on. */
int words_take(struct words *words, const char *const *list, size_t n, size_t script);

void words_free(struct words *words);

#endif
