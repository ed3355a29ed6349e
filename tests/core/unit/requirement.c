/* SPDX-License-Identifier: MIT */
/* Requirements and markers. The tables are what python3-packaging answers. */
#include "core/requirement.h"

#include <errno.h>

#include "check.h"

static bool is(struct requirement_part part, const char *wanted)
{
	return part.n == strlen(wanted) && memcmp(part.s, wanted, part.n) == 0;
}

static void test_requirements(void)
{
	static const struct {
		const char *text, *name, *extras, *set, *url, *marker;
	} sound[] = {
		{ "requests", "requests", "", "", "", "" },
		{ " Re_Quests >=2, <3 ", "re-quests", "", ">=2, <3", "", "" },
		{ "a[b, c]==1", "a", "b, c", "==1", "", "" },
		{ "a [b] (>=1)", "a", "b", ">=1", "", "" },
		{ "a(>=1) ; x", "a", "", ">=1", "", "x" },
		{ "a;x", "a", "", "", "", "x" },
		{ "a[b] ; extra == 'x'", "a", "b", "", "", "extra == 'x'" },
		{ "a @ https://h/a;b.whl ; x", "a", "", "", "https://h/a;b.whl", "x" },
		{ "a@file:///x", "a", "", "", "file:///x", "" },
		{ "a~=1.0", "a", "", "~=1.0", "", "" },
		{ "a!=1.0", "a", "", "!=1.0", "", "" },
	};
	static const char *const unsound[] = { "",    "-a",	"a b", "a[b",	    "a(>=1",
					       "a @", "a >= x", "a;",  "a (>=1) x", "a @ u x",
					       ">=1", "a ; ",	"a==" };
	struct requirement got;

	for (size_t i = 0; i < sizeof(sound) / sizeof(sound[0]); i++) {
		CHECK(requirement_parse(sound[i].text, strlen(sound[i].text), &got) == 0 &&
			      is(got.extras, sound[i].extras) && is(got.set, sound[i].set) &&
			      is(got.url, sound[i].url) && is(got.marker, sound[i].marker),
		      sound[i].text);
		CHECK_TEXT(got.name, sound[i].name, "its name");
	}
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		CHECK(requirement_parse(unsound[i], strlen(unsound[i]), &got) == -EINVAL,
		      unsound[i]);
}

static int holds(const char *marker, const struct requirement_env *env)
{
	return requirement_holds((struct requirement_part){ marker, strlen(marker) }, env);
}

static void test_markers(void)
{
	static const struct {
		const char *marker;
		int holds;
	} markers[] = {
		{ "", 1 },
		{ "  ", 1 },
		{ "python_version < '3.8'", 0 },
		{ "python_version >= \"3.8\"", 1 },
		{ "python_version>='3.8'and os_name=='posix'", 1 },
		{ "python_version < '3.8' or sys_platform == 'linux'", 1 },
		{ "python_version < '3.8' and sys_platform == 'linux' or os_name == 'posix'", 1 },
		{ "(python_version < '3.8' or os_name == 'nt') and os_name == 'posix'", 0 },
		{ "((os_name == 'posix'))", 1 },
		{ "'linux' in sys_platform", 1 },
		{ "'win' in sys_platform", 0 },
		{ "'win' not in sys_platform", 1 },
		{ "platform_machine not in 'x86_64 aarch64'", 0 },
		{ "platform_machine == 'riscv64'", 0 },
		{ "platform_system != 'Windows'", 1 },
		{ "platform_python_implementation == 'CPython'", 1 },
		{ "python_implementation == 'CPython'", 1 },
		{ "implementation_name == 'cpython'", 1 },
		{ "implementation_version >= '3.11.2'", 1 },
		{ "python_full_version < '3.11.3'", 1 },
		{ "python_full_version ~= '3.10.0'", 0 },
		{ "python_version == '3.11.*'", 1 },
		{ "os.name == 'posix'", 1 },
		{ "sys.platform > 'a'", 1 },
		{ "platform.machine < 'a'", 0 },
		{ "platform.version <= ''", 1 },
		{ "platform.python_implementation >= 'D'", 0 },
		{ "platform_release == ''", 1 },
		{ "platform_version == ''", 1 },
		{ "extra == 'test'", 0 },
		{ "extra == 'My-Extra'", 1 },
		{ "'my_extra' == extra", 1 },
		{ "'3.9' < python_version", 1 },
		{ "python_version in '3.10, 3.11'", 1 },
		{ "python_version == '3.11, 3.12'", 0 },
	};
	char short_version[REQUIREMENT_SHORT_MAX];
	struct requirement_env env;

	requirement_env_linux("x86_64", "3.11.2", 11, short_version, &env);
	CHECK_TEXT(env.python_version, "3.11", "python_version");
	env.extra = "my-extra";
	for (size_t i = 0; i < sizeof(markers) / sizeof(markers[0]); i++)
		CHECK(holds(markers[i].marker, &env) == markers[i].holds, markers[i].marker);
}

static void test_unsound_markers(void)
{
	static const char *const unsound[] = {
		"os_name ~= 'posix'",
		"os_name === 'posix'",
		"os_name",
		"os_name ==",
		"os_name == posix",
		"os_name == 'posix",
		"os_name == '",
		"os_name not 'posix'",
		"(os_name == 'posix'",
		"(os_name",
		"os_name == 'posix')",
		"os_name == 'posix' and",
		"os_name == 'posix' or x",
		"os_namex == 'posix'",
		"os_name inx 'posix'",
		"nothing == 'posix'",
	};
	char short_version[REQUIREMENT_SHORT_MAX], deep[128], marker[400];
	struct requirement_env env;

	requirement_env_linux("x86_64", "3.11.2", 11, short_version, &env);
	for (size_t i = 0; i < sizeof(unsound) / sizeof(unsound[0]); i++)
		CHECK(holds(unsound[i], &env) == -EINVAL, unsound[i]);
	memset(deep, '(', 100);
	deep[100] = '\0';
	CHECK(holds(deep, &env) == -EINVAL, "a hundred brackets");
	(void)snprintf(marker, sizeof(marker), "os_name == '%0300d'", 1);
	CHECK(holds(marker, &env) == -EINVAL, "a word that is too long");
	CHECK(requirement_holds((struct requirement_part){ "os_name == 'a\0b'", 16 }, &env) ==
		      -EINVAL,
	      "a NUL");
	memset(deep, 'x', 127);
	deep[127] = '\0';
	(void)snprintf(marker, sizeof(marker), "%s%s%s", deep, deep, deep);
	env.platform_version = marker;
	CHECK(holds("platform_version == 'x'", &env) == -EINVAL, "a value that is too long");
}

int main(void)
{
	test_requirements();
	test_markers();
	test_unsound_markers();
	return done();
}
