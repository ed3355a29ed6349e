/* SPDX-License-Identifier: MIT */
/* `--arch`: which archs a user means, and what is said of those that there are not. */
#include "core/arch_list.h"

#include <errno.h>

#include "check.h"
#include "core/arch.h"
#include "core/err.h"

#define NAMES "x86_64 aarch64 riscv64 armhf armel i386 ppc64le s390x mips64el mipsel"
#define LONG "an-arch-with-a-name-that-is-longer-than-any-arch-of-which-anyone-has-heard"

static void refuses(const char *words, const char *sentence)
{
	struct arch_list list = { 0 };
	struct err err = { 0 };

	CHECK(arch_list_add(&list, words, &err) == -EINVAL, words);
	CHECK_TEXT(err.text, sentence, "says why");
}

static void one(void)
{
	const struct arch *arch = NULL;
	struct err err = { 0 };

	CHECK(arch_named(NULL, &arch, &err) == 0 && arch == arch_native(), "this machine's");
	CHECK(arch_named("aarch64", &arch, &err) == 0, "a name");
	CHECK_TEXT(arch->name, "aarch64", "is that arch");
	CHECK(arch_named("vax", &arch, &err) == -EINVAL, "an unknown one");
	CHECK_TEXT(err.text, "unknown arch 'vax' (Hint: one of " NAMES ")", "which are known");
	CHECK_TEXT(arch->name, "aarch64", "and nothing is written");
}

static void lists(void)
{
	struct arch_list list = { 0 };
	struct err err = { 0 };

	CHECK(arch_list_add(&list, "aarch64,x86_64", &err) == 0 && list.n == 2, "two");
	CHECK_TEXT(list.archs[0]->name, "aarch64", "in their order");
	CHECK(!list.archs[2] && !list.all, "and an end");
	CHECK(arch_list_add(&list, "i686", &err) == 0 && list.n == 3, "a third, by uname's word");
	CHECK(!list.twice, "each once");
	CHECK(arch_list_add(&list, "i386", &err) == 0 && list.n == 3, "what is there already");
	CHECK(list.twice == arch_by_name("i386"), "is told");
	CHECK(arch_list_add(&list, "all", &err) == 0 && list.all, "all of them");
	refuses("", "unknown arch '' (Hint: one of " NAMES ", or all)");
	refuses("vax", "unknown arch 'vax' (Hint: one of " NAMES ", or all)");
	refuses("x86_64,", "unknown arch '' (Hint: one of " NAMES ", or all)");
	refuses("x86_64,vax,i386", "unknown arch 'vax' (Hint: one of " NAMES ", or all)");
	refuses("x86_64,all", "unknown arch 'all' (Hint: one of " NAMES ", or all)");
	refuses(LONG,
		"unknown arch 'an-arch-with-a-name-that-is-longer-than-any-arch-of-which-anyone'"
		" (Hint: one of " NAMES ", or all)");
}

static void all_known(void)
{
	size_t n;
	const struct arch *table = arch_table(&n);
	struct arch_list list = { 0 };
	struct err err = { 0 };
	bool ok = n <= ARCH_LIST_MAX;

	for (size_t i = 0; i < n; i++)
		ok = arch_list_add(&list, table[i].name, &err) == 0 && ok;
	CHECK(ok && list.n == n, "there is room for every arch");
}

int main(void)
{
	one();
	lists();
	all_known();
	return done();
}
