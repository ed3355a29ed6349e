/* SPDX-License-Identifier: MIT */
/* Splits Python source into tokens; pure. */
#include "core/pytoken.h"

#include <string.h>

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static bool at(const struct pytokens *tokens, const char *text)
{
	size_t n = strlen(text);

	return tokens->n - tokens->at >= n && memcmp(tokens->bytes + tokens->at, text, n) == 0;
}

/* tokens->at is on the first quote. */
static int take_text(struct pytokens *tokens, struct pytoken *ret)
{
	char quote = tokens->bytes[tokens->at];
	const char *thrice = quote == '"' ? "\"\"\"" : "'''";
	bool triple = at(tokens, thrice);
	size_t from;

	tokens->at += triple ? 3 : 1;
	from = tokens->at;
	while (tokens->at < tokens->n) {
		char c = tokens->bytes[tokens->at];

		if (c == quote && (!triple || at(tokens, thrice)))
			break;
		if (c == '\n' && !triple)
			break; /* a text that does not end: no Python */
		if (c == '\\' && tokens->at + 1 < tokens->n)
			c = tokens->bytes[++tokens->at];
		tokens->line += c == '\n';
		tokens->at++;
	}
	ret->text = tokens->bytes + from;
	ret->n = tokens->at - from;
	if (tokens->at < tokens->n && tokens->bytes[tokens->at] == quote)
		tokens->at += triple ? 3 : 1;
	return ret->kind = PYTOKEN_TEXT;
}

/* True if these letters before a quote belong to the text. */
static bool is_prefix(const struct pytoken *name)
{
	for (size_t i = 0; i < name->n; i++) {
		if (!strchr("rRbBfFuUtT", name->text[i]))
			return false;
	}
	return name->n <= 2;
}

static int take_name(struct pytokens *tokens, struct pytoken *ret)
{
	ret->text = tokens->bytes + tokens->at;
	while (tokens->at < tokens->n && is_name(tokens->bytes[tokens->at]))
		tokens->at++;
	ret->n = (size_t)(tokens->bytes + tokens->at - ret->text);
	if (tokens->at == tokens->n || !strchr("\"'", tokens->bytes[tokens->at]) ||
	    !tokens->bytes[tokens->at] || !is_prefix(ret))
		return ret->kind = PYTOKEN_NAME;
	ret->formatted = memchr(ret->text, 'f', ret->n) || memchr(ret->text, 'F', ret->n);
	return take_text(tokens, ret);
}

static int take_byte(struct pytokens *tokens, char c, struct pytoken *ret)
{
	ret->text = tokens->bytes + tokens->at - 1;
	ret->n = 1;
	if (c == '(' || c == '[' || c == '{')
		tokens->depth++;
	else if (c == ')' || c == ']' || c == '}')
		tokens->depth -= tokens->depth > 0;
	return ret->kind = PYTOKEN_BYTE;
}

int pytoken_next(struct pytokens *tokens, struct pytoken *ret)
{
	*ret = (struct pytoken){ .kind = PYTOKEN_END };
	while (tokens->at < tokens->n) {
		char c = tokens->bytes[tokens->at];

		if (c == '#') {
			while (tokens->at < tokens->n && tokens->bytes[tokens->at] != '\n')
				tokens->at++;
			continue;
		}
		if (c == '"' || c == '\'')
			return take_text(tokens, ret);
		if (is_name(c))
			return take_name(tokens, ret);
		tokens->at++;
		if (c == '\n') {
			tokens->line++;
			if (!tokens->depth)
				return ret->kind = PYTOKEN_LINE_END;
			continue;
		}
		if (c == '\\' && tokens->at < tokens->n && tokens->bytes[tokens->at] == '\n') {
			tokens->line++;
			tokens->at++;
			continue;
		}
		if (c == ' ' || c == '\t' || c == '\r' || c == '\f')
			continue;
		return take_byte(tokens, c, ret);
	}
	return PYTOKEN_END;
}

bool pytoken_is(const struct pytoken *token, char byte)
{
	return token->kind == PYTOKEN_BYTE && *token->text == byte;
}

bool pytoken_named(const struct pytoken *token, const char *name)
{
	return token->kind == PYTOKEN_NAME && token->n == strlen(name) &&
	       memcmp(token->text, name, token->n) == 0;
}
