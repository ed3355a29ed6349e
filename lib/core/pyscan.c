/* SPDX-License-Identifier: MIT */
/* Finds the imports of a Python file. The Python Language Reference, 2 (lexical analysis) and 7.11
 * (import), as far as it goes. */
#include "core/pyscan.h"

#include <string.h>

#include "core/str.h"

enum token { END, NAME, DOT, COMMA, COLON, LINE_END, OTHER };

enum state {
	START,	 /* of a statement */
	BODY,	 /* anything but an import */
	IMPORT,	 /* import HERE */
	FROM,	 /* from HERE */
	NAMES,	 /* from a import HERE */
	AS,	 /* import a as HERE */
	NAMES_AS /* from a import b as HERE */
};

/* Measured: these wait until the kernel has gathered randomness (getrandom without
 * GRND_NONBLOCK). random and tempfile do not. */
static const char *const blocking[] = { "os.urandom",	       "uuid.uuid4",
					"random.SystemRandom", "secrets.token_bytes",
					"secrets.token_hex",   "secrets.token_urlsafe",
					"secrets.randbelow",   "secrets.choice",
					"multiprocessing" };

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static bool at(const struct pyscan *scan, const char *text)
{
	size_t n = strlen(text);

	return scan->n - scan->at >= n && memcmp(scan->bytes + scan->at, text, n) == 0;
}

/* scan->at is on the first quote. */
static void skip_text(struct pyscan *scan)
{
	char quote = scan->bytes[scan->at];
	bool triple = at(scan, quote == '"' ? "\"\"\"" : "'''");

	scan->at += triple ? 3 : 1;
	while (scan->at < scan->n) {
		char c = scan->bytes[scan->at];

		if (c == quote && (!triple || at(scan, quote == '"' ? "\"\"\"" : "'''"))) {
			scan->at += triple ? 3 : 1;
			return;
		}
		if (c == '\n' && !triple)
			return; /* a text that does not end: no Python */
		if (c == '\\' && scan->at + 1 < scan->n)
			c = scan->bytes[++scan->at];
		scan->line += c == '\n';
		scan->at++;
	}
}

/* True if these letters before a quote belong to the text. */
static bool is_prefix(const char *name, size_t n)
{
	return n <= 2 && strspn(name, "rRbBfFuUtT") >= n;
}

static enum token take_name(struct pyscan *scan, char *ret)
{
	size_t from = scan->at, n;

	while (scan->at < scan->n && is_name(scan->bytes[scan->at]))
		scan->at++;
	n = scan->at - from;
	if (scan->at < scan->n && (scan->bytes[scan->at] == '"' || scan->bytes[scan->at] == '\'') &&
	    str_copy_bytes(ret, PYSCAN_NAME_MAX, scan->bytes + from, n) == 0 && is_prefix(ret, n)) {
		skip_text(scan);
		return OTHER;
	}
	/* a name that is too long is none of ours */
	if (str_copy_bytes(ret, PYSCAN_NAME_MAX, scan->bytes + from, n) < 0)
		return OTHER;
	return NAME;
}

/* What a single byte is, which has been taken. */
static enum token take_byte(struct pyscan *scan, char c)
{
	switch (c) {
	case '(':
	case '[':
	case '{':
		scan->depth++;
		return OTHER;
	case ')':
	case ']':
	case '}':
		scan->depth -= scan->depth > 0;
		return OTHER;
	case '.':
		return DOT;
	case ',':
		return COMMA;
	case ':':
	case ';':
		return COLON;
	}
	return OTHER;
}

static enum token next_token(struct pyscan *scan, char *ret_name)
{
	while (scan->at < scan->n) {
		char c = scan->bytes[scan->at];

		if (c == '#') {
			while (scan->at < scan->n && scan->bytes[scan->at] != '\n')
				scan->at++;
			continue;
		}
		if (c == '"' || c == '\'') {
			skip_text(scan);
			return OTHER;
		}
		if (is_name(c))
			return take_name(scan, ret_name);
		scan->at++;
		if (c == '\n') {
			scan->line++;
			if (!scan->depth)
				return LINE_END;
			continue;
		}
		if (c == '\\' && scan->at < scan->n && scan->bytes[scan->at] == '\n') {
			scan->line++;
			scan->at++;
			continue;
		}
		if (c == ' ' || c == '\t' || c == '\r' || c == '\f')
			continue;
		return take_byte(scan, c);
	}
	return END;
}

/* Appends to scan->module; what does not fit is forgotten as a whole. */
static void add_module(struct pyscan *scan, const char *text)
{
	struct text to = { .data = scan->module,
			   .used = strlen(scan->module),
			   .size = sizeof(scan->module) };

	text_add(&to, text);
	if (to.overflow)
		scan->module[0] = '\0';
}

static bool is_blocking(const char *name)
{
	for (size_t i = 0; i < sizeof(blocking) / sizeof(blocking[0]); i++) {
		size_t n = strlen(blocking[i]);

		if (str_starts(name, blocking[i]) && (!name[n] || name[n] == '.'))
			return true;
	}
	return false;
}

/* Tells module (and name of it, or NULL). */
static enum pyscan_event tell(const struct pyscan *scan, const char *module, const char *name,
			      char *ret_name, unsigned *ret_line)
{
	struct text text;
	size_t n = strlen(module);

	text_init(&text, ret_name, PYSCAN_NAME_MAX);
	text_add(&text, module);
	if (name)
		text_addf(&text, "%s%s", n && module[n - 1] != '.' ? "." : "", name);
	if (text.overflow)
		ret_name[0] = '\0';
	*ret_line = scan->line + 1;
	return is_blocking(ret_name) ? PYSCAN_BLOCKS : PYSCAN_IMPORT;
}

/* One step inside of "import ..." or "from ..."; PYSCAN_END if there is nothing to tell yet. */
static enum pyscan_event step_import(struct pyscan *scan, enum token token, const char *name,
				     char *ret_name, unsigned *ret_line)
{
	bool word = token == NAME;

	switch ((enum state)scan->state) {
	case IMPORT:
		if ((word && !str_eq(name, "as")) || token == DOT) {
			add_module(scan, word ? name : ".");
			return PYSCAN_END;
		}
		scan->state = word ? AS : IMPORT;
		return tell(scan, scan->module, NULL, ret_name, ret_line);
	case AS:
		if (token == COMMA) {
			scan->state = IMPORT;
			scan->module[0] = '\0';
		}
		return PYSCAN_END;
	case FROM:
		if ((word && !str_eq(name, "import")) || token == DOT) {
			add_module(scan, word ? name : ".");
			return PYSCAN_END;
		}
		scan->state = word ? NAMES : BODY;
		return word ? tell(scan, scan->module, NULL, ret_name, ret_line) : PYSCAN_END;
	case NAMES:
		if (word && str_eq(name, "as"))
			scan->state = NAMES_AS;
		else if (word)
			return tell(scan, scan->module, name, ret_name, ret_line);
		return PYSCAN_END;
	case NAMES_AS:
		if (token == COMMA)
			scan->state = NAMES;
		return PYSCAN_END;
	case START:
	case BODY:
		break;
	}
	return PYSCAN_END;
}

/* One step anywhere else. */
static enum pyscan_event step_body(struct pyscan *scan, enum token token, const char *name,
				   char *ret_name, unsigned *ret_line)
{
	enum pyscan_event event = PYSCAN_END;

	if (token == NAME && scan->dot && scan->previous[0]) {
		event = tell(scan, scan->previous, name, ret_name, ret_line);
		event = event == PYSCAN_BLOCKS ? event : PYSCAN_END;
	}
	if (token == NAME && scan->state == START &&
	    (str_eq(name, "import") || str_eq(name, "from"))) {
		scan->state = name[0] == 'i' ? IMPORT : FROM;
		scan->module[0] = '\0';
	} else if (token != LINE_END) {
		scan->state = token == COLON ? START : BODY;
	}
	if (token == NAME)
		(void)str_copy(scan->previous, sizeof(scan->previous), name); /* fits */
	else if (token != DOT)
		scan->previous[0] = '\0';
	scan->dot = token == DOT;
	return event;
}

enum pyscan_event pyscan_next(struct pyscan *scan, char *ret_name, unsigned *ret_line)
{
	char name[PYSCAN_NAME_MAX] = "";
	enum pyscan_event event = PYSCAN_END;

	while (event == PYSCAN_END || !ret_name[0]) {
		unsigned line = scan->line;
		bool importing = scan->state != START && scan->state != BODY;
		enum token token = next_token(scan, name);

		if (importing)
			event = step_import(scan, token, name, ret_name, ret_line);
		else
			event = step_body(scan, token, name, ret_name, ret_line);
		if (event != PYSCAN_END && token == LINE_END)
			*ret_line = line + 1; /* it stands before that */
		if (token == LINE_END || (token == COLON && importing) || token == END) {
			scan->state = START;
			scan->previous[0] = '\0';
			scan->dot = false;
		} else if (importing && token == COMMA && scan->state == IMPORT) {
			scan->module[0] = '\0';
		}
		if (token == END)
			return event != PYSCAN_END && ret_name[0] ? event : PYSCAN_END;
	}
	return event;
}
