/* SPDX-License-Identifier: MIT */
/* Leases: what a client may write, and each way of getting it wrong. */
#include "core/lease.h"

#include <errno.h>

#include "core/err.h"
#include "core/x86_level.h"
#include "check.h"

#define HOST "host web-1\n"
#define REST "arch x86_64\nversion v1\nboot 0f1e-2d\nuptime 4711\n"

static void refuses(const char *text, const char *sentence)
{
	struct lease lease = { .uptime = 7 };
	struct err err = { 0 };

	CHECK(lease_parse(text, strlen(text), &lease, &err) == -EINVAL && lease.uptime == 7,
	      sentence);
	CHECK_TEXT(err.text, sentence, "the sentence says why");
}

static void check_names(void)
{
	char name[LEASE_NAME_SIZE + 1];

	CHECK(lease_name_valid("a") && lease_name_valid("Web-1.example_org"), "names of hosts");
	CHECK(!lease_name_valid("") && !lease_name_valid(".") && !lease_name_valid("..") &&
		      !lease_name_valid(".a"),
	      "no name begins with a dot");
	CHECK(!lease_name_valid("a:") && !lease_name_valid("a@") && !lease_name_valid("a[") &&
		      !lease_name_valid("a`") && !lease_name_valid("a{"),
	      "nor those beside letters and digits");
	CHECK(!lease_name_valid("a/b") && !lease_name_valid("a b") && !lease_name_valid("a\n") &&
		      !lease_name_valid("\xc3\xa4"),
	      "no other bytes");
	memset(name, 'a', sizeof(name));
	name[64] = '\0';
	CHECK(lease_name_valid(name), "64 bytes");
	name[64] = 'a';
	name[65] = '\0';
	CHECK(!lease_name_valid(name), "not 65");
}

static void check_format(void)
{
	struct lease lease = { .host = "web-1",
			       .arch = "x86_64",
			       .version = "v1",
			       .boot = "0f1e-2d",
			       .uptime = 4711 };
	char text[LEASE_SIZE_MAX];

	CHECK(lease_format(&lease, text, sizeof(text)) == 0, "a lease is written");
	CHECK_TEXT(text, HOST REST, "as five lines");
	lease.x86_level = 3;
	CHECK(lease_format(&lease, text, sizeof(text)) == 0, "one of an x86-64 is written");
	CHECK_TEXT(text, HOST REST "processor x86-64-v3\n", "with its level");
	lease.x86_level = X86_LEVEL_NONE_HAS;
	CHECK(lease_format(&lease, text, sizeof(text)) == -EINVAL, "not with what is none");
	lease.x86_level = 0;
	CHECK(lease_format(&lease, text, 20) == -E2BIG, "not into too little room");
	lease.host[0] = '.';
	CHECK(lease_format(&lease, text, sizeof(text)) == -EINVAL, "not what would be refused");
	memset(lease.host, 'a', sizeof(lease.host));
	CHECK(lease_format(&lease, text, sizeof(text)) == -EINVAL, "not a name without an end");
}

int main(void)
{
	struct lease lease = { 0 };
	char big[LEASE_SIZE_MAX + 2];

	CHECK(lease_parse(HOST REST, strlen(HOST REST), &lease, NULL) == 0, "five lines");
	CHECK_TEXT(lease.host, "web-1", "the host");
	CHECK_TEXT(lease.arch, "x86_64", "the arch");
	CHECK_TEXT(lease.version, "v1", "the version");
	CHECK_TEXT(lease.boot, "0f1e-2d", "the boot");
	CHECK(lease.uptime == 4711, "the uptime");
	CHECK(lease_parse(REST HOST "load 0.1 0.2\n", strlen(REST HOST "load 0.1 0.2\n"), &lease,
			  NULL) == 0,
	      "any order, and lines of a later version");
	CHECK(lease.x86_level == 0, "an older client says nothing of its processor");
	CHECK(lease_parse(HOST "processor x86-64-v2\n" REST,
			  strlen(HOST "processor x86-64-v2\n" REST), &lease, NULL) == 0 &&
		      lease.x86_level == 2,
	      "a processor");
	CHECK(lease_parse(HOST "processor x86-64-v9\n" REST,
			  strlen(HOST "processor x86-64-v9\n" REST), &lease, NULL) == 0 &&
		      lease.x86_level == 0,
	      "a processor that is not known yet");
	refuses(HOST REST "processor x86-64-v2\nprocessor x86-64-v2\n",
		"line 7 is none of a lease");
	CHECK(lease_parse("host a\0b\n", 9, &lease, NULL) == -EINVAL, "no NUL");
	refuses("", "no line 'host'");
	refuses(HOST, "no line 'arch'");
	refuses(HOST HOST REST, "line 2 is none of a lease");
	refuses(HOST "arch\n", "line 2 is none of a lease");
	refuses(HOST "\n" REST, "line 2 is none of a lease");
	refuses(HOST "arch x", "the last line has no end");
	refuses(HOST " x\n", "line 2 is none of a lease");
	refuses(HOST "arch \n", "line 2 is none of a lease");
	refuses(HOST "arch x\nversion v1\nboot a_b\nuptime 1\n",
		"a host, arch, version or boot has forbidden bytes");
	refuses(HOST "arch x\nversion v1\nuptime 1\n", "no line 'boot'");
	refuses("host a/b\n" REST, "a host, arch, version or boot has forbidden bytes");
	refuses(HOST "arch x y\nversion v1\nboot a\nuptime 1\n",
		"a host, arch, version or boot has forbidden bytes");
	refuses(HOST "arch x\nversion ../v1\nboot a\nuptime 1\n",
		"a host, arch, version or boot has forbidden bytes");
	refuses(HOST "arch x\nversion v1\nboot a\nuptime -1\n", "line 5 is none of a lease");
	refuses(HOST "arch x\nversion v1\nboot a\nuptime 99999999999999999999\n",
		"line 5 is none of a lease");
	memset(big, 'a', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	refuses(big, "longer than 1024 bytes");
	check_names();
	check_format();
	return done();
}
