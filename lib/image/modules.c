/* SPDX-License-Identifier: MIT */
/* What a module depends on is what its own .modinfo says: Debian's packages have no modules.dep. */
#include "image/modules.h"

#include <errno.h>
#include <gelf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/archive.h"
#include "base/array.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/walk.h"
#include "core/arch.h"
#include "core/elf_head.h"
#include "core/err.h"
#include "core/str.h"
#include "sys/fd.h"

enum { NAME_SIZE = 64, DEPTH_MAX = 32, MODULE_MAX = 128 << 20, BUILTIN_MAX = 4 << 20 /* bytes */ };

struct module {
	char name[NAME_SIZE]; /* with '_' */
	char *path;	      /* below the folder */
	bool taken;
};

struct collection {
	const struct modules_request *request;
	struct folder *from;
	struct module *all; /* sorted by name */
	size_t n, room;
	char *builtin; /* modules.builtin, or NULL */
	char *list;
	size_t list_n;
	FILE *list_file;
	struct err *err;
};

/* '-' and '_' are the same in names of modules. */
static void use_underscores(char *name)
{
	for (char *s = name; *s; s++)
		*s = *s == '-' ? '_' : *s;
}

/* The name of a module's file: "a-b.ko.xz" is a_b. -EINVAL if it is none. */
static int name_of(const char *file, char ret[NAME_SIZE])
{
	const char *end = strstr(file, ".ko");

	if (!end ||
	    (end[3] && !str_eq(end, ".ko.xz") && !str_eq(end, ".ko.zst") && !str_eq(end, ".ko.gz")))
		return -EINVAL;
	if (str_copy_bytes(ret, NAME_SIZE, file, (size_t)(end - file)) < 0)
		return -EINVAL;
	use_underscores(ret);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	const struct module *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int note(const struct walk_entry *entry, struct err *err, void *ctx)
{
	struct collection *c = ctx;
	struct module one = { 0 };

	if (!S_ISREG(entry->st->st_mode) || name_of(entry->name, one.name) < 0)
		return 0;
	if (array_reserve(&c->all, &c->room, c->n + 1, sizeof(*c->all)) < 0)
		return err_set(err, ENOMEM, "cannot list %s", c->request->from);
	one.path = strdup(entry->path + strlen(c->from->path) + 1);
	if (!one.path)
		return err_set(err, ENOMEM, "cannot list %s", c->request->from);
	c->all[c->n++] = one;
	return 0;
}

static int find_all(struct collection *c)
{
	const struct walk walk = { .each = note, .ctx = c, .crosses = true };
	int r = folder_walk(c->from, ".", &walk, c->err);

	if (r < 0)
		return r;
	if (c->n == 0)
		return err_say(c->err, ENOENT, "there are no kernel modules in %s",
			       c->request->from);
	qsort(c->all, c->n, sizeof(*c->all), compare_names);
	for (size_t i = 1; i < c->n; i++) {
		if (str_eq(c->all[i - 1].name, c->all[i].name))
			return err_say(c->err, EINVAL,
				       "%s/%s and %s/%s are the same module: name one kernel's "
				       "folder",
				       c->from->path, c->all[i - 1].path, c->from->path,
				       c->all[i].path);
	}
	return 0;
}

static struct module *find(const struct collection *c, const char *name)
{
	struct module key = { 0 };

	if (str_copy(key.name, sizeof(key.name), name) < 0)
		return NULL;
	use_underscores(key.name);
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
			use_underscores(same);
			if (str_eq(name, same))
				return true;
		}
		line += n + (line[n] == '\n');
	}
	return false;
}

/* The whole file, uncompressed. Caller frees. */
static int read_module(const struct collection *c, const char *path, char **ret_bytes,
		       size_t *ret_n)
{
	FD_CLEANUP int fd = folder_open_file(c->from, path, c->err);
	int r;

	if (fd < 0)
		return fd;
	r = archive_read_fd(fd, MODULE_MAX, ret_bytes, ret_n, c->err);
	return r < 0 ? err_wrap(c->err, r, "cannot read %s/%s", c->from->path, path) : 0;
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
		/* a section may say that it has no bytes in the file, and have a size */
		if (data && data->d_buf && data->d_size > 0 &&
		    ((char *)data->d_buf)[data->d_size - 1] == '\0') {
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
	for (size_t n; *list; list += n + (list[n] != '\0')) {
		char name[NAME_SIZE];
		struct module *module = NULL;
		int r;

		n = strcspn(list, ", ");
		if (n > 0 && str_copy_bytes(name, sizeof(name), list, n) == 0)
			module = find(c, name);
		if (!module)
			continue;
		r = take(c, module, depth + 1);
		if (r < 0)
			return r;
	}
	return 0;
}

static int take_needed(struct collection *c, const char *info, size_t n, unsigned depth)
{
	static const char *const keys[] = { "depends=", "softdep=pre: " };

	for (const char *s = info; s < info + n; s += strlen(s) + 1) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			int r = str_starts(s, keys[i]) ? take_list(c, s + strlen(keys[i]), depth)
						       : 0;

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int check_machine(struct collection *c, const char *path, const char *bytes, size_t n)
{
	struct elf_head head;

	if (elf_head_parse((const uint8_t *)bytes, n, &head) < 0)
		return err_say(c->err, EINVAL, "%s/%s is no kernel module", c->from->path, path);
	if (!elf_head_fits(&head, c->request->arch))
		return err_say(c->err, EINVAL, "%s/%s is not for %s", c->from->path, path,
			       c->request->arch->name);
	return 0;
}

static int take_dependencies(struct collection *c, const struct module *module, char *bytes,
			     size_t n, unsigned depth)
{
	Elf *elf = elf_memory(bytes, n);
	size_t n_info = 0;
	const char *info = elf ? find_modinfo(elf, &n_info) : NULL;
	int r = info ? take_needed(c, info, n_info, depth)
		     : err_say(c->err, EINVAL, "%s/%s is no kernel module: it has no .modinfo",
			       c->from->path, module->path);

	(void)elf_end(elf);
	return r;
}

static int write_module(struct collection *c, const struct module *module, const char *bytes,
			size_t n)
{
	char name[NAME_SIZE + sizeof(".ko")];
	int r;

	(void)snprintf(name, sizeof(name), "%s.ko", module->name); /* fits */
	r = folder_write(c->request->to, name, bytes, n, 0644, c->err);
	if (r < 0)
		return r;
	(void)fprintf(c->list_file, "%s/%s.ko\n", c->request->prefix, module->name);
	return 0;
}

/* A module after all that it needs. */
static int take(struct collection *c, struct module *module, unsigned depth)
{
	FILES_FREE char *bytes = NULL;
	size_t n = 0;
	int r;

	if (module->taken)
		return 0;
	if (depth > DEPTH_MAX)
		return err_say(c->err, ELOOP,
			       "%s/%s: the modules depend on one another in a circle",
			       c->from->path, module->path);
	module->taken = true;
	r = read_module(c, module->path, &bytes, &n);
	if (r < 0)
		return r;
	r = check_machine(c, module->path, bytes, n);
	if (r < 0)
		return r;
	r = take_dependencies(c, module, bytes, n, depth);
	if (r < 0)
		return r;
	return write_module(c, module, bytes, n);
}

static int take_wanted(struct collection *c)
{
	const struct modules_request *request = c->request;
	struct module *module;
	int r = 0;

	for (size_t i = 0; i < request->n_names; i++) {
		module = find(c, request->names[i]);
		r = module ? take(c, module, 0) : 0;
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < request->n_required; i++) {
		module = find(c, request->required[i]);
		if (!module && !is_builtin(c, request->required[i]))
			return err_say(c->err, ENOENT, "%s has no module '%s'", request->from,
				       request->required[i]);
		r = module ? take(c, module, 0) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static int collect(struct collection *c)
{
	size_t n;
	int r = folder_open_trusted(c->request->from, c->from, c->err);

	if (r < 0)
		return r;
	r = find_all(c);
	if (r < 0)
		return r;
	if (folder_has(c->from, "modules.builtin")) { /* else nothing is built in */
		r = folder_read(c->from, "modules.builtin", BUILTIN_MAX, &c->builtin, &n, c->err);
		if (r < 0)
			return r;
	}
	return take_wanted(c);
}

int modules_copy(const struct modules_request *request, char **ret_list, struct err *err)
{
	FOLDER_CLEANUP struct folder from = FOLDER_NONE;
	struct collection c = { .request = request, .from = &from, .err = err };
	int r;

	(void)elf_version(EV_CURRENT); /* the library's own version: cannot fail */
	c.list_file = open_memstream(&c.list, &c.list_n);
	if (!c.list_file)
		return err_set(err, ENOMEM, "cannot list modules");
	r = collect(&c);
	if (fclose(c.list_file) != 0 && r == 0)
		r = err_set(err, ENOMEM, "cannot list modules");
	for (size_t i = 0; i < c.n; i++)
		free(c.all[i].path);
	free(c.all);
	free(c.builtin);
	if (r < 0) {
		free(c.list);
		return r;
	}
	*ret_list = c.list;
	return 0;
}
