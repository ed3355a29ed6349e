/* SPDX-License-Identifier: MIT */
/* Asks Debian for packages: of which suite, and what is there already. */
#include "add/debian.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "add/add.h"
#include "add/debian_files.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/suite.h"
#include "elf/dynamic.h"
#include "source/debian.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"

enum { LISTS_AGE = 60 * 60 }; /* seconds; a mirror changes four times a day */

/* -- what is asked for ---------------------------------------------------------------------- */

/* Debian Policy 5.6.1; never an option or a path. */
static int check_word(const char *word, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789+-.");

	if (n >= 2 && !word[n] && n < PACKAGE_WORD_MAX && strchr(letters, word[0]))
		return 0;
	return err_say(err, EINVAL, "'%s' is no name of a Debian package", word);
}

/* The suite that the runtime itself came from, as its record has it; false if from elsewhere. */
static bool recorded_suite(const struct runtime_info *info, char ret[SUITE_NAME_SIZE])
{
	static const char key[] = "from debian:";
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	size_t n;

	if (files_path(path, NULL, "%s/sources", info->records) < 0 ||
	    exact_read(path, &text, &n, NULL) < 0 || !str_starts(text, key))
		return false;
	n = strcspn(text + strlen(key), "\n");
	return str_copy_bytes(ret, SUITE_NAME_SIZE, text + strlen(key), n) == 0 &&
	       suite_name_valid(ret);
}

static int default_suite(const struct runtime_info *info, char ret[SUITE_NAME_SIZE],
			 struct err *err)
{
	const struct suite *suite = suite_for_minor(info->arch->debian, info->minor);

	if (recorded_suite(info, ret))
		return 0;
	if (!suite)
		return err_say(err, ENOENT,
			       "no released suite of Debian has packages for Python 3.%u, the "
			       "runtime for %s (Hint: released are %s; --from debian:SUITE names "
			       "another)",
			       info->minor, info->arch->name, suite_names());
	return str_copy(ret, SUITE_NAME_SIZE, suite->name);
}

static int choose_suite(const struct add *add, const struct runtime_info *info,
			char ret[SUITE_NAME_SIZE], struct err *err)
{
	const char *name = add->request->suite;
	const struct suite *suite;

	if (info->musl || !info->ldso[0])
		return err_say(err, ENOEXEC,
			       "the runtime for %s has not Debian's C library, which its packages "
			       "need",
			       info->arch->name);
	if (!name)
		return default_suite(info, ret, err);
	suite = add->request->keyring ? NULL : suite_by_name(name);
	if (suite && suite->minor != info->minor)
		return err_say(err, ENOEXEC,
			       "debian:%s has packages for Python 3.%u, the runtime for %s is "
			       "Python 3.%u",
			       name, suite->minor, info->arch->name, info->minor);
	if (str_copy(ret, SUITE_NAME_SIZE, name) < 0)
		return err_set(err, ENAMETOOLONG, "debian:%.16s...", name);
	return 0; /* what is no name of a suite is told later */
}

/* -- what is there -------------------------------------------------------------------------- */

static void print_package(FILE *out, const char *name, const char *version, const char *arch)
{
	(void)fprintf(out,
		      "Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: %s\n"
		      "Multi-Arch: allowed\nMaintainer: busypy\nDescription: staged\n\n",
		      name, version, arch);
}

/* Of a library's package perhaps not all libraries were taken; what is taken for installed here is
 * there as a whole, or must not be replaced. */
static bool is_whole(const char *name)
{
	return !str_starts(name, "lib") || str_starts(name, "libpython3") ||
	       str_eq(name, "libc6") || str_starts(name, "libc-") || str_starts(name, "libgcc-s");
}

/* The packages of one record of the runtime: those staged, or those added. */
static void print_record(const struct add *add, const char *records, const char *name, FILE *out)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	struct package package;
	size_t n;

	if (files_path(path, NULL, "%s/%s", records, name) < 0 ||
	    exact_read(path, &text, &n, NULL) < 0)
		return;
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		if (package_parse(line, length, &package, NULL) == 1 && is_whole(package.name) &&
		    !add_debian_asked(add, package.name))
			print_package(out, package.name, package.version, package.arch);
		line += length + (line[length] == '\n');
	}
}

/* Python is the runtime's own, whatever it came from; what only serves to install packages is not
 * wanted. */
static void print_given(const struct runtime_info *info, FILE *out)
{
	static const char *const names[] = { "python3", "python3-minimal", "libpython3-stdlib" };
	static const char *const unwanted[] = { "dpkg", "debconf", "perl-base", "install-info" };
	const char *arch = info->arch->debian;
	char version[64], number[32], name[32];

	if (!runtime_info_version(info, "python", number, sizeof(number)))
		(void)snprintf(number, sizeof(number), "3.%u.0", info->minor);
	(void)snprintf(version, sizeof(version), "%s-1", number);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		print_package(out, names[i], version, arch);
	(void)snprintf(name, sizeof(name), "python3.%u", info->minor);
	print_package(out, name, version, arch);
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		print_package(out, unwanted[i], "99:0", arch);
}

static char *installed_text(const struct add *add, const struct runtime_info *info)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return NULL;
	print_given(info, out);
	print_record(add, info->records, "packages", out);
	print_record(add, info->records, "added", out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

/* -- all runtimes --------------------------------------------------------------------------- */

/* What is asked of Debian: for each runtime that is wanted. */
struct add_debian {
	struct debian *packages;
	const struct arch *archs[ADD_RUNTIMES_MAX];
	char names[ADD_RUNTIMES_MAX][SUITE_NAME_SIZE];
	const char *suites[ADD_RUNTIMES_MAX];
	unsigned minors[ADD_RUNTIMES_MAX];
	char *installed[ADD_RUNTIMES_MAX];
	size_t n;
};

void add_debian_close(struct add_debian *debian)
{
	if (!debian)
		return;
	debian_close(debian->packages);
	for (size_t i = 0; i < debian->n; i++)
		free(debian->installed[i]);
	free(debian);
}

static int ask_for(struct add *add, const struct runtime_info *info, struct err *err)
{
	struct add_debian *debian = add->debian;
	int r = choose_suite(add, info, debian->names[debian->n], err);

	if (r < 0)
		return r;
	debian->suites[debian->n] = debian->names[debian->n];
	debian->minors[debian->n] = info->minor;
	debian->archs[debian->n] = info->arch;
	debian->installed[debian->n] = installed_text(add, info);
	if (!debian->installed[debian->n])
		return err_set(err, ENOMEM, "cannot list packages");
	debian->n++;
	return 0;
}

int add_debian_open(struct add *add, struct err *err)
{
	const struct add_request *request = add->request;
	struct add_debian *debian = add->debian = calloc(1, sizeof(*debian));
	int r;

	if (!debian)
		return err_set(err, ENOMEM, "cannot list packages");
	for (size_t i = 0; i < request->n_words; i++) {
		r = check_word(request->words[i], err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < add->n_runtimes; i++) {
		r = add->runtimes[i].wanted ? ask_for(add, add->runtimes[i].info, err) : 0;
		if (r < 0)
			return r;
	}
	return debian_open(
		&(struct debian_request){ .mirror = request->mirror,
					  .keyring = request->keyring,
					  .expired = request->expired,
					  .minors = debian->minors,
					  .cache = request->cache,
					  .archs = debian->archs,
					  .n_archs = debian->n,
					  .names = request->words,
					  .n_names = request->n_words,
					  .suites = debian->suites,
					  .installed = debian->installed,
					  .max_age = request->flags & ADD_REFRESH ? 0 : LISTS_AGE,
					  .listener = request->listener },
		&debian->packages, err);
}

static int extract(struct add *add, struct add_runtime *runtime, struct err *err)
{
	const struct arch *arch = runtime->info->arch;
	char dir[PATH_SIZE];
	int r = files_path(dir, err, "%s/source/%s", add->transaction->build, arch->name);

	if (r < 0)
		return r;
	r = debian_extract(add->debian->packages, arch, dir, runtime->source, err);
	if (r < 0)
		return r;
	return add_debian_note(add, runtime, err);
}

int add_debian_extract(struct add *add, struct err *err)
{
	for (size_t i = 0; i < add->n_runtimes; i++) {
		struct add_runtime *runtime = &add->runtimes[i];
		int r;

		if (!runtime->wanted)
			continue;
		listener_step(add->request->listener, "%s: extracting packages",
			      runtime->info->arch->name);
		r = extract(add, runtime, err);
		if (r < 0)
			return r;
	}
	if (!add->items->n)
		return err_say(err, ENOENT, "%s: no package has a Python module or a library in it",
			       add->request->words[0]);
	return 0;
}
