/* SPDX-License-Identifier: MIT */
/* Finds out what is in a directory by ELF headers and names; runs nothing. */
#include "add/content.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "add/add.h"
#include "add/work.h"
#include "base/files.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/python_minors.h"
#include "core/python_name.h"
#include "core/shebang.h"
#include "core/str.h"
#include "elf/dynamic.h"
#include "stage/runtime_info.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/tree.h"

int add_content_arch(const char *path, const struct elf_dynamic *file, const struct arch **ret,
		     struct err *err)
{
	size_t n;
	const struct arch *table = arch_table(&n);

	for (size_t i = 0; i < n; i++) {
		if (elf_dynamic_fits(file, &table[i])) {
			*ret = &table[i];
			return 0;
		}
	}
	return err_say(err, ENOEXEC, "%s is an ELF file for none of the known archs", path);
}

/* Where archs were asked for, the file must be for one of them. */
static int check_asked(const struct add *add, const char *path, const struct arch *arch,
		       struct err *err)
{
	const struct add_request *request = add->request;

	for (size_t i = 0; i < request->n_archs; i++) {
		if (request->archs[i] == arch)
			return 0;
	}
	return request->n_archs ? err_say(err, EINVAL, "%s is for %s, not for %s", path, arch->name,
					  request->archs[0]->name)
				: 0;
}

int add_content_runtime(const struct add *add, const char *path, const struct arch *arch, int minor,
			struct err *err)
{
	char text[PYTHON_MINORS_TEXT];
	struct python_minors pythons;
	int r = check_asked(add, path, arch, err);

	if (r < 0)
		return r;
	r = add_runtime_find(add, arch, err);
	if (r < 0 || !minor)
		return r;
	tree_pythons(add->tree, arch, &pythons);
	if (minor > 0 && python_minors_have(&pythons, (unsigned)minor))
		return r;
	python_minors_sort(&pythons);
	python_minors_format(&pythons, text);
	return err_say(err, ENOEXEC,
		       "%s: its name is none that Python %s, the runtime for %s, imports", path,
		       text, arch->name);
}

int add_content_head(int fd, const char *path, char *bytes, size_t *ret_n, struct err *err)
{
	ssize_t n = fd_read_at(fd, bytes, SHEBANG_READ, 0);

	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s", path);
	*ret_n = (size_t)n;
	return 0;
}

bool add_content_is_elf(const char *bytes, size_t n)
{
	return n >= SELFMAG && memcmp(bytes, ELFMAG, SELFMAG) == 0;
}

/* A walk over a directory. */
struct look {
	struct add_content *content;
	size_t top; /* bytes of a path that are the directory's own */
};

static int take_elf(int fd, const char *path, struct add_content *content, struct err *err)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	const struct arch *arch;
	int minor, r = elf_dynamic_read_open(fd, path, &file, err);

	if (r < 0)
		return r;
	r = add_content_arch(path, &file, &arch, err);
	if (r < 0)
		return r;
	minor = python_name_tag(path_base(path));
	minor = minor < 0 ? 0 : minor; /* libraries have all kinds of names */
	if (content->arch && content->arch != arch)
		return err_say(err, ENOEXEC,
			       "%s is for %s, and %s for %s: a package with both "
			       "belongs to no runtime",
			       content->elf, content->arch->name, path, arch->name);
	if (minor && content->minor && content->minor != minor)
		return err_say(err, ENOEXEC, "%s and %s are for different Pythons", content->elf,
			       path);
	if (content->arch && !minor)
		return 0;
	content->arch = arch;
	content->minor = minor ? minor : content->minor;
	return str_copy(content->elf, sizeof(content->elf), path);
}

static int look_below(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const char *path = entry->path;
	const struct stat *st = entry->st;
	struct look *look = ctx;
	struct add_content *content = look->content;
	const char *name = path + look->top;
	bool top = name[0] && !strchr(name + 1, '/');
	FD_CLEANUP int fd = -1;
	char bytes[SHEBANG_READ];
	size_t n = 0;
	int r;

	if (!name[0] || name[1] == '.' || strstr(name, "__pycache__"))
		return 0;
	if (!S_ISREG(st->st_mode)) {
		content->other = content->other || top;
		return 0;
	}
	content->init = content->init || str_eq(name, "/__init__.py");
	content->main = content->main || str_eq(name, "/__main__.py");
	fd = below_open_file(entry->dir, entry->name);
	if (fd < 0)
		return err_set(err, -fd, "cannot read %s", path);
	r = add_content_head(fd, path, bytes, &n, err);
	if (r < 0)
		return r;
	if (add_content_is_elf(bytes, n))
		return take_elf(fd, path, content, err);
	content->python = content->python || str_ends(path, ".py");
	if (top && shebang_begins(bytes, n))
		content->n_scripts++;
	else if (top)
		content->other = true;
	return 0;
}

int add_content_look(int dir, const char *path, struct add_content *ret, struct err *err)
{
	struct look look = { .content = ret, .top = strlen(path) };

	memset(ret, 0, sizeof(*ret));
	return walk_at(dir, ".", path, &(struct walk){ .each = look_below, .ctx = &look }, err);
}
