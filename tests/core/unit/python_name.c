/* SPDX-License-Identifier: MIT */
/* Which minor a name of Python tells. */
#include "core/python_name.h"

#include "check.h"

int main(void)
{
	static const char *const none[] = {
		"",	      "python3",      "python3.",    "python3.x", "python3.0",
		"python3.1x", "python3.1000", "python3.-1",  "python2.7", "xpython3.11",
		"Python3.11", "python3.11 ",  "python3.11-", "python311", "python3.11-minimal"
	};

	CHECK(python_name_minor("python3.1") == 1, "python3.1");
	CHECK(python_name_minor("python3.13") == 13, "python3.13");
	CHECK(python_name_minor("python3.999") == 999, "python3.999");
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		CHECK(python_name_minor(none[i]) == 0, none[i]);
	return done();
}
