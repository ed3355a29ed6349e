/* SPDX-License-Identifier: MIT */
/* Lists of Python's minor versions; pure. */
#include "core/python_minors.h"

#include <errno.h>
#include <string.h>

#include "core/err.h"
#include "core/python_name.h"
#include "core/str.h"

enum { WORD_MAX = 32 };

bool python_minors_have(const struct python_minors *minors, unsigned minor)
{
	for (size_t i = 0; i < minors->n; i++) {
		if (minors->minor[i] == minor)
			return true;
	}
	return false;
}

int python_minors_add(struct python_minors *minors, unsigned minor)
{
	if (python_minors_have(minors, minor))
		return 0;
	if (minors->n == PYTHON_MINORS_MAX)
		return -E2BIG;
	minors->minor[minors->n++] = minor;
	return 0;
}

void python_minors_sort(struct python_minors *minors)
{
	for (size_t i = 1; i < minors->n; i++) {
		for (size_t k = i; k > 0 && minors->minor[k - 1] > minors->minor[k]; k--) {
			unsigned minor = minors->minor[k];

			minors->minor[k] = minors->minor[k - 1];
			minors->minor[k - 1] = minor;
		}
	}
}

/* One word of n bytes: "3.11" is what "python3.11" has after its name. */
static unsigned read_word(const char *word, size_t n)
{
	char name[WORD_MAX];
	struct text text;

	text_init(&text, name, sizeof(name));
	text_add(&text, "python");
	text_add_bytes(&text, word, n);
	return text_check(&text) < 0 ? 0 : python_name_minor(name);
}

int python_minors_parse(const char *words, struct python_minors *ret, struct err *err)
{
	struct python_minors minors = { 0 };

	for (const char *word = words;;) {
		size_t n = strcspn(word, ",");
		unsigned minor = read_word(word, n);

		if (!minor)
			return err_say(err, EINVAL,
				       "no version of Python: %s (Hint: 3.13, 3.11,3.13)", words);
		if (python_minors_add(&minors, minor) < 0)
			return err_say(err, E2BIG, "more than %d Pythons: %s", PYTHON_MINORS_MAX,
				       words);
		if (!word[n])
			break;
		word += n + 1;
	}
	*ret = minors;
	return 0;
}

void python_minors_format(const struct python_minors *minors, char *dst)
{
	struct text text;

	text_init(&text, dst, PYTHON_MINORS_TEXT);
	for (size_t i = 0; i < minors->n; i++)
		text_addf(&text, "%s3.%u", i ? ", " : "", minors->minor[i]);
}
