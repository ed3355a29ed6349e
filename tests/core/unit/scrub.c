/* SPDX-License-Identifier: MIT */
/* What does not come along into a view. */
#include "core/scrub.h"

#include "check.h"

int main(void)
{
	CHECK(scrub_variable("PYTHONHOME=/opt/python"), "another Python's home");
	CHECK(scrub_variable("LD_PRELOAD=/lib/x.so"), "a library of the host's");
	CHECK(scrub_variable("LD_LIBRARY_PATH="), "an empty one, too");
	CHECK(scrub_variable("LD_AUDIT=x"), "an auditor");
	CHECK(!scrub_variable("PYTHONHOMES=x"), "a longer name is another");
	CHECK(!scrub_variable("PYTHONHOME"), "without a value it is no variable");
	CHECK(!scrub_variable("LD_BIND_NOW=1"), "what names no file stays");
	CHECK(!scrub_variable(""), "nothing");
	CHECK(scrub_keeps("LD_LIBRARY_PATH=/usr/lib") && scrub_keeps("PYTHONHOME=/x"),
	      "beside the host the same are put aside");
	CHECK(scrub_keeps("LD_ORIGIN_PATH=/usr/lib"), "and what $ORIGIN would be");
	CHECK(scrub_forged(SCRUB_KEPT "LD_PRELOAD=/x") && !scrub_forged("BUSYPY=1"),
	      "nobody else names one so");
	CHECK(!scrub_keeps("PATH=/bin") && !scrub_keeps("PYTHONPATH=/x") &&
		      !scrub_keeps("HOME=/x") && !scrub_keeps(""),
	      "nothing else");
	return done();
}
