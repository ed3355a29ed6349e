/* SPDX-License-Identifier: MIT */
/* Finds the imports of a Python file. The Python Language Reference, 2 (lexical analysis) and 7.11
 * (import), as far as it goes. */
#include "core/pyscan.h"

#include <string.h>

#include "core/pytoken.h"
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

/* A name that is too long is none of ours. */
static enum token next_token(struct pyscan *scan, char *ret_name)
{
	struct pytokens tokens = { scan->bytes, scan->n, scan->at, scan->line, scan->depth };
	struct pytoken token;
	int kind = pytoken_next(&tokens, &token);

	scan->at = tokens.at;
	scan->line = tokens.line;
	scan->depth = tokens.depth;
	if (kind == PYTOKEN_NAME &&
	    str_copy_bytes(ret_name, PYSCAN_NAME_MAX, token.text, token.n) == 0)
		return NAME;
	if (pytoken_is(&token, '.'))
		return DOT;
	if (pytoken_is(&token, ','))
		return COMMA;
	if (pytoken_is(&token, ':') || pytoken_is(&token, ';'))
		return COLON;
	return kind == PYTOKEN_END ? END : kind == PYTOKEN_LINE_END ? LINE_END : OTHER;
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
