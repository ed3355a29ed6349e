/* SPDX-License-Identifier: MIT */
/* Calls that start programs; pure. Names are followed through "import a as b" and "from a import b
 * as c", not through assignments; of arguments only literals are read. */
#include "core/pycalls.h"

#include <string.h>

#include "core/called.h"
#include "core/pytoken.h"
#include "core/str.h"

/* What the argument that counts is: words or one name, a shell's text, the file of an exec. */
enum takes { WORDS, SHELL, NAME };

enum { SUBPROCESS, OS, SHUTIL, ASYNCIO, SHLEX, N_MODULES };

static const char *const modules[] = { "subprocess", "os", "shutil", "asyncio", "shlex" };

static const struct {
	int module;
	const char *name;
	enum takes takes;
	unsigned argument; /* which one, from 0 */
} functions[] = {
	{ SUBPROCESS, "run", WORDS, 0 },
	{ SUBPROCESS, "call", WORDS, 0 },
	{ SUBPROCESS, "check_call", WORDS, 0 },
	{ SUBPROCESS, "check_output", WORDS, 0 },
	{ SUBPROCESS, "Popen", WORDS, 0 },
	{ SUBPROCESS, "getoutput", SHELL, 0 },
	{ SUBPROCESS, "getstatusoutput", SHELL, 0 },
	{ OS, "system", SHELL, 0 },
	{ OS, "popen", SHELL, 0 },
	{ OS, "execl", NAME, 0 },
	{ OS, "execle", NAME, 0 },
	{ OS, "execlp", NAME, 0 },
	{ OS, "execlpe", NAME, 0 },
	{ OS, "execv", NAME, 0 },
	{ OS, "execve", NAME, 0 },
	{ OS, "execvp", NAME, 0 },
	{ OS, "execvpe", NAME, 0 },
	{ OS, "posix_spawn", NAME, 0 },
	{ OS, "posix_spawnp", NAME, 0 },
	{ OS, "spawnl", NAME, 1 },
	{ OS, "spawnle", NAME, 1 },
	{ OS, "spawnlp", NAME, 1 },
	{ OS, "spawnlpe", NAME, 1 },
	{ OS, "spawnv", NAME, 1 },
	{ OS, "spawnve", NAME, 1 },
	{ OS, "spawnvp", NAME, 1 },
	{ OS, "spawnvpe", NAME, 1 },
	{ SHUTIL, "which", NAME, 0 },
	{ ASYNCIO, "create_subprocess_exec", NAME, 0 },
	{ ASYNCIO, "create_subprocess_shell", SHELL, 0 },
	{ SHLEX, "split", WORDS, 0 },
};

enum {
	N_FUNCTIONS = sizeof(functions) / sizeof(functions[0]),
	NO_FUNCTION = -1,
	AHEAD_MAX = 4096 /* bytes */
};

/* -- names --------------------------------------------------------------------------------------
 */

static int module_of(const struct pytoken *token)
{
	for (int i = 0; i < N_MODULES; i++) {
		if (pytoken_named(token, modules[i]))
			return i;
	}
	return -1;
}

static int function_of(int module, const struct pytoken *token)
{
	for (int i = 0; i < N_FUNCTIONS; i++) {
		if (functions[i].module == module && pytoken_named(token, functions[i].name))
			return i;
	}
	return NO_FUNCTION;
}

static const struct pycalls_name *find_name(const struct pycalls *calls,
					    const struct pytoken *token)
{
	for (size_t i = calls->n_names; i > 0; i--) {
		if (pytoken_named(token, calls->names[i - 1].name))
			return &calls->names[i - 1];
	}
	return NULL;
}

static void note_name(struct pycalls *calls, const struct pytoken *token, int module, int function)
{
	struct pycalls_name *name = &calls->names[calls->n_names];

	if (calls->n_names == PYCALLS_NAMES_MAX ||
	    str_copy_bytes(name->name, sizeof(name->name), token->text, token->n) < 0)
		return;
	name->module = module;
	name->function = function;
	calls->n_names++;
}

static struct pytokens tokens_of(const struct pycalls *calls)
{
	return (struct pytokens){ calls->bytes, calls->n, calls->at, calls->line, calls->depth };
}

/* The same for looking ahead, which ends where no call that anybody wrote is longer: else a file of
 * calls within calls would be read as often as it has any. */
static struct pytokens ahead_of(const struct pycalls *calls)
{
	struct pytokens tokens = tokens_of(calls);

	if (tokens.n - tokens.at > AHEAD_MAX)
		tokens.n = tokens.at + AHEAD_MAX;
	return tokens;
}

static void go_to(struct pycalls *calls, const struct pytokens *tokens)
{
	calls->at = tokens->at;
	calls->line = tokens->line;
	calls->depth = tokens->depth;
}

/* "import a as b, c": after import. */
static void read_import(struct pycalls *calls)
{
	struct pytokens tokens = ahead_of(calls);
	struct pytoken token;
	int module = -1;

	while (pytoken_next(&tokens, &token) == PYTOKEN_NAME || pytoken_is(&token, ',')) {
		if (pytoken_named(&token, "as"))
			continue;
		if (pytoken_is(&token, ','))
			module = -1;
		else if (module >= 0)
			note_name(calls, &token, module, NO_FUNCTION);
		else
			module = module_of(&token);
	}
}

/* "from a import (b as c, d)": after from. */
static void read_from(struct pycalls *calls)
{
	struct pytokens tokens = ahead_of(calls);
	struct pytoken token;
	int module, function = NO_FUNCTION;
	bool renamed = false;
	size_t noted = 0;

	(void)pytoken_next(&tokens, &token);
	module = module_of(&token);
	(void)pytoken_next(&tokens, &token);
	if (module < 0 || !pytoken_named(&token, "import"))
		return;
	while (pytoken_next(&tokens, &token) == PYTOKEN_NAME || pytoken_is(&token, ',') ||
	       pytoken_is(&token, '(')) {
		if (token.kind != PYTOKEN_NAME) {
			function = NO_FUNCTION;
			renamed = false;
		} else if (pytoken_named(&token, "as")) {
			renamed = true;
			calls->n_names -= noted; /* it has another */
			noted = 0;
		} else {
			function = renamed ? function : function_of(module, &token);
			noted = calls->n_names;
			if (function != NO_FUNCTION)
				note_name(calls, &token, module, function);
			noted = calls->n_names - noted;
		}
	}
}

/* -- arguments ----------------------------------------------------------------------------------
 */

/* An argument as far as it is literal. */
struct literal {
	bool text, list; /* neither: it is not */
	bool open;	 /* a text that goes on, nobody knows how */
	char bytes[1024];
	size_t used;
	const char *words[16]; /* of a list; in bytes */
	size_t n;
};

static bool put(struct literal *literal, char c)
{
	if (literal->used + 1 >= sizeof(literal->bytes))
		return false;
	literal->bytes[literal->used++] = c;
	literal->bytes[literal->used] = '\0';
	return true;
}

/* True if the brace there is written twice, which stands for itself. */
static bool doubles(const struct pytoken *token, size_t at)
{
	return at + 1 < token->n && token->text[at + 1] == '{';
}

/* What a text's bytes are: placeholders of any kind of formatting are not known. */
static void add_text(struct literal *literal, const struct pytoken *token)
{
	for (size_t i = 0; i < token->n; i++) {
		char c = token->text[i];

		if (c == '\\' && i + 1 < token->n) {
			c = token->text[++i];
			if (c == '\n')
				continue;
			c = c && strchr("\\'\"", c) ? c
			    : c == 'n'		    ? '\n'
			    : c == 't'		    ? ' '
						    : CALLED_UNKNOWN;
		} else if (c == '{' && token->formatted && !doubles(token, i)) {
			while (i < token->n && token->text[i] != '}')
				i++;
			c = CALLED_UNKNOWN;
		} else if (c == '%' || c == '{' || c == '}' || !c) {
			c = CALLED_UNKNOWN;
		}
		if (!put(literal, c))
			literal->open = true;
	}
}

/* True at the end of an argument, of an element. */
static bool ends(const struct pytoken *token)
{
	return token->kind == PYTOKEN_END || pytoken_is(token, ',') || pytoken_is(token, ')') ||
	       pytoken_is(token, ']');
}

/* Texts behind one another, the first of which is *token, and what follows them. */
static void read_texts(struct pytokens *tokens, struct pytoken *token, struct literal *ret)
{
	while (token->kind == PYTOKEN_TEXT) {
		add_text(ret, token);
		(void)pytoken_next(tokens, token);
	}
	/* what % puts into it stands in its middle, and is not known there */
	if (!ends(token) && !pytoken_is(token, '%'))
		ret->open = true;
}

/* True where *token ends a value within brackets of this depth: a comma, or they have been closed.
 */
static bool is_past(const struct pytokens *tokens, const struct pytoken *token, unsigned depth)
{
	return token->kind == PYTOKEN_END || tokens->depth < depth ||
	       (tokens->depth == depth && pytoken_is(token, ','));
}

static void skip_value(struct pytokens *tokens, struct pytoken *token, unsigned depth)
{
	while (!is_past(tokens, token, depth))
		(void)pytoken_next(tokens, token);
}

/* The words of a list or tuple; *token is behind its bracket. One text in parentheses is a text. */
static void read_list(struct pytokens *tokens, struct pytoken *token, bool round,
		      struct literal *ret)
{
	unsigned depth = tokens->depth;
	bool comma = false;

	ret->list = true;
	(void)pytoken_next(tokens, token);
	while (token->kind != PYTOKEN_END && tokens->depth >= depth) {
		size_t from = ret->used;

		if (ret->n == sizeof(ret->words) / sizeof(ret->words[0]))
			break;
		ret->words[ret->n++] = ret->bytes + from;
		ret->open = false;
		read_texts(tokens, token, ret);
		if (ret->open || ret->used == from)
			(void)put(ret, CALLED_UNKNOWN);
		skip_value(tokens, token, depth);
		if (tokens->depth < depth)
			break;
		comma = true;
		if (ret->used + 1 >= sizeof(ret->bytes))
			break;
		ret->used++; /* its NUL */
		(void)pytoken_next(tokens, token);
	}
	if (!round || comma)
		ret->open = false;
	else
		ret->text = !(ret->list = false);
}

/* A text's words as a list: shlex.split, str.split. */
static void split_text(struct literal *literal)
{
	bool between = true;

	if (literal->open)
		(void)put(literal, CALLED_UNKNOWN);
	for (size_t i = 0; i < literal->used; i++) {
		char *c = literal->bytes + i;

		if (strchr(" \t\n", *c)) {
			*c = '\0';
			between = true;
			continue;
		}
		if (strchr("'\"\\", *c))
			*c = CALLED_UNKNOWN;
		if (between && literal->n < sizeof(literal->words) / sizeof(literal->words[0]))
			literal->words[literal->n++] = c;
		between = false;
	}
	literal->text = false;
	literal->list = true;
	literal->open = false;
}

/* shlex.split(TEXT): *token is the name. */
static void read_split(const struct pytokens *tokens, const struct pytoken *token,
		       struct literal *ret)
{
	struct pytokens ahead = *tokens;
	struct pytoken dot, name, bracket, text;

	(void)pytoken_next(&ahead, &dot);
	(void)pytoken_next(&ahead, &name);
	(void)pytoken_next(&ahead, &bracket);
	(void)pytoken_next(&ahead, &text);
	if (!pytoken_named(token, "shlex") || !pytoken_is(&dot, '.') ||
	    !pytoken_named(&name, "split") || !pytoken_is(&bracket, '(') ||
	    text.kind != PYTOKEN_TEXT)
		return;
	read_texts(&ahead, &text, ret);
	split_text(ret);
}

/* The value of an argument, as a literal; up to its end. depth is that of the call. */
static void read_value(struct pytokens *tokens, struct pytoken *token, unsigned depth,
		       struct literal *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (token->kind == PYTOKEN_TEXT) {
		ret->text = true;
		read_texts(tokens, token, ret);
		if (pytoken_is(token, '.')) {
			struct pytokens ahead = *tokens;
			struct pytoken next, bracket, end;

			(void)pytoken_next(&ahead, &next);
			(void)pytoken_next(&ahead, &bracket);
			(void)pytoken_next(&ahead, &end);
			if (pytoken_named(&next, "split") && pytoken_is(&bracket, '(') &&
			    pytoken_is(&end, ')')) {
				ret->open = false;
				split_text(ret);
			}
		}
	} else if (pytoken_is(token, '[') || pytoken_is(token, '(')) {
		read_list(tokens, token, pytoken_is(token, '('), ret);
		if (tokens->depth < depth)
			return;
		(void)pytoken_next(tokens, token);
		ret->open = ret->text && !ends(token);
	} else {
		read_split(tokens, token, ret);
	}
	skip_value(tokens, token, depth);
}

struct arguments {
	struct literal wanted, value;
	bool shell, unsure; /* shell=True; or who knows */
};

/* NAME= before a value: into *name; *token is then the value's first. */
static void read_keyword(struct pytokens *tokens, struct pytoken *token, struct pytoken *name)
{
	struct pytokens ahead = *tokens;
	struct pytoken next;

	*name = (struct pytoken){ .kind = PYTOKEN_END };
	if (token->kind != PYTOKEN_NAME)
		return;
	(void)pytoken_next(&ahead, &next);
	if (!pytoken_is(&next, '=') || (ahead.at < ahead.n && ahead.bytes[ahead.at] == '='))
		return;
	*name = *token;
	*tokens = ahead;
	(void)pytoken_next(tokens, token);
}

/* All arguments of a call; tokens is behind its bracket. */
static void read_arguments(struct pytokens *tokens, unsigned which, struct arguments *ret)
{
	unsigned depth = tokens->depth, position = 0;
	struct pytoken token, name;

	memset(ret, 0, sizeof(*ret));
	(void)pytoken_next(tokens, &token);
	while (token.kind != PYTOKEN_END && tokens->depth >= depth) {
		bool is_true, is_false;

		read_keyword(tokens, &token, &name);
		is_true = pytoken_named(&token, "True");
		is_false = pytoken_named(&token, "False");
		ret->unsure = ret->unsure || pytoken_is(&token, '*');
		read_value(tokens, &token, depth, &ret->value);
		if (name.kind == PYTOKEN_END ? position++ == which : pytoken_named(&name, "args"))
			ret->wanted = ret->value;
		if (pytoken_named(&name, "shell")) {
			ret->shell = is_true;
			ret->unsure = ret->unsure || (!is_true && !is_false);
		}
		if (pytoken_is(&token, ',') && tokens->depth >= depth)
			(void)pytoken_next(tokens, &token);
	}
	for (size_t i = 0; i < ret->wanted.n; i++)
		ret->wanted.words[i] =
			ret->wanted.bytes + (ret->wanted.words[i] - ret->value.bytes);
}

/* -- calls --------------------------------------------------------------------------------------
 */

static void add_shell(struct called *called, const struct literal *literal)
{
	called_add_shell(called, literal->bytes, literal->used, literal->open);
}

static void evaluate(const struct arguments *arguments, enum takes takes, struct called *ret)
{
	const struct literal *wanted = &arguments->wanted;
	const char *one = wanted->bytes;

	if (arguments->unsure && takes == WORDS && !wanted->list)
		return;
	if (takes == SHELL || (takes == WORDS && arguments->shell)) {
		if (wanted->text)
			add_shell(ret, wanted);
	} else if (wanted->list && takes == WORDS) {
		called_add_words(ret, wanted->words, wanted->n);
	} else if (wanted->text && !wanted->open && !strpbrk(one, " \t\n")) {
		called_add_words(ret, &one, 1);
	}
}

/* The function that a name stands for, perhaps with what follows a dot; NO_FUNCTION. */
static int resolve(struct pycalls *calls, struct pytokens *tokens, const struct pytoken *token)
{
	const struct pycalls_name *name = find_name(calls, token);
	struct pytoken next;
	int module = module_of(token);

	if (name && name->function != NO_FUNCTION)
		return name->function;
	if (name)
		module = name->module;
	if (module < 0)
		return NO_FUNCTION;
	(void)pytoken_next(tokens, &next);
	if (!pytoken_is(&next, '.'))
		return NO_FUNCTION;
	(void)pytoken_next(tokens, &next);
	return function_of(module, &next);
}

/* Looks ahead from a name: true if it is such a call with programs that are known. */
static bool read_call(struct pycalls *calls, const struct pytoken *token, struct called *ret)
{
	struct pytokens tokens = ahead_of(calls);
	struct arguments arguments;
	struct pytoken next;
	int function = resolve(calls, &tokens, token);

	if (function == NO_FUNCTION || functions[function].module == SHLEX)
		return false;
	(void)pytoken_next(&tokens, &next);
	if (!pytoken_is(&next, '('))
		return false;
	read_arguments(&tokens, functions[function].argument, &arguments);
	evaluate(&arguments, functions[function].takes, ret);
	return ret->n > 0;
}

bool pycalls_next(struct pycalls *calls, struct called *ret, unsigned *ret_line)
{
	struct pytoken token = { 0 };
	bool dotted = false;

	ret->n = 0;
	for (;;) {
		struct pytokens tokens = tokens_of(calls);
		bool after_dot = dotted, after_def = pytoken_named(&token, "def");

		(void)pytoken_next(&tokens, &token);
		go_to(calls, &tokens);
		if (token.kind == PYTOKEN_END)
			return false;
		dotted = pytoken_is(&token, '.');
		if (token.kind != PYTOKEN_NAME || after_dot || after_def)
			continue;
		*ret_line = calls->line + 1;
		if (pytoken_named(&token, "import"))
			read_import(calls);
		else if (pytoken_named(&token, "from"))
			read_from(calls);
		else if (read_call(calls, &token, ret))
			return true;
	}
}
