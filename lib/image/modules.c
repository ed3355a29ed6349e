/* SPDX-License-Identifier: MIT */
/* fts(3), libelf for .modinfo: no modules.dep, which Debian's
 * packages do not have. */
#include "image/modules.h"

#include <errno.h>
#include <fts.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/archive.h"
#include "base/array.h"
#include "base/files.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"

enum { NAME_SIZE = 64, DEPTH_MAX = 32, MODULE_MAX = 128 << 20 /* bytes */ };

struct module {
	char name[NAME_SIZE]; /* with '_' */
	char *path;
	bool taken;
};

struct collection {
	const struct modules_request *request;
	struct module *all; /* sorted by name */
	size_t n, room;
	char *builtin; /* modules.builtin, or NULL */
	char *list;
	size_t list_n;
	FILE *list_file;
	struct err *err;
};

/* The name of a module's file: "a-b.ko.xz" is a_b. -EINVAL if it is none. */
static int name_of(const char *file, char ret[NAME_SIZE])
{
	const char *end = strstr(file, ".ko");

	if (!end ||
	    (end[3] && !str_eq(end, ".ko.xz") && !str_eq(end, ".ko.zst") && !str_eq(end, ".ko.gz")))
		return -EINVAL;
	if (str_copy_bytes(ret, NAME_SIZE, file, (size_t)(end - file)) < 0)
		return -EINVAL;
	for (char *s = ret; *s; s++)
		*s = *s == '-' ? '_' : *s;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct module *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int note(struct collection *c, const FTSENT *at)
{
	struct module one = { 0 };

	if (at->fts_info != FTS_F || name_of(at->fts_name, one.name) < 0)
		return 0;
	if (array_reserve(&c->all, &c->room, c->n + 1, sizeof(*c->all)) < 0)
		return err_set(c->err, ENOMEM, "cannot list %s", c->request->from);
	one.path = strdup(at->fts_path);
	if (!one.path)
		return err_set(c->err, ENOMEM, "cannot list %s", c->request->from);
	c->all[c->n++] = one;
	return 0;
}

static int find_all(struct collection *c)
{
	char *argv[] = { (char *)c->request->from, NULL };
	FTS *fts = fts_open(argv, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW, NULL);
	FTSENT *at;
	int r = 0;

	if (!fts)
		return err_set(c->err, errno, "cannot walk %s", c->request->from);
	while (r == 0 && (errno = 0, at = fts_read(fts))) {
		if (at->fts_info == FTS_NS || at->fts_info == FTS_DNR || at->fts_info == FTS_ERR)
			r = err_set(c->err, at->fts_errno, "cannot look at %s", at->fts_path);
		else
			r = note(c, at);
	}
	if (r == 0 && errno)
		r = err_set(c->err, errno, "cannot walk %s", c->request->from);
	(void)fts_close(fts); /* only read from */
	if (r < 0)
		return r;
	if (c->n == 0)
		return err_say(c->err, ENOENT, "there are no kernel modules in %s",
			       c->request->from);
	qsort(c->all, c->n, sizeof(*c->all), compare_names);
	for (size_t i = 1; i < c->n; i++) {
		if (str_eq(c->all[i - 1].name, c->all[i].name))
			return err_say(c->err, EINVAL,
				       "%s and %s are the same module: name one kernel's folder",
				       c->all[i - 1].path, c->all[i].path);
	}
	return 0;
}

static struct module *find(const struct collection *c, const char *name)
{
	struct module key = { 0 };

	if (str_copy(key.name, sizeof(key.name), name) < 0)
		return NULL;
	for (char *s = key.name; *s; s++)
		*s = *s == '-' ? '_' : *s;
	return bsearch(&key, c->all, c->n, sizeof(key), compare_names);
}

/* modules.builtin has a line for each: kernel/fs/nfs/nfs.ko */
static bool is_builtin(const struct collection *c, const char *wanted)
{
	for (const char *line = c->builtin; line && *line;) {
		size_t n = strcspn(line, "\n");
		char file[256], name[NAME_SIZE], same[NAME_SIZE];

		if (str_copy_bytes(file, sizeof(file), line, n) == 0 &&
		    name_of(path_base(file), name) == 0 &&
		    str_copy(same, sizeof(same), wanted) == 0) {
			for (char *s = same; *s; s++)
				*s = *s == '-' ? '_' : *s;
			if (str_eq(name, same))
				return true;
		}
		line += n + (line[n] == '\n');
	}
	return false;
}

/* The whole file, uncompressed. Caller frees. */
static int read_module(const char *path, char **ret_bytes, size_t *ret_n, struct err *err)
{
	int r = archive_read_file(path, MODULE_MAX, ret_bytes, ret_n, err);

	return r < 0 ? err_wrap(err, r, "cannot read %s", path) : 0;
}

/* The bytes of .modinfo: texts "key=value", each with its NUL. NULL if there is none. */
static const char *find_modinfo(Elf *elf, size_t *ret_n)
{
	Elf_Scn *section = NULL;
	size_t names;

	if (elf_getshdrstrndx(elf, &names) < 0)
		return NULL;
	while ((section = elf_nextscn(elf, section))) {
		GElf_Shdr head;
		const char *name;
		Elf_Data *data;

		if (!gelf_getshdr(section, &head))
			continue;
		name = elf_strptr(elf, names, head.sh_name);
		data = name && str_eq(name, ".modinfo") ? elf_rawdata(section, NULL) : NULL;
		if (data && data->d_size > 0 && ((char *)data->d_buf)[data->d_size - 1] == '\0') {
			*ret_n = data->d_size;
			return data->d_buf;
		}
	}
	return NULL;
}

static int take(struct collection *c, struct module *module, unsigned depth);

/* The modules of a list with commas or blanks; those that are not there are part of the kernel (or
 * were only wished for). */
static int take_list(struct collection *c, const char *list, unsigned depth)
{
	int r = 0;

	while (r == 0 && *list) {
		size_t n = strcspn(list, ", ");
		char name[NAME_SIZE];
		struct module *module = NULL;

		if (n > 0 && str_copy_bytes(name, sizeof(name), list, n) == 0)
			module = find(c, name);
		if (module)
			r = take(c, module, depth + 1);
		list += n + (list[n] != '\0');
	}
	return r;
}

static int take_needed(struct collection *c, const char *info, size_t n, unsigned depth)
{
	int r = 0;

	for (const char *s = info; r == 0 && s < info + n; s += strlen(s) + 1) {
		if (str_starts(s, "depends="))
			r = take_list(c, s + strlen("depends="), depth);
		else if (str_starts(s, "softdep=pre: "))
			r = take_list(c, s + strlen("softdep=pre: "), depth);
	}
	return r;
}

static int check_machine(struct collection *c, const char *path, const char *bytes, size_t n)
{
	struct elf_head head;

	if (elf_head_parse((const uint8_t *)bytes, n, &head) < 0)
		return err_say(c->err, EINVAL, "%s is no kernel module", path);
	if (!elf_head_fits(&head, c->request->arch))
		return err_say(c->err, EINVAL, "%s is not for %s", path, c->request->arch->name);
	return 0;
}

static int take_bytes(struct collection *c, struct module *module, char *bytes, size_t n,
		      unsigned depth)
{
	Elf *elf = elf_memory(bytes, n);
	const char *info;
	size_t n_info = 0;
	char to[PATH_SIZE];
	int r = 0;

	info = elf ? find_modinfo(elf, &n_info) : NULL;
	if (!info)
		r = err_say(c->err, EINVAL, "%s is no kernel module: it has no .modinfo",
			    module->path);
	if (r == 0)
		r = take_needed(c, info, n_info, depth);
	(void)elf_end(elf);
	if (r == 0)
		r = files_path(to, c->err, "%s/%s.ko", c->request->to, module->name);
	if (r == 0)
		r = files_write(to, bytes, n, 0644, c->err);
	if (r == 0)
		(void)fprintf(c->list_file, "%s/%s.ko\n", c->request->prefix, module->name);
	return r;
}

/* A module behind all that it needs. */
static int take(struct collection *c, struct module *module, unsigned depth)
{
	FILES_FREE char *bytes = NULL;
	size_t n = 0;
	int r;

	if (module->taken)
		return 0;
	if (depth > DEPTH_MAX)
		return err_say(c->err, ELOOP, "%s: the modules depend on one another in a circle",
			       module->path);
	module->taken = true;
	r = read_module(module->path, &bytes, &n, c->err);
	if (r < 0)
		return r;
	r = check_machine(c, module->path, bytes, n);
	if (r < 0)
		return r;
	return take_bytes(c, module, bytes, n, depth);
}

static int take_wanted(struct collection *c)
{
	const struct modules_request *request = c->request;
	int r = 0;

	for (size_t i = 0; r == 0 && i < request->n_names; i++) {
		struct module *module = find(c, request->names[i]);

		if (module)
			r = take(c, module, 0);
	}
	for (size_t i = 0; r == 0 && i < request->n_required; i++) {
		struct module *module = find(c, request->required[i]);

		if (module)
			r = take(c, module, 0);
		else if (!is_builtin(c, request->required[i]))
			r = err_say(c->err, ENOENT, "%s has no module '%s'", request->from,
				    request->required[i]);
	}
	return r;
}

int modules_copy(const struct modules_request *request, char **ret_list, struct err *err)
{
	struct collection c = { .request = request, .err = err };
	char path[PATH_SIZE];
	size_t n;
	int r;

	(void)elf_version(EV_CURRENT); /* the library's own version: cannot fail */
	c.list_file = open_memstream(&c.list, &c.list_n);
	if (!c.list_file)
		return err_set(err, ENOMEM, "cannot list modules");
	r = find_all(&c);
	if (r == 0 && files_path(path, NULL, "%s/modules.builtin", request->from) == 0)
		(void)files_read(path, &c.builtin, &n, NULL); /* missing: nothing is built in */
	if (r == 0)
		r = files_mkdirs(request->to, err);
	if (r == 0)
		r = take_wanted(&c);
	if (fclose(c.list_file) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot list modules");
	for (size_t i = 0; i < c.n; i++)
		free(c.all[i].path);
	free(c.all);
	free(c.builtin);
	if (r == 0)
		*ret_list = c.list;
	else
		free(c.list);
	return r;
}
