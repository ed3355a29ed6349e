/* SPDX-License-Identifier: MIT */
/* Compares tags with the runtimes as they stand in the tree: nothing of them is run. */
#include "add/wheel_fit.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/wheel_info.h"
#include "add/work.h"
#include "base/listener.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/pep440.h"
#include "core/python_minors.h"
#include "core/str.h"
#include "core/wheel_name.h"
#include "stage/runtime_info.h"
#include "sys/tree.h"

enum { VERSION_MAX = 64 };

/* "2.36" is 36. */
static unsigned second_number(const char *version)
{
	const char *dot = strchr(version, '.');

	return dot ? (unsigned)strtoul(dot + 1, NULL, 10) : 0;
}

static struct wheel_target target_of(const struct runtime_info *info)
{
	char version[VERSION_MAX] = "";

	(void)runtime_info_version(info, info->musl ? "libc musl" : "libc glibc", version,
				   sizeof(version));
	return (struct wheel_target){ .arch = info->arch,
				      .minor = info->minor,
				      .musl = info->musl,
				      .libc = second_number(version) };
}

/* -- tags ----------------------------------------------------------------------------------- */

/* What the tags say of one runtime. */
struct verdict {
	enum wheel_fit fit;
	unsigned libc;
};

static struct verdict judge(const struct wheel_name *named, const struct wheel_info *info,
			    const struct wheel_target *target)
{
	struct verdict verdict = { .fit = WHEEL_OTHER_SYSTEM };

	if (named)
		verdict.fit = wheel_tags_fit(&named->tags, target, &verdict.libc);
	else
		verdict.fit = (enum wheel_fit)wheel_info_fit(info, target, &verdict.libc);
	return verdict;
}

/* The same of the Python of a runtime that they fit best; *target is about python3's before. */
static struct verdict judge_all(const struct add *add, const struct wheel_name *named,
				const struct wheel_info *info, struct wheel_target *target)
{
	const struct wheel_target first = *target;
	struct verdict best = judge(named, info, target);
	struct python_minors pythons;

	tree_pythons(add->tree, first.arch, &pythons);
	for (size_t i = 0; i < pythons.n && best.fit != WHEEL_FITS; i++) {
		struct wheel_target other = first;
		struct verdict verdict;

		other.minor = pythons.minor[i];
		verdict = judge(named, info, &other);
		if (verdict.fit > best.fit) {
			best = verdict;
			*target = other;
		}
	}
	return best;
}

static int refuse(const struct add *add, const char *from, const struct verdict *verdict,
		  const struct wheel_target *target, struct err *err)
{
	const char *libc = target->musl ? "musl 1." : "glibc 2.";
	char archs[256] = "";
	struct text text;

	text_init(&text, archs, sizeof(archs));
	for (size_t i = 0; i < add->n_runtimes; i++)
		text_addf(&text, "%s%s", i ? ", " : "", add->runtimes[i].info->arch->name);
	switch (verdict->fit) {
	case WHEEL_OTHER_PYTHON:
		return err_say(err, ENOEXEC,
			       "%s: its tags are for another Python than 3.%u, the runtime for %s",
			       from, target->minor, target->arch->name);
	case WHEEL_OLD_LIBC:
		return err_say(err, ENOEXEC, "%s needs %s%u, the runtime for %s has %s%u", from,
			       libc, verdict->libc, target->arch->name, libc, target->libc);
	case WHEEL_OTHER_LIBC:
		return err_say(err, ENOEXEC, "%s is for %s, the runtime for %s has %s", from,
			       target->musl ? "glibc" : "musl", target->arch->name,
			       target->musl ? "musl" : "glibc");
	case WHEEL_OTHER_MACHINE:
		return err_say(err, ENOEXEC,
			       "%s: its tags are for none of the tree's archs, which are %s", from,
			       archs);
	case WHEEL_OTHER_SYSTEM:
	case WHEEL_FITS:
		break;
	}
	return err_say(err, ENOEXEC, "%s: its tags are for another system than Linux", from);
}

/* -- Requires-Python ------------------------------------------------------------------------ */

/* Whether a version is in the set: 1, 0 or -EINVAL. */
static int is_wanted(const struct wheel_info *info, const char *number)
{
	struct pep440 version;
	int r = pep440_parse(number, strlen(number), &version);

	return r < 0 ? r
		     : pep440_in_set(&version, info->requires_python,
				     strlen(info->requires_python));
}

/* Any Python of the runtime will do. */
static int any_is_wanted(const struct add *add, const struct wheel_info *info,
			 const struct runtime_info *runtime, const char *first)
{
	int r = is_wanted(info, first);
	struct python_minors pythons;
	char number[VERSION_MAX];

	tree_pythons(add->tree, runtime->arch, &pythons);
	for (size_t i = 1; r == 0 && i < pythons.n; i++) {
		(void)snprintf(number, sizeof(number), "3.%u", pythons.minor[i]);
		r = is_wanted(info, number);
	}
	return r;
}

static int check_python(const struct add *add, const char *from, const struct wheel_info *info,
			const struct runtime_info *runtime, struct err *err)
{
	char number[VERSION_MAX], sentence[ERR_TEXT_MAX];
	int r;

	if (!runtime_info_version(runtime, "python", number, sizeof(number)))
		(void)snprintf(number, sizeof(number), "3.%u", runtime->minor);
	r = any_is_wanted(add, info, runtime, number);
	if (r > 0)
		return 0;
	if (r < 0)
		(void)snprintf(sentence, sizeof(sentence),
			       "%s: cannot understand its Requires-Python, %s", from,
			       info->requires_python);
	else
		(void)snprintf(sentence, sizeof(sentence),
			       "%s needs Python %s, the runtime for %s is Python %s", from,
			       info->requires_python, runtime->arch->name, number);
	if (!(add->request->flags & ADD_UNCHECKED))
		return err_say(err, ENOEXEC, "%s (Hint: --unchecked adds it all the same)",
			       sentence);
	listener_warn(add->request->listener, "%s", sentence);
	return 0;
}

/* -- both ----------------------------------------------------------------------------------- */

/* pip asks the file's name alone; what was renamed by hand is told. */
static void warn_renamed(const struct add *add, const char *from, const struct wheel_name *named,
			 const struct wheel_info *info, const struct wheel_target *target)
{
	unsigned libc;

	if (named && wheel_info_fit(info, target, &libc) != WHEEL_FITS)
		listener_warn(add->request->listener,
			      "%s: its name has a tag for %s that its WHEEL has not", from,
			      target->arch->name);
}

int wheel_fit_find(const struct add *add, const char *from, const struct wheel_name *named,
		   const struct wheel_info *info, struct wheel_fits *ret, struct err *err)
{
	struct verdict best = { .fit = WHEEL_OTHER_SYSTEM };
	struct wheel_target nearest = { 0 };

	*ret = (struct wheel_fits){ .any = named ? wheel_tags_any(&named->tags)
						 : wheel_info_any(info) };
	for (size_t i = 0; i < add->n_runtimes; i++) {
		const struct runtime_info *runtime = add->runtimes[i].info;
		struct wheel_target target = target_of(runtime);
		struct verdict verdict = judge_all(add, named, info, &target);
		int r;

		if (!nearest.arch || verdict.fit > best.fit) {
			best = verdict;
			nearest = target;
		}
		if (verdict.fit != WHEEL_FITS && ret->any)
			return refuse(add, from, &verdict, &target, err);
		if (verdict.fit != WHEEL_FITS)
			continue;
		r = check_python(add, from, info, runtime, err);
		if (r < 0)
			return r;
		if (!ret->n)
			warn_renamed(add, from, named, info, &target);
		ret->which[ret->n++] = i;
	}
	return ret->n || !nearest.arch ? 0 : refuse(add, from, &best, &nearest, err);
}
