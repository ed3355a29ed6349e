/* SPDX-License-Identifier: MIT */
/* Any bytes as the text of a binfmt_misc entry. What is read can be written and compared. */
#include "core/rule.h"

#include <stdlib.h>
#include <string.h>

#include "core/arch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t zeros[RULE_MAGIC_MAX];
	static char line[8192];
	static struct rule rule, python;

	if (rule_parse("entry", (const char *)data, size, &rule) < 0)
		return 0;
	if (rule.offset + rule.size > RULE_MAGIC_MAX)
		abort();
	(void)rule_format(&rule, line, sizeof(line));
	if (rule_matches(&rule, size < RULE_MAGIC_MAX ? zeros : data, "a.b") && !rule.enabled)
		abort();
	if (rule_make(&python, 1, "/usr/bin/python3", 0, false, "/l") < 0)
		abort();
	if (rule_overlaps(&rule, &python) != rule_overlaps(&python, &rule))
		abort();
	rule_for_elf(arch_by_name("s390x"), &python);
	if (!rule_overlaps(&rule, &rule) ||
	    rule_overlaps(&rule, &python) != rule_overlaps(&python, &rule))
		abort();
	return 0;
}
