/* SPDX-License-Identifier: MIT */
/* Which module a file is, and which one an import names. */
#include "core/python_module.h"

#include "check.h"

static const char *module(const char *path)
{
	static char name[16];

	return python_module_name(path, name, sizeof(name)) ? name : "none";
}

static const char *absolute(const char *path, const char *imported)
{
	static char name[16];

	return python_module_absolute(path, imported, name, sizeof(name)) ? name : "none";
}

static void test_names(void)
{
	CHECK_TEXT(module("a.py"), "a", "a module");
	CHECK_TEXT(module("a/b/c2.py"), "a.b.c2", "of packages");
	CHECK_TEXT(module("a/b/__init__.py"), "a.b", "a package");
	CHECK_TEXT(module("__init__.py"), "__init__", "a folder of sys.path is no package");
	CHECK_TEXT(module("x__init__.py"), "x__init__", "a name that ends so");
	CHECK_TEXT(module("_A\303\244.py"), "_A\303\244", "other letters");
	CHECK_TEXT(module("{{x}}/a.py"), "none", "a template's folder");
	CHECK_TEXT(module("{{x}}/__init__.py"), "none", "and its package");
	CHECK_TEXT(module("a-b.py"), "none", "a hyphen");
	CHECK_TEXT(module("a.b.py"), "none", "a dot");
	CHECK_TEXT(module("2a.py"), "none", "a digit in front");
	CHECK_TEXT(module("a@.py"), "none", "before the letters");
	CHECK_TEXT(module("a[.py"), "none", "behind the capital ones");
	CHECK_TEXT(module("a|.py"), "none", "behind the small ones");
	CHECK_TEXT(module("a:.py"), "none", "behind the digits");
	CHECK_TEXT(module(".py"), "none", "no name");
	CHECK_TEXT(module("a/.py"), "none", "nor in a package");
	CHECK_TEXT(module("a//b.py"), "none", "no name between slashes");
	CHECK_TEXT(module("a.txt"), "none", "no source");
	CHECK_TEXT(module("abcdefgh/abcdefg.py"), "none", "what does not fit");
	CHECK_TEXT(module("abcdefgh/abcdef.py"), "abcdefgh.abcdef", "what just fits");
}

static void test_imports(void)
{
	CHECK_TEXT(absolute("a/b.py", "c.d"), "c.d", "an absolute name");
	CHECK_TEXT(absolute("a/b.py", ".c"), "a.c", "a sibling");
	CHECK_TEXT(absolute("a/b.py", "."), "a", "the package");
	CHECK_TEXT(absolute("a/__init__.py", ".c"), "a.c", "from the package itself");
	CHECK_TEXT(absolute("a/b/c.py", ".d"), "a.b.d", "a sibling further down");
	CHECK_TEXT(absolute("a/b/c.py", "..d.e"), "a.d.e", "one more up");
	CHECK_TEXT(absolute("a/b/c.py", ".."), "a", "the package above");
	CHECK_TEXT(absolute("a.py", ".c"), "none", "no package");
	CHECK_TEXT(absolute("a/b.py", "..c"), "none", "beyond the top");
	CHECK_TEXT(absolute("a/b.py", ""), "none", "no name");
	CHECK_TEXT(absolute("abcdefgh/b.py", ".abcdefg"), "none", "what does not fit");
}

int main(void)
{
	test_names();
	test_imports();
	return done();
}
