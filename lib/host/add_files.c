/* SPDX-License-Identifier: MIT */
/* What a path on the command line is, and where in a tree it belongs. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "add.h"
#include "add_work.h"
#include "arch.h"
#include "elf_file.h"
#include "err.h"
#include "fd.h"
#include "files.h"
#include "script_line.h"
#include "shebang.h"
#include "staged.h"
#include "str.h"
#include "sysroot.h"

/* -- scripts -------------------------------------------------------------------------------- */

/* True if a view of this tree would have a program at path. */
static bool view_has(const struct add *add, const char *path)
{
	char real[SYSROOT_PATH_MAX];
	struct sysroot root;

	if (!str_starts(path, "/usr/") && !str_starts(path, "/lib"))
		return path[0] == '/' && files_path(real, NULL, "%s%s", add->tree, path) == 0 &&
		       files_exist(real);
	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (sysroot_init_view(&root, add->tree, add->staged[i].arch) == 0 &&
		    sysroot_find(&root, path, real) == 0)
			return true;
	}
	return false;
}

static int refuse_env(const char *path, const struct shebang *line, const char *better,
		      struct err *err)
{
	int r = err_say(err, ENOEXEC, "%s: #!%s %s would start what the machine that runs it has",
			path, line->interp, line->arg);

	return better ? err_hint(err, r, "its first line should be %s", better) : r;
}

static int check_script(const struct add *add, const char *path, const char *bytes, size_t n,
			struct err *err)
{
	struct shebang line;
	const char *better;

	switch (script_judge(bytes, n, &line, &better)) {
	case SCRIPT_OURS:
		return 0;
	case SCRIPT_OTHER:
		if (!view_has(add, line.interp))
			return err_hint(err,
					err_say(err, ENOENT,
						"%s: no view of this tree has %s, "
						"which its first line names",
						path, line.interp),
					"a tree's scripts begin with #!/usr/bin/python3 or "
					"#!/bin/shell");
		add_warn(add,
			 "%s: #!%s is found in a view, but who starts it from outside gets the "
			 "machine's own (Hint: #!/usr/bin/python3 and #!/bin/shell always work)",
			 path, line.interp);
		return 0;
	case SCRIPT_SPACED:
		return err_hint(err,
				err_say(err, ENOEXEC,
					"%s: the handler does not match its first "
					"line",
					path),
				"write it as %s and a line feed", better);
	case SCRIPT_ENV:
		return refuse_env(path, &line, better, err);
	case SCRIPT_RETURN:
		return err_hint(err,
				err_say(err, ENOEXEC,
					"%s: its first line ends with a carriage "
					"return",
					path),
				"'sed -i s/\\\\r$// FILE' removes them");
	case SCRIPT_LONG:
		return err_say(err, ENOEXEC,
			       "%s: its first line is longer than the kernel reads, %d bytes", path,
			       SHEBANG_READ - 1);
	case SCRIPT_NONE:
		break;
	}
	return err_hint(err, err_say(err, ENOEXEC, "%s has no shebang line", path),
			"a script begins with #!/usr/bin/python3, a module is called NAME.py");
}

/* -- ELF files ------------------------------------------------------------------------------ */

static int arch_of(const char *path, const struct elf_file *file, const struct arch **ret,
		   struct err *err)
{
	size_t n;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (elf_file_fits(file, &table[i])) {
			*ret = &table[i];
			return 0;
		}
	}
	return err_say(err, ENOEXEC, "%s is an ELF file for none of the known archs", path);
}

/* An arch that was asked for must be the file's own. */
static int check_asked(const struct add *add, const char *path, const struct arch *arch,
		       struct err *err)
{
	const struct add_request *request = add->request;

	for (size_t i = 0; i < request->n_arches; i++) {
		if (request->arches[i] != arch)
			return err_say(err, EINVAL, "%s is for %s, not for %s", path, arch->name,
				       request->arches[i]->name);
	}
	return 0;
}

/* NAME.cpython-311-x86_64-linux-gnu.so: 11; 0 where the name says nothing; -1 for another Python
 * (pypy). */
static int minor_of(const char *base)
{
	static const char mark[] = ".cpython-3";
	const char *tag = strchr(base, '.');
	char digits[8];
	uint64_t minor;
	size_t n;

	if (!tag || str_eq(tag, ".so") || str_eq(tag, ".abi3.so"))
		return 0;
	if (!str_starts(tag, mark))
		return -1;
	tag += sizeof(mark) - 1;
	n = strspn(tag, "0123456789");
	if (str_copy_bytes(digits, sizeof(digits), tag, n) < 0 ||
	    str_to_u64(digits, 10, &minor) < 0 || (tag[n] != '-' && tag[n] != '.'))
		return -1;
	return (int)minor;
}

static int note_library(struct add *add, const char *path, const struct elf_file *file,
			const struct arch *arch, struct err *err)
{
	char to[FILES_PATH_MAX];
	int r = files_path(to, err, "etc/clib/%s/%s", arch->name,
			   file->soname ? file->soname : path_base(path));

	if (r == 0 && strchr(to + strlen("etc/clib/") + strlen(arch->name) + 1, '/'))
		r = err_say(err, ENOEXEC, "%s: unsound DT_SONAME", path);
	return r < 0 ? r : add_item_note(add, to, path, path, arch, err);
}

static int note_extension(struct add *add, const char *path, const struct staged *staged,
			  struct err *err)
{
	int minor = minor_of(path_base(path));
	char to[FILES_PATH_MAX];
	int r;

	if (minor && minor != (int)staged->minor)
		return err_say(err, ENOEXEC,
			       "%s: its name is none that Python 3.%u, the runtime for "
			       "%s, imports",
			       path, staged->minor, staged->arch->name);
	r = files_path(to, err, "etc/python/%s/usr/%s/%s", staged->arch->name, staged->dist,
		       path_base(path));
	return r < 0 ? r : add_item_note(add, to, path, path, staged->arch, err);
}

static int look_elf(struct add *add, const char *path, struct err *err)
{
	ELF_FILE_CLEANUP struct elf_file file = { 0 };
	const char *base = path_base(path);
	const struct arch *arch;
	int r = elf_file_read(path, &file, err);

	if (r == 0)
		r = arch_of(path, &file, &arch, err);
	if (r < 0)
		return r;
	if (!strstr(base, ".so"))
		return err_hint(
			err,
			err_say(err, ENOEXEC, "%s is a program for %s alone", path, arch->name),
			"a tree's programs are scripts, the same for all archs");
	r = check_asked(add, path, arch, err);
	if (r == 0)
		r = add_runtime_find(add, arch, err);
	if (r < 0)
		return r;
	if (!str_ends(base, ".so") || (str_starts(base, "lib") && minor_of(base) == 0))
		return note_library(add, path, &file, arch, err);
	return note_extension(add, path, &add->staged[r], err);
}

/* -- files ---------------------------------------------------------------------------------- */

/* A name that an import statement can have. */
static bool is_identifier(const char *name, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c != '_' && c < 0x80 && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    !(i && c >= '0' && c <= '9'))
			return false;
	}
	return n > 0;
}

static int check_name(const char *path, size_t n, struct err *err)
{
	if (is_identifier(path_base(path), n))
		return 0;
	return err_say(err, EINVAL, "%s: '%.*s' is no name that Python can import", path, (int)n,
		       path_base(path));
}

/* The standard library comes first on sys.path. */
static void warn_hidden(const struct add *add, const char *name, size_t n)
{
	char file[FILES_PATH_MAX], dir[FILES_PATH_MAX];

	for (size_t i = 0; i < add->n_runtimes; i++) {
		const struct staged *staged = &add->staged[i];

		if (files_path(dir, NULL, "%s/%s/%.*s", staged->usr, staged->stdlib, (int)n,
			       name) == 0 &&
		    files_path(file, NULL, "%s.py", dir) == 0 &&
		    (files_exist(dir) || files_exist(file))) {
			add_warn(add, "%.*s: Python's own module of that name is found first",
				 (int)n, name);
			return;
		}
	}
}

static int look_module(struct add *add, const char *path, struct err *err)
{
	const char *base = path_base(path);
	size_t n = strlen(base) - strlen(".py");
	char to[FILES_PATH_MAX];
	int r = check_name(path, n, err);

	if (r == 0)
		r = files_path(to, err, "site-package/%s", base);
	if (r < 0)
		return r;
	warn_hidden(add, base, n);
	return add_item_note(add, to, path, path, NULL, err);
}

static int read_head(const char *path, char bytes[SHEBANG_READ], size_t *ret_n, struct err *err)
{
	FD_CLEANUP int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t n = fd < 0 ? -errno : fd_read_all(fd, bytes, SHEBANG_READ);

	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", path);
	*ret_n = (size_t)n;
	return 0;
}

static int look_script(struct add *add, const char *path, const char *bytes, size_t n,
		       struct err *err)
{
	char to[FILES_PATH_MAX];
	int r = check_script(add, path, bytes, n, err);

	if (r == 0)
		r = files_path(to, err, "bin/%s", path_base(path));
	return r < 0 ? r : add_item_note(add, to, path, path, NULL, err);
}

static int look_file(struct add *add, const char *path, struct err *err)
{
	char bytes[SHEBANG_READ];
	size_t n;
	int r = elf_file_probe(path);

	if (r < 0)
		return err_set(err, -r, "cannot read %s", path);
	if (r == 1)
		return look_elf(add, path, err);
	r = read_head(path, bytes, &n, err);
	if (r < 0)
		return r;
	if (str_ends(path, ".py") && !(n >= 2 && bytes[0] == '#' && bytes[1] == '!'))
		return look_module(add, path, err);
	return look_script(add, path, bytes, n, err);
}

/* -- directories ---------------------------------------------------------------------------- */

/* What is below a directory. */
struct content {
	size_t top;		  /* bytes of a path that are the directory's own */
	size_t n_scripts;	  /* directly in it */
	bool init;		  /* it has __init__.py */
	bool other;		  /* directly in it: what is no script */
	bool python;		  /* some .py or ELF below it */
	const struct arch *arch;  /* of the ELF files; NULL for none */
	char elf[FILES_PATH_MAX]; /* the first of them */
};

static int take_elf(const char *path, struct content *content, struct err *err)
{
	ELF_FILE_CLEANUP struct elf_file file = { 0 };
	const struct arch *arch;
	int r = elf_file_read(path, &file, err);

	if (r == 0)
		r = arch_of(path, &file, &arch, err);
	if (r < 0)
		return r;
	if (content->arch && content->arch != arch)
		return err_say(err, ENOEXEC,
			       "%s is for %s, and %s for %s: a package with both "
			       "belongs to no runtime",
			       content->elf, content->arch->name, path, arch->name);
	if (content->arch)
		return 0;
	content->arch = arch;
	return files_path(content->elf, err, "%s", path);
}

static int look_below(const char *path, const struct stat *st, void *context, struct err *err)
{
	struct content *content = context;
	const char *name = path + content->top;
	bool top = name[0] && !strchr(name + 1, '/');
	char bytes[SHEBANG_READ];
	size_t n;
	int r;

	if (!name[0] || name[1] == '.' || strstr(name, "__pycache__"))
		return 0;
	if (!S_ISREG(st->st_mode)) {
		content->other = content->other || top;
		return 0;
	}
	content->init = content->init || str_eq(name, "/__init__.py");
	r = elf_file_probe(path);
	if (r == 0)
		r = read_head(path, bytes, &n, err);
	else if (r == 1)
		return take_elf(path, content, err);
	if (r < 0)
		return r;
	content->python = content->python || str_ends(path, ".py");
	if (top && n >= 2 && bytes[0] == '#' && bytes[1] == '!')
		content->n_scripts++;
	else if (top)
		content->other = true;
	return 0;
}

static int compare_names(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && !str_eq(entry->d_name, "__pycache__");
}

static int look_scripts(struct add *add, const char *dir, struct err *err)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, not_hidden, compare_names), r = 0;

	if (n < 0)
		return err_set(err, errno, "cannot read %s", dir);
	for (int i = 0; i < n; i++) {
		char path[FILES_PATH_MAX], bytes[SHEBANG_READ];
		size_t size;

		if (r == 0)
			r = files_path(path, err, "%s/%s", dir, entries[i]->d_name);
		if (r == 0)
			r = read_head(path, bytes, &size, err);
		if (r == 0)
			r = look_script(add, path, bytes, size, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}

static int look_package(struct add *add, const char *path, const struct content *content,
			struct err *err)
{
	const char *base = path_base(path);
	char to[FILES_PATH_MAX];
	int r = 0;

	if (!str_ends(base, ".dist-info") && !str_ends(base, ".egg-info"))
		r = check_name(path, strlen(base), err);
	if (r == 0 && content->arch) {
		r = check_asked(add, path, content->arch, err);
		if (r == 0)
			r = add_runtime_find(add, content->arch, err);
		if (r >= 0)
			r = files_path(to, err, "etc/python/%s/usr/%s/%s", content->arch->name,
				       add->staged[r].dist, base);
	} else if (r == 0) {
		r = files_path(to, err, "site-package/%s", base);
	}
	if (r < 0)
		return r;
	warn_hidden(add, base, strlen(base));
	return add_item_note(add, to, path, path, content->arch, err);
}

static int look_dir(struct add *add, const char *path, struct err *err)
{
	struct content content = { .top = strlen(path) };
	int r = files_walk(path, &(struct files_walk){ .each = look_below, .context = &content },
			   err);

	if (r < 0)
		return r;
	if (!content.init && content.n_scripts && !content.other)
		return look_scripts(add, path, err);
	if (content.init || content.arch || str_ends(path, ".dist-info") ||
	    str_ends(path, ".egg-info"))
		return look_package(add, path, &content, err);
	return err_hint(err,
			err_say(err, EINVAL,
				"%s is neither a Python package (no __init__.py) nor a "
				"directory of scripts",
				path),
			content.python ? "name the modules and packages in it one by one"
				       : "name the scripts in it one by one");
}

int add_files_look(struct add *add, const char *word, struct err *err)
{
	FILES_FREE char *real = realpath(word, NULL);
	struct stat st;

	if (!real || stat(real, &st) < 0) {
		int r = err_set(err, errno, "%s", word);

		return strchr(word, '/') ? r
					 : err_hint(err, r, "a package's name needs --from debian");
	}
	if (S_ISDIR(st.st_mode))
		return look_dir(add, real, err);
	if (!S_ISREG(st.st_mode))
		return err_say(err, EINVAL, "%s is neither a file nor a directory", word);
	return look_file(add, real, err);
}
