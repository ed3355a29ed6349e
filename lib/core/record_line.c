/* SPDX-License-Identifier: MIT */
/* CSV as Python's module has it: a field in quotes has any bytes, and a quote as two. */
#include "core/record_line.h"

#include <errno.h>
#include <string.h>

#include "core/str.h"

enum { SUM_BYTES = 32, FIELD_MAX = 128 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* -- fields --------------------------------------------------------------------------------- */

static char next_byte(struct record *record)
{
	record->left--;
	return *record->at++;
}

static bool at(const struct record *record, char c)
{
	return record->left && *record->at == c;
}

static int take_quoted(struct record *record, struct text *text)
{
	(void)next_byte(record);
	for (;;) {
		char c;

		if (!record->left)
			return -EINVAL;
		c = next_byte(record);
		if (c == '"' && !at(record, '"'))
			return 0;
		if (c == '"')
			(void)next_byte(record);
		if (!c)
			return -EINVAL;
		text_add_bytes(text, &c, 1);
	}
}

/* Up to a comma or a line's end, which stay. */
static int take_field(struct record *record, char *dst, size_t size)
{
	struct text text;
	int r;

	text_init(&text, dst, size);
	if (at(record, '"')) {
		r = take_quoted(record, &text);
		if (r < 0)
			return r;
	}
	while (record->left && !strchr(",\r\n", *record->at))
		text_add_bytes(&text, &(char){ next_byte(record) }, 1);
	if (record->left && !*record->at)
		return -EINVAL;
	return text_check(&text);
}

/* -- sums ----------------------------------------------------------------------------------- */

static int decode(const char *text, char ret[65])
{
	static const char hex[] = "0123456789abcdef";
	uint32_t bits = 0;
	unsigned n_bits = 0, n = 0;

	for (; *text && *text != '='; text++) {
		const char *letter = strchr(letters, *text);

		if (!letter)
			return -EINVAL;
		bits = (bits << 6 | (uint32_t)(letter - letters)) & 0xffff;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		if (n == SUM_BYTES)
			return -EINVAL;
		ret[2 * n] = hex[bits >> (n_bits + 4) & 15];
		ret[2 * n++ + 1] = hex[bits >> n_bits & 15];
	}
	ret[2 * n] = '\0';
	return n == SUM_BYTES && text[strspn(text, "=")] == '\0' ? 0 : -EINVAL;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int encode(const char sum[65], struct text *text)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;

	if (strlen(sum) != 2 * SUM_BYTES)
		return -EINVAL;
	for (const char *s = sum; *s; s++) {
		int value = hex_value(*s);

		if (value < 0)
			return -EINVAL;
		bits = (bits << 4 | (uint32_t)value) & 0xffff;
		n_bits += 4;
		if (n_bits < 6)
			continue;
		n_bits -= 6;
		text_add_bytes(text, &letters[bits >> n_bits & 63], 1);
	}
	text_add_bytes(text, &letters[bits << (6 - n_bits) & 63], 1); /* 256 bits: 4 are left */
	return 0;
}

static int take_sum(const char *text, struct record_line *line)
{
	static const struct {
		const char *name;
		enum record_sum kind;
	} kinds[] = {
		{ "sha256=", RECORD_SUM_SHA256 }, { "sha384=", RECORD_SUM_OTHER },
		{ "sha512=", RECORD_SUM_OTHER },  { "md5=", RECORD_SUM_WEAK },
		{ "sha1=", RECORD_SUM_WEAK },
	};

	line->kind = RECORD_SUM_NONE;
	if (!*text)
		return 0;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!str_starts(text, kinds[i].name))
			continue;
		line->kind = kinds[i].kind;
		return line->kind == RECORD_SUM_SHA256
			       ? decode(text + strlen(kinds[i].name), line->sum)
			       : 0;
	}
	return -EINVAL;
}

/* -- lines ---------------------------------------------------------------------------------- */

static int take_line(struct record *record, struct record_line *line)
{
	char sum[FIELD_MAX], size[FIELD_MAX];
	int r = take_field(record, line->path, sizeof(line->path));

	if (r < 0)
		return r == -E2BIG ? -ENAMETOOLONG : r;
	if (!line->path[0] || !at(record, ','))
		return -EINVAL;
	(void)next_byte(record);
	r = take_field(record, sum, sizeof(sum));
	if (r < 0 || !at(record, ',') || take_sum(sum, line) < 0)
		return -EINVAL;
	(void)next_byte(record);
	r = take_field(record, size, sizeof(size));
	if (r < 0 || (record->left && *record->at == ','))
		return -EINVAL;
	line->sized = size[0];
	return line->sized ? str_to_u64(size, 10, &line->size) : 0;
}

int record_next(struct record *record, struct record_line *ret)
{
	int r;

	while (at(record, '\n') || at(record, '\r'))
		(void)next_byte(record);
	if (!record->left)
		return 0;
	memset(ret, 0, sizeof(*ret));
	r = take_line(record, ret);
	if (r == -ENAMETOOLONG)
		return r;
	return r < 0 ? -EINVAL : 1;
}

int record_format(const struct record_line *line, char *dst, size_t size)
{
	bool quoted = strpbrk(line->path, ",\"\r\n");
	struct text text;
	int r;

	text_init(&text, dst, size);
	if (quoted)
		text_add(&text, "\"");
	for (const char *s = line->path; *s; s++) {
		if (*s == '"')
			text_add(&text, "\"");
		text_add_bytes(&text, s, 1);
	}
	text_add(&text, quoted ? "\"," : ",");
	if (line->kind == RECORD_SUM_SHA256) {
		text_add(&text, "sha256=");
		r = encode(line->sum, &text);
		if (r < 0)
			return r;
	} else if (line->kind != RECORD_SUM_NONE) {
		return -EINVAL;
	}
	if (line->sized)
		text_addf(&text, ",%llu\n", (unsigned long long)line->size);
	else
		text_add(&text, ",\n");
	return text_check(&text);
}
