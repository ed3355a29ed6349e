/* SPDX-License-Identifier: MIT */
/* binfmt_misc entries; pure. */
#include "core/rule.h"

#include <errno.h>
#include <string.h>

#include "core/arch.h"
#include "core/str.h"

/* A carriage return is not among the endings: the kernel takes it for a part of the name. */
static const struct {
	const char *before, *after, *name;
} forms[RULE_FORMS] = {
	{ "#!", "\n", "nl" },	 { "#!", " ", "sp" },	 { "#!", "\t", "tab" },
	{ "#! ", "\n", "b-nl" }, { "#! ", " ", "b-sp" }, { "#! ", "\t", "b-tab" },
};

/* The last part of a path, blanks and dashes as one dash: `env -S python3` is env-S-python3. */
static void add_name(struct text *name, const char *shebang)
{
	for (const char *s = path_base(shebang); *s;) {
		size_t n = strcspn(s, " -");

		text_add_bytes(name, s, n);
		s += n;
		n = strspn(s, " -");
		text_add_bytes(name, "-", n > 0);
		s += n;
	}
}

int rule_make(struct rule *ret, unsigned generation, const char *shebang, size_t i, bool marker,
	      const char *loader)
{
	struct text magic, name;

	memset(ret, 0, sizeof(*ret));
	if (i >= RULE_FORMS || (marker && forms[i].after[0] != '\n'))
		return -ENOENT;
	text_init(&name, ret->name, sizeof(ret->name));
	text_addf(&name, "busypy-%u-", generation);
	add_name(&name, shebang);
	text_addf(&name, "-%s", forms[i].name);
	text_init(&magic, (char *)ret->magic, sizeof(ret->magic));
	text_addf(&magic, "%s%s%s%s", forms[i].before, shebang, forms[i].after,
		  marker ? "# busypy\n" : "");
	ret->size = magic.used;
	memset(ret->mask, 0xff, ret->size);
	ret->enabled = true;
	if (text_check(&name) < 0 || text_check(&magic) < 0 ||
	    str_copy(ret->interpreter, sizeof(ret->interpreter), loader) < 0)
		return -E2BIG;
	/* P keeps argv[0], O hands over the open script, F opens the loader now. Never C: it makes
	 * set-id bits on scripts work. */
	return str_copy(ret->flags, sizeof(ret->flags), "POF");
}

int rule_format(const struct rule *rule, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	text_addf(&text, ":%s:M:%zu:", rule->name, rule->offset);
	for (size_t i = 0; i < rule->size; i++)
		text_addf(&text, "\\x%02x", rule->magic[i]);
	text_add(&text, ":");
	for (size_t i = 0; i < rule->size; i++) {
		if (rule->mask[i] == 0xff)
			continue;
		for (size_t j = 0; j < rule->size; j++)
			text_addf(&text, "\\x%02x", rule->mask[j]);
		break;
	}
	text_addf(&text, ":%s:%s", rule->interpreter, rule->flags);
	return text.used > RULE_LINE_MAX ? -E2BIG : text_check(&text);
}

static int hex_bytes(const char *s, size_t n, uint8_t *dst, size_t *ret_n)
{
	if (n % 2 || n / 2 > RULE_MAGIC_MAX)
		return -EINVAL;
	for (size_t i = 0; i < n; i += 2) {
		char pair[3] = { s[i], s[i + 1], '\0' };
		uint64_t value;

		if (str_to_u64(pair, 16, &value) < 0)
			return -EINVAL;
		dst[i / 2] = (uint8_t)value;
	}
	*ret_n = n / 2;
	return 0;
}

/* The part of a line after its keyword, or NULL if the line has another keyword. */
static const char *value_of(const char *line, size_t n, const char *key, size_t *ret_n)
{
	size_t k = strlen(key);

	if (n < k || memcmp(line, key, k) != 0)
		return NULL;
	*ret_n = n - k;
	return line + k;
}

static int parse_line(const char *line, size_t n, struct rule *rule)
{
	const char *value;
	char number[24];
	uint64_t offset;
	size_t v, size;

	if ((value = value_of(line, n, "enabled", &v)) && v == 0)
		rule->enabled = true;
	else if ((value = value_of(line, n, "interpreter ", &v)))
		return str_copy_bytes(rule->interpreter, sizeof(rule->interpreter), value, v);
	else if ((value = value_of(line, n, "flags: ", &v)))
		return str_copy_bytes(rule->flags, sizeof(rule->flags), value, v);
	else if ((value = value_of(line, n, "extension .", &v)))
		return str_copy_bytes(rule->extension, sizeof(rule->extension), value, v);
	else if ((value = value_of(line, n, "magic ", &v))) {
		memset(rule->mask, 0xff, sizeof(rule->mask));
		return hex_bytes(value, v, rule->magic, &rule->size);
	} else if ((value = value_of(line, n, "mask ", &v)))
		return hex_bytes(value, v, rule->mask, &size);
	else if ((value = value_of(line, n, "offset ", &v))) {
		if (str_copy_bytes(number, sizeof(number), value, v) < 0 ||
		    str_to_u64(number, 10, &offset) < 0 || offset > RULE_MAGIC_MAX)
			return -EINVAL;
		rule->offset = (size_t)offset;
	}
	return 0;
}

int rule_parse(const char *name, const char *bytes, size_t n, struct rule *ret)
{
	struct rule rule = { 0 };

	if (str_copy(rule.name, sizeof(rule.name), name) < 0)
		return -EINVAL;
	while (n > 0) {
		const char *newline = memchr(bytes, '\n', n);
		size_t line = newline ? (size_t)(newline - bytes) : n;

		if (parse_line(bytes, line, &rule) < 0)
			return -EINVAL;
		line += newline ? 1 : 0;
		bytes += line;
		n -= line;
	}
	if (rule.offset + rule.size > RULE_MAGIC_MAX)
		return -EINVAL;
	*ret = rule;
	return 0;
}

void rule_for_elf(const struct arch *arch, struct rule *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->enabled = true;
	ret->size = ARCH_MAGIC_LEN;
	arch_elf_magic(arch, ret->magic, ret->mask);
}

/* What an entry asks of the byte at this place of a file: the mask is 0 for "nothing". */
static void wanted(const struct rule *rule, size_t at, uint8_t *ret_byte, uint8_t *ret_mask)
{
	bool inside = at >= rule->offset && at - rule->offset < rule->size;

	*ret_byte = inside ? rule->magic[at - rule->offset] : 0;
	*ret_mask = inside ? rule->mask[at - rule->offset] : 0;
}

bool rule_matches(const struct rule *rule, const uint8_t *head, const char *path)
{
	const char *dot;

	if (!rule->enabled)
		return false;
	if (rule->extension[0]) {
		dot = strrchr(path, '.');
		return dot && str_eq(dot + 1, rule->extension);
	}
	if (rule->offset + rule->size > RULE_MAGIC_MAX)
		return false;
	for (size_t i = 0; i < rule->size; i++) {
		if ((head[rule->offset + i] ^ rule->magic[i]) & rule->mask[i])
			return false;
	}
	return true;
}

bool rule_overlaps(const struct rule *a, const struct rule *b)
{
	if (a->extension[0] && b->extension[0])
		return str_eq(a->extension, b->extension);
	/* A name's ending says nothing about the bytes: such a file may have ours. */
	if (a->extension[0] || b->extension[0])
		return true;
	for (size_t at = 0; at < RULE_MAGIC_MAX; at++) {
		uint8_t byte_a, byte_b, mask_a, mask_b;

		wanted(a, at, &byte_a, &mask_a);
		wanted(b, at, &byte_b, &mask_b);
		if ((byte_a ^ byte_b) & mask_a & mask_b)
			return false;
	}
	return true;
}
