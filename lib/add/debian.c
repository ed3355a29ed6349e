/* SPDX-License-Identifier: MIT */
/* Debian's packages for runtimes that stand: which suite, what is there already, what of the
 * packages goes where. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "add/add.h"
#include "add/work.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/suite.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "source/debian.h"
#include "source/owners.h"
#include "source/source.h"
#include "stage/runtime_info.h"
#include "stage/transaction.h"

#define DIST "/usr/lib/python3/dist-packages"

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

static int choose_suite(const struct add *add, const struct runtime_info *staged, const char **ret,
			struct err *err)
{
	const char *name = add->request->suite;
	const struct suite *suite;

	if (staged->musl || !staged->ldso[0])
		return err_say(err, ENOEXEC,
			       "the runtime for %s has not Debian's C library, which its packages "
			       "need",
			       staged->arch->name);
	if (!name) {
		suite = suite_for_minor(staged->arch->debian, staged->minor);
		if (!suite)
			return err_hint(err,
					err_say(err, ENOENT,
						"no suite of Debian has packages for Python 3.%u, "
						"the runtime for %s",
						staged->minor, staged->arch->name),
					"known are %s", suite_names());
		*ret = suite->name;
		return 0;
	}
	suite = suite_by_name(name);
	if (suite && suite_minor(suite) != staged->minor)
		return err_say(err, ENOEXEC,
			       "debian:%s has packages for Python 3.%u, the runtime for %s is "
			       "Python 3.%u",
			       name, suite_minor(suite), staged->arch->name, staged->minor);
	*ret = name;
	return 0; /* an unknown one is named later */
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

static bool is_asked(const struct add *add, const char *name)
{
	for (size_t i = 0; i < add->request->n_words; i++) {
		if (str_eq(add->request->words[i], name))
			return true;
	}
	return false;
}

/* The packages of one record of the runtime: those staged, or those added. */
static void print_record(const struct add *add, const struct runtime_info *staged, const char *name,
			 FILE *out)
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	struct package package;
	size_t n;

	if (files_path(path, NULL, "%s/%s", staged->records, name) < 0 ||
	    files_read(path, &text, &n, NULL) < 0)
		return;
	for (const char *line = text; *line;) {
		size_t length = strcspn(line, "\n");

		if (package_parse(line, length, &package, NULL) == 1 && is_whole(package.name) &&
		    !is_asked(add, package.name))
			print_package(out, package.name, package.version, package.arch);
		line += length + (line[length] == '\n');
	}
}

/* Python is the runtime's own, whatever it came from; what only serves to install packages is not
 * wanted. */
static void print_given(const struct runtime_info *staged, FILE *out)
{
	static const char *const names[] = { "python3", "python3-minimal", "libpython3-stdlib" };
	static const char *const unwanted[] = { "dpkg", "debconf", "perl-base", "install-info" };
	const char *arch = staged->arch->debian;
	char version[64], number[32], name[32];

	if (!runtime_info_version(staged, "python", number, sizeof(number)))
		(void)snprintf(number, sizeof(number), "3.%u.0", staged->minor);
	(void)snprintf(version, sizeof(version), "%s-1", number);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		print_package(out, names[i], version, arch);
	(void)snprintf(name, sizeof(name), "python3.%u", staged->minor);
	print_package(out, name, version, arch);
	for (size_t i = 0; i < sizeof(unwanted) / sizeof(unwanted[0]); i++)
		print_package(out, unwanted[i], "99:0", arch);
}

static char *installed_text(const struct add *add, const struct runtime_info *staged)
{
	char *text = NULL;
	size_t n;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return NULL;
	print_given(staged, out);
	print_record(add, staged, "packages", out);
	print_record(add, staged, "added", out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

int add_debian_open(struct add *add, struct err *err)
{
	const struct add_request *request = add->request;
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_words; i++)
		r = check_word(request->words[i], err);
	for (size_t i = 0; r == 0 && i < add->n_runtimes; i++) {
		size_t n = add->n_arches;

		if (!add->runtimes[i].wanted)
			continue;
		r = choose_suite(add, &add->staged[i], &add->suites[n], err);
		if (r < 0)
			break;
		add->arches[n] = add->staged[i].arch;
		add->installed[n] = installed_text(add, &add->staged[i]);
		add->n_arches++;
		if (!add->installed[n])
			r = err_set(err, ENOMEM, "cannot list packages");
	}
	if (r < 0)
		return r;
	return debian_open(&(struct debian_request){ .mirror = request->mirror,
						     .cache = request->cache,
						     .arches = add->arches,
						     .n_arches = add->n_arches,
						     .names = request->words,
						     .n_names = request->n_words,
						     .suites = add->suites,
						     .installed = add->installed,
						     .listener = request->listener },
			   &add->debian, err);
}

/* -- what goes where ------------------------------------------------------------------------ */

const struct package *add_debian_owner(const struct source *source, const char *path)
{
	const struct origins *origins = source->origins;
	const char *merged = str_starts(path, "/usr/") ? path + 4 : path;

	for (size_t i = 0; origins && i < origins->n_files; i++) {
		if (path_below(origins->files[i].path, merged))
			return &origins->packages[origins->files[i].package];
	}
	return NULL;
}

static int note(struct add *add, size_t which, const char *source, const char *to, struct err *err)
{
	const struct package *package = add_debian_owner(add->runtimes[which].source, source);
	char from[2 * PACKAGE_WORD_MAX + 2];

	if (!package)
		return 0; /* an empty directory */
	(void)snprintf(from, sizeof(from), "%s=%s", package->name, package->version); /* fits */
	return add_item_note(add, to, source, from, add->staged[which].arch, err);
}

static int not_dots(const struct dirent *entry)
{
	return !str_eq(entry->d_name, ".") && !str_eq(entry->d_name, "..") &&
	       !str_eq(entry->d_name, "__pycache__");
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* Calls each for every name in a directory of the packages, in order; none if it is not there. */
static int each_entry(struct add *add, size_t which, const char *dir,
		      int (*each)(struct add *add, size_t which, const char *dir, const char *name,
				  struct err *err),
		      struct err *err)
{
	char real[PATH_SIZE];
	struct dirent **entries;
	int n, r = 0;

	if (sysroot_find(add->runtimes[which].source->root, dir, real) < 0)
		return 0;
	n = scandir(real, &entries, not_dots, compare_names);
	if (n < 0)
		return err_set(err, errno, "cannot read %s", real);
	for (int i = 0; i < n; i++) {
		if (r == 0)
			r = each(add, which, dir, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int note_module(struct add *add, size_t which, const char *dir, const char *name,
		       struct err *err)
{
	const struct runtime_info *staged = &add->staged[which];
	char source[PATH_SIZE], to[PATH_SIZE];
	int r = files_path(source, err, "%s/%s", dir, name);

	if (r == 0)
		r = files_path(to, err, TREE_USR_OF "/%s/%s", staged->arch->name, staged->dist,
			       name);
	return r < 0 ? r : note(add, which, source, to, err);
}

/* A part of the standard library that Debian has in a package of its own, as tkinter. */
static int note_stdlib(struct add *add, size_t which, const char *dir, const char *name,
		       struct err *err)
{
	const struct runtime_info *staged = &add->staged[which];
	char source[PATH_SIZE], to[PATH_SIZE], there[PATH_SIZE];
	struct stat st;
	int r = files_path(source, err, "%s/%s", dir, name);

	if (str_eq(name, "dist-packages"))
		return 0; /* numpy has files there, which no Python looks for */
	if (r == 0)
		r = files_path(to, err, TREE_PYTHON_OF "%s", staged->arch->name, source);
	if (r == 0)
		r = files_path(there, err, "%s/%s", add->tree, to);
	if (r < 0)
		return r;
	if (stat(there, &st) == 0 && S_ISDIR(st.st_mode))
		return each_entry(add, which, source, note_stdlib, err);
	return note(add, which, source, to, err);
}

/* A library of a package that was asked for by name, under the name that others need it by. */
static int note_library(struct add *add, size_t which, const char *dir, const char *name,
			struct err *err)
{
	ELF_FILE_CLEANUP struct elf_file file = { 0 };
	const struct sysroot *root = add->runtimes[which].source->root;
	const struct runtime_info *staged = &add->staged[which];
	const struct package *package;
	char path[PATH_SIZE], source[PATH_SIZE], real[PATH_SIZE];
	char to[PATH_SIZE];
	int r;

	if (!strstr(name, ".so"))
		return 0;
	r = files_path(path, err, "%s/%s", dir, name);
	if (r < 0 || sysroot_canonical(root, path, source) < 0 ||
	    sysroot_find(root, path, real) < 0 || elf_file_read(real, &file, NULL) < 0 ||
	    !file.soname || !str_eq(file.soname, name))
		return r;
	package = origins_package(add->runtimes[which].source->origins, source);
	if (!package || !is_asked(add, package->name))
		return 0;
	r = files_path(to, err, TREE_CLIB_OF "/%s", staged->arch->name, name);
	return r < 0 ? r : note(add, which, source, to, err);
}

/* -- alternatives --------------------------------------------------------------------------- */

/* A package's own script would call update-alternatives(1), which links /usr/lib/TRIPLET/NAME to
 * one of several usr/lib/TRIPLET/DIR/NAME. One is there: it is linked. */
static int link_alternative(struct add *add, size_t which, const char *dir, const char *name,
			    struct err *err)
{
	const struct sysroot *root = add->runtimes[which].source->root;
	char real[PATH_SIZE], target[PATH_SIZE], link[PATH_SIZE];
	const char *below = path_base(dir);
	int r;

	if (!str_starts(name, "lib") || !strstr(name, ".so."))
		return 0;
	r = files_path(link, err, "%.*s%s", (int)(below - dir), dir, name);
	if (r < 0 || sysroot_find_link(root, link, real) == 0)
		return r;
	r = files_path(target, err, "%s/%s", below, name);
	if (r == 0)
		r = files_path(link, err, "%s/../%s", dir, name);
	if (r == 0 && sysroot_find_link(root, dir, real) < 0)
		return 0;
	if (r == 0)
		r = files_path(link, err, "%s/../%s", real, name);
	return r < 0 ? r : files_link(target, link, err);
}

static int look_into(struct add *add, size_t which, const char *dir, const char *name,
		     struct err *err)
{
	char path[PATH_SIZE], real[PATH_SIZE];
	struct stat st;
	int r = files_path(path, err, "%s/%s", dir, name);

	if (r < 0 || sysroot_find_link(add->runtimes[which].source->root, path, real) < 0 ||
	    lstat(real, &st) < 0 || !S_ISDIR(st.st_mode))
		return r;
	return each_entry(add, which, path, link_alternative, err);
}

static int extract(struct add *add, size_t which, struct err *err)
{
	const struct runtime_info *staged = &add->staged[which];
	char dir[PATH_SIZE], libs[2][64], stdlib[64];
	int r = files_path(dir, err, "%s/source/%s", add->transaction->build, staged->arch->name);

	if (r == 0)
		r = debian_extract(add->debian, staged->arch, dir, add->runtimes[which].source,
				   err);
	(void)snprintf(libs[0], sizeof(libs[0]), "/usr/lib/%s", staged->arch->triplet); /* fit */
	(void)snprintf(libs[1], sizeof(libs[1]), "/lib/%s", staged->arch->triplet);
	(void)snprintf(stdlib, sizeof(stdlib), "/usr/lib/python3.%u", staged->minor);
	if (r == 0)
		r = each_entry(add, which, libs[0], look_into, err);
	if (r == 0)
		r = each_entry(add, which, DIST, note_module, err);
	if (r == 0)
		r = each_entry(add, which, stdlib, note_stdlib, err);
	for (size_t i = 0; r == 0 && i < 2; i++)
		r = each_entry(add, which, libs[i], note_library, err);
	return r;
}

int add_debian_extract(struct add *add, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < add->n_runtimes; i++) {
		if (!add->runtimes[i].wanted)
			continue;
		listener_step(add->request->listener, "%s: extracting packages",
			      add->staged[i].arch->name);
		r = extract(add, i, err);
	}
	if (r == 0 && !add->items->n)
		r = err_say(err, ENOENT, "%s: no package has a Python module or a library in it",
			    add->request->words[0]);
	return r;
}
