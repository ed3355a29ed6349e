/* SPDX-License-Identifier: MIT */
/* Finds the programs of commands; pure. The shell's grammar is followed only as far as it is plain:
 * what is not, is not looked at. */
#include "core/called.h"

#include <string.h>

#include "core/str.h"

enum { WORDS_MAX = 32 };

/* Programs that start another: which of their options have an argument, with which they start none,
 * and how many words stand before the program. */
static const struct {
	const char *name, *with_value, *alone;
	unsigned operands;
} wrappers[] = {
	{ "sudo", "CghpRrTtUuD", "eKklvV", 0 },
	{ "doas", "Cu", "Ls", 0 },
	{ "env", "uC", "S", 0 },
	{ "nice", "n", "", 0 },
	{ "ionice", "cn", "pPu", 0 },
	{ "nohup", "", "", 0 },
	{ "setsid", "", "", 0 },
	{ "timeout", "ks", "", 1 },
	{ "stdbuf", "ioe", "", 0 },
	{ "exec", "a", "", 0 },
	{ "command", "", "vV", 0 },
	{ "time", "fo", "", 0 },
};

/* What a shell does itself, or what only opens a command. */
static const char *const builtins[] = {
	".",	  ":",	    "[",     "alias",	"bg",	  "break", "cd",      "continue",
	"echo",	  "eval",   "exec",  "exit",	"export", "false", "fg",      "getopts",
	"hash",	  "jobs",   "kill",  "local",	"printf", "pwd",   "read",    "readonly",
	"return", "set",    "shift", "source",	"test",	  "times", "trap",    "true",
	"type",	  "ulimit", "umask", "unalias", "unset",  "wait",  "command", "time",
};
static const char *const openers[] = { "if",	"then", "else", "elif", "while",
				       "until", "do",	"{",	"!" };
static const char *const closers[] = { "fi", "done", "esac", "}" };
static const char *const complex[] = { "for", "case", "select", "function", "[[", "((" };

static bool among(const char *word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_eq(word, list[i]))
			return true;
	}
	return false;
}

#define AMONG(word, list) among(word, list, sizeof(list) / sizeof((list)[0]))

static void add(struct called *called, const char *name)
{
	for (size_t i = 0; i < called->n; i++) {
		if (str_eq(called->names[i], name))
			return;
	}
	if (called->n < CALLED_MAX &&
	    str_copy(called->names[called->n], CALLED_NAME_MAX, name) == 0)
		called->n++;
}

static bool is_assignment(const char *word)
{
	size_t n = strcspn(word, "=");

	return n && word[n] && strcspn(word, "/ -") > n;
}

static bool is_known(const char *word)
{
	for (const char *s = word; *s; s++) {
		if (*s == CALLED_UNKNOWN)
			return false;
	}
	return *word;
}

/* The word behind a wrapper, its options and its assignments; n if there is none that is sure. */
static size_t behind(const char *const *words, size_t n, size_t at, size_t which)
{
	unsigned operands = wrappers[which].operands;

	for (at++; at < n; at++) {
		const char *word = words[at];

		if (!is_known(word))
			return n;
		if (str_eq(word, "--"))
			return at + 1 + operands;
		if (word[0] == '-') {
			const char *options = word + 1;
			size_t taken = strcspn(options, wrappers[which].with_value);

			if (options[0] == '-' && strchr(options, '='))
				continue;
			if (options[0] == '-' || strcspn(options, wrappers[which].alone) < taken)
				return n;
			at += options[taken] && !options[taken + 1];
		} else if (!is_assignment(word) && !operands--) {
			return at;
		}
	}
	return n;
}

static const char *const shells[] = { "sh", "bash", "dash", "ksh", "zsh" };

static void add_words(struct called *called, const char *const *words, size_t n, bool by_shell)
{
	size_t at = 0;

	while (at < n && is_known(words[at])) {
		const char *name = words[at], *base = path_base(name);
		size_t which = 0, of = sizeof(wrappers) / sizeof(wrappers[0]);

		while (which < of && !str_eq(wrappers[which].name, base))
			which++;
		if (!by_shell || !AMONG(name, builtins))
			add(called, name);
		if (AMONG(base, shells) && at + 2 < n && words[at + 1][0] == '-' &&
		    str_ends(words[at + 1], "c"))
			called_add_shell(called, words[at + 2], strlen(words[at + 2]), false);
		if (which == of)
			return;
		/* what the shell's own exec and command start is none of its own */
		by_shell = by_shell && str_eq(name, "time");
		at = behind(words, n, at, which);
	}
}

void called_add_words(struct called *called, const char *const *words, size_t n)
{
	add_words(called, words, n, false);
}

/* -- a shell's text ---------------------------------------------------------------------------- */

struct line {
	const char *text;
	size_t n, at;
	bool open;
	char bytes[1024]; /* the words of the command that is being read */
	size_t used;
	const char *words[WORDS_MAX];
	size_t n_words;
	bool begun; /* a word */
	bool odd;   /* something that this does not follow: the rest is not looked at */
};

static void put(struct line *line, char c)
{
	if (!line->begun && line->n_words == WORDS_MAX)
		line->odd = true;
	if (!line->begun && !line->odd)
		line->words[line->n_words++] = line->bytes + line->used;
	line->begun = true;
	if (line->used + 2 > sizeof(line->bytes))
		line->odd = true;
	else
		line->bytes[line->used++] = c;
}

static void end_word(struct line *line)
{
	if (!line->begun || line->odd)
		return;
	line->bytes[line->used++] = '\0';
	line->begun = false;
}

static void end_command(struct line *line, struct called *called)
{
	size_t at = 0;

	end_word(line);
	while (at < line->n_words &&
	       (AMONG(line->words[at], openers) || is_assignment(line->words[at])))
		at++;
	if (at < line->n_words && AMONG(line->words[at], complex))
		line->odd = true;
	else if (at < line->n_words && !AMONG(line->words[at], closers))
		add_words(called, line->words + at, line->n_words - at, true);
	line->n_words = 0;
	line->used = 0;
}

/* Within quotes, up to their end. */
static void read_quoted(struct line *line, char quote)
{
	if (!line->begun) {
		put(line, 'x'); /* even an empty word is one */
		line->used--;
	}
	for (line->at++; line->at < line->n && line->text[line->at] != quote; line->at++) {
		char c = line->text[line->at];

		if (c == '\\' && quote == '"' && line->at + 1 < line->n)
			c = line->text[++line->at];
		else if (quote == '"' && (c == '$' || c == '`'))
			c = CALLED_UNKNOWN;
		put(line, c);
	}
	line->odd = line->odd || line->at == line->n;
	line->at++;
}

/* A redirection: its file is no word of the command. A here-document is not followed. */
static void read_redirection(struct line *line)
{
	if (line->begun && !line->odd) {
		size_t from = (size_t)(line->words[line->n_words - 1] - line->bytes);

		line->bytes[line->used] = '\0';
		if (strspn(line->bytes + from, "0123456789") == line->used - from) {
			line->used = from; /* of a descriptor */
			line->n_words--;
			line->begun = false;
		}
	}
	end_word(line);
	if (line->text[line->at] == '<' && line->at + 1 < line->n &&
	    line->text[line->at + 1] == '<')
		line->odd = true;
	while (line->at < line->n && strchr("<>&| \t", line->text[line->at]) &&
	       line->text[line->at])
		line->at++;
	while (line->at < line->n && !strchr(" \t\n;|&<>()", line->text[line->at]))
		line->at++;
}

static void read_next(struct line *line, struct called *called)
{
	char c = line->text[line->at];

	if (c == '\'' || c == '"') {
		read_quoted(line, c);
		return;
	}
	if (c == '<' || c == '>') {
		read_redirection(line);
		return;
	}
	line->at++;
	if (c == ' ' || c == '\t') {
		end_word(line);
	} else if (c && strchr("\n;|&()", c)) {
		end_command(line, called);
	} else if (c == '#' && !line->begun) {
		while (line->at < line->n && line->text[line->at] != '\n')
			line->at++;
	} else if (c == '`' || (c == '$' && line->at < line->n && line->text[line->at] == '(')) {
		line->odd = true;
	} else if (c == '\\' && line->at < line->n) {
		c = line->text[line->at++];
		if (c != '\n')
			put(line, c);
	} else {
		put(line, !c || strchr("$*?~", c) ? CALLED_UNKNOWN : c);
	}
}

void called_add_shell(struct called *called, const char *text, size_t n, bool open)
{
	struct line line = { .text = text, .n = n };

	while (line.at < line.n && !line.odd)
		read_next(&line, called);
	if (line.odd)
		return;
	if (open && line.begun)
		put(&line, CALLED_UNKNOWN);
	end_command(&line, called);
}
