/* SPDX-License-Identifier: MIT */
/* Walks a tree in byte order and writes it with libarchive, every variable detail pinned down. */
#include "image/pack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/array.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "image/erofs.h"
#include "sys/fd.h"
#include "sys/tree.h"

enum { CHUNK = 256 * 1024, MTIME = 0 };

/* A file that has several names. Only names that are packed count: the tree may share files with
 * another version, or another arch. */
struct shared_file {
	dev_t dev;
	ino_t ino;
	unsigned names;
	int64_t number; /* its inode in the archive, 0 before it is seen */
};

struct packing {
	const struct pack_request *request;
	struct archive *archive;
	struct archive_entry_linkresolver *links;
	struct pack_size *sizes;
	uint64_t files, bytes;
	int64_t next_ino; /* the source's inode numbers must not show */
	struct shared_file *shared;
	size_t n_shared, max_shared;
	size_t root; /* length of the tree's path and the slash */
	const struct pack_survey *survey;
	struct err *err;
};

const char *pack_component_name(enum pack_component component)
{
	static const char *const names[PACK_COMPONENTS] = {
		"interpreter", "stdlib", "bytecode", "extensions",
		"libraries",   "data",	 "programs", "other",
	};

	return names[component];
}

static int failed(struct packing *p, const char *what)
{
	const char *reason = archive_error_string(p->archive);

	/* an errno, or ARCHIVE_ERRNO_MISC, which is negative */
	return err_say(p->err, archive_errno(p->archive), "cannot write %s of %s: %s", what,
		       p->request->output, reason ? reason : "no reason given");
}

static int compare(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* The path's part behind "prefix/ARCH", if the path is below prefix; *ret_arch is that arch. */
static const char *below_arch(const char *path, const char *prefix, char ret_arch[32])
{
	size_t n = strlen(prefix);
	size_t length;

	if (strncmp(path, prefix, n) != 0)
		return NULL;
	length = strcspn(path + n, "/");
	return str_copy_bytes(ret_arch, 32, path + n, length) < 0 ? NULL : path + n + length;
}

/* True for what belongs to another arch than the one that is packed. */
static bool is_foreign(const struct pack_request *request, const char *path)
{
	static const char *const prefixes[] = { "etc/python/", "etc/clib/", "etc/busypy/" };
	char arch[32];

	if (!request->arch)
		return false;
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
		if (below_arch(path, prefixes[i], arch) && arch_by_name(arch))
			return !str_eq(arch, request->arch->name);
	}
	/* sbin/ARCH-init, sbin/ARCH-virt-init */
	if (str_starts(path, "sbin/") && str_ends(path, "-init")) {
		size_t n = strcspn(path + 5, "-");

		if (str_copy_bytes(arch, sizeof(arch), path + 5, n) == 0 && arch_by_name(arch))
			return !str_eq(arch, request->arch->name);
	}
	return false;
}

/* "name.py", "name/", "name.cpython-311-...", "__pycache__/name...": all of module name. */
static bool is_left_out(const struct pack_request *request, const char *path)
{
	char arch[32];
	const char *rest = below_arch(path, "etc/python/", arch);
	const char *module;

	if (!request->left_out || !rest || !str_starts(rest, "/usr/lib/python3"))
		return false;
	module = strchr(rest + 9, '/');
	if (!module)
		return false;
	module++;
	if (str_starts(module, "lib-dynload/") || str_starts(module, "__pycache__/"))
		module = strchr(module, '/') + 1;
	for (size_t i = 0; request->left_out[i]; i++) {
		size_t n = strlen(request->left_out[i]);

		if (strncmp(module, request->left_out[i], n) == 0 &&
		    (module[n] == '\0' || module[n] == '.' || module[n] == '/'))
			return true;
	}
	return false;
}

static enum pack_component component_of(const char *path)
{
	char arch[32];
	const char *rest = below_arch(path, "etc/python/", arch);

	if (str_starts(path, "etc/clib/"))
		return PACK_LIBRARIES;
	if (str_starts(path, "bin/") || str_starts(path, "sbin/") ||
	    str_starts(path, "site-package/"))
		return str_ends(path, ".pyc") ? PACK_BYTECODE : PACK_PROGRAMS;
	if (!rest)
		return PACK_OTHER;
	if (str_ends(path, ".pyc"))
		return PACK_BYTECODE;
	if (strstr(rest, "/lib-dynload/"))
		return PACK_EXTENSIONS;
	if (str_starts(rest, "/usr/lib/python3"))
		return PACK_STDLIB;
	return str_starts(rest, "/usr/bin/") ? PACK_INTERPRETER : PACK_DATA;
}

/* A file that is not as long as its head has promised is changing under our hands. */
static int write_data(struct packing *p, const char *source, int64_t size)
{
	static char buf[CHUNK];
	FD_CLEANUP int fd = open(source, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n;

	if (fd < 0)
		return err_set(p->err, errno, "cannot open %s", source);
	while ((n = fd_read_all(fd, buf, sizeof(buf))) > 0 && n <= size) {
		if (archive_write_data(p->archive, buf, (size_t)n) != n)
			return failed(p, "data");
		p->bytes += (uint64_t)n;
		size -= n;
	}
	if (n < 0)
		return err_set(p->err, (int)-n, "cannot read %s", source);
	return n || size ? err_say(p->err, EAGAIN, "%s has changed while it was packed", source)
			 : 0;
}

static int write_entry(struct packing *p, struct archive_entry *entry)
{
	const char *source = archive_entry_sourcepath(entry);

	if (archive_write_header(p->archive, entry) < ARCHIVE_OK)
		return failed(p, archive_entry_pathname(entry));
	p->files++;
	if (p->request->progress && p->files % 64 == 0)
		p->request->progress(p->files, p->bytes);
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_size(entry) == 0 || !source)
		return 0;
	return write_data(p, source, archive_entry_size(entry));
}

/* The resolver holds links back until it knows what the format wants of them. */
static int add_entry(struct packing *p, struct archive_entry *entry)
{
	struct archive_entry *more = NULL;
	int r = 0;

	archive_entry_linkify(p->links, &entry, &more);
	for (struct archive_entry *e = entry; r == 0 && e; e = e == more ? NULL : more)
		r = write_entry(p, e);
	archive_entry_free(more);
	archive_entry_free(entry);
	return r;
}

static struct archive_entry *new_entry(const char *path, mode_t mode)
{
	struct archive_entry *entry = archive_entry_new();

	if (!entry)
		return NULL;
	archive_entry_set_pathname(entry, path);
	archive_entry_set_mode(entry, mode);
	archive_entry_set_uid(entry, 0);
	archive_entry_set_gid(entry, 0);
	archive_entry_set_mtime(entry, MTIME, 0);
	archive_entry_set_dev(entry, 0);
	archive_entry_set_size(entry, 0);
	archive_entry_set_nlink(entry, 1);
	return entry;
}

static int compare_shared(const void *a, const void *b)
{
	const struct shared_file *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static int note_shared(struct packing *p, const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || st->st_nlink < 2)
		return 0;
	if (array_reserve(&p->shared, &p->max_shared, p->n_shared + 1, sizeof(*p->shared)) < 0)
		return err_set(p->err, ENOMEM, "cannot pack %s", p->request->tree);
	p->shared[p->n_shared++] =
		(struct shared_file){ .dev = st->st_dev, .ino = st->st_ino, .names = 1 };
	return 0;
}

/* One element per file instead of one per name. */
static void merge_shared(struct packing *p)
{
	size_t n = 0;

	if (p->n_shared)
		qsort(p->shared, p->n_shared, sizeof(*p->shared), compare_shared);
	for (size_t i = 0; i < p->n_shared; i++) {
		if (n && compare_shared(&p->shared[n - 1], &p->shared[i]) == 0)
			p->shared[n - 1].names++;
		else
			p->shared[n++] = p->shared[i];
	}
	p->n_shared = n;
}

/* Names of one file get one inode number, everything else a number of its own; all in the order of
 * the archive. True for the first name. */
static bool set_inode(struct packing *p, struct archive_entry *entry, const struct stat *st)
{
	struct shared_file key = { .dev = st->st_dev, .ino = st->st_ino };
	struct shared_file *file = NULL;
	bool first;

	if (S_ISREG(st->st_mode) && st->st_nlink > 1 && p->n_shared)
		file = bsearch(&key, p->shared, p->n_shared, sizeof(key), compare_shared);
	if (!file || file->names == 1) {
		archive_entry_set_ino64(entry, p->next_ino++);
		return true;
	}
	first = !file->number;
	if (first)
		file->number = p->next_ino++;
	archive_entry_set_ino64(entry, file->number);
	archive_entry_set_nlink(entry, file->names);
	return first;
}

static void count(struct packing *p, const struct stat *st, const char *path)
{
	p->sizes[component_of(path)].files++;
	p->sizes[component_of(path)].bytes += (uint64_t)st->st_size;
}

static int add_source(struct packing *p, const FTSENT *at, const char *path)
{
	const struct stat *st = at->fts_statp;
	struct archive_entry *entry = new_entry(path, st->st_mode);
	char target[PATH_SIZE];
	ssize_t n;

	if (!entry)
		return err_set(p->err, ENOMEM, "cannot pack %s", path);
	if (S_ISLNK(st->st_mode)) {
		n = readlink(at->fts_accpath, target, sizeof(target) - 1);
		if (n < 0)
			return err_set(p->err, errno, "cannot read the link %s", at->fts_path);
		target[n] = '\0';
		archive_entry_set_symlink(entry, target);
		archive_entry_set_mode(entry, AE_IFLNK | 0777);
	}
	if (S_ISREG(st->st_mode)) {
		archive_entry_set_size(entry, st->st_size);
		archive_entry_copy_sourcepath(entry, at->fts_path);
	}
	if (set_inode(p, entry, st) && S_ISREG(st->st_mode))
		count(p, st, path);
	return add_entry(p, entry);
}

static int note_source(struct packing *p, const FTSENT *at, const char *path)
{
	(void)path;
	return note_shared(p, at->fts_statp);
}

static int leave_out(struct packing *p, const char *path)
{
	int r = p->survey ? p->survey->left_out(path, p->survey->context) : 0;

	return r < 0 ? err_set(p->err, -r, "cannot pack %s", path) : 0;
}

static int visit(struct packing *p, FTS *fts, FTSENT *at,
		 int (*action)(struct packing *, const FTSENT *, const char *))
{
	const char *path;

	if (at->fts_info == FTS_DP || at->fts_level == 0)
		return 0;
	if (at->fts_info == FTS_NS || at->fts_info == FTS_DNR || at->fts_info == FTS_ERR)
		return err_set(p->err, at->fts_errno, "cannot look at %s", at->fts_path);
	path = at->fts_path + p->root;
	if (is_foreign(p->request, path) || is_left_out(p->request, path)) {
		(void)fts_set(fts, at, FTS_SKIP); /* cannot fail for a valid word */
		return leave_out(p, path);
	}
	if (!S_ISREG(at->fts_statp->st_mode) && !S_ISDIR(at->fts_statp->st_mode) &&
	    !S_ISLNK(at->fts_statp->st_mode))
		return err_say(p->err, EINVAL, "%s is neither file, directory nor link",
			       at->fts_path);
	return action(p, at, path);
}

static int walk(struct packing *p, int (*action)(struct packing *, const FTSENT *, const char *))
{
	char *argv[] = { (char *)p->request->tree, NULL };
	FTS *fts = fts_open(argv, FTS_PHYSICAL | FTS_NOCHDIR, compare);
	FTSENT *at;
	int r = 0;

	if (!fts)
		return err_set(p->err, errno, "cannot walk %s", p->request->tree);
	while (r == 0 && (errno = 0, at = fts_read(fts)))
		r = visit(p, fts, at, action);
	if (r == 0 && errno)
		r = err_set(p->err, errno, "cannot walk %s", p->request->tree);
	(void)fts_close(fts); /* only read from */
	return r;
}

static int count_source(struct packing *p, const FTSENT *at, const char *path)
{
	const struct stat *st = at->fts_statp;
	struct shared_file key = { .dev = st->st_dev, .ino = st->st_ino };
	struct shared_file *file = NULL;

	if (S_ISREG(st->st_mode) && st->st_nlink > 1 && p->n_shared)
		file = bsearch(&key, p->shared, p->n_shared, sizeof(key), compare_shared);
	if (S_ISREG(st->st_mode) && (!file || !file->number))
		count(p, st, path);
	if (file)
		file->number = 1;
	return 0;
}

int pack_look(const struct pack_request *request, const struct pack_survey *survey,
	      struct pack_size ret[PACK_COMPONENTS], struct err *err)
{
	struct packing p = {
		.request = request, .sizes = ret, .root = strlen(request->tree) + 1, .err = err
	};
	int r = walk(&p, note_source);

	memset(ret, 0, sizeof(*ret) * PACK_COMPONENTS);
	merge_shared(&p);
	p.survey = survey;
	if (r == 0)
		r = walk(&p, count_source);
	free(p.shared);
	return r;
}

/* The kernel starts /init of an initramfs; without /dev/console it has no descriptors 0 to 2. */
static int add_boot_files(struct packing *p)
{
	struct archive_entry *entry;
	char target[64];
	struct text text;
	int r;

	text_init(&text, target, sizeof(target));
	text_addf(&text, "sbin/%s-init", p->request->arch->name);
	entry = new_entry("init", AE_IFLNK | 0777);
	if (!entry)
		return err_set(p->err, ENOMEM, "cannot pack /init");
	archive_entry_set_symlink(entry, target);
	archive_entry_set_ino64(entry, p->next_ino++);
	r = add_entry(p, entry);
	if (r < 0)
		return r;
	entry = new_entry("dev/console", AE_IFCHR | 0600);
	if (!entry)
		return err_set(p->err, ENOMEM, "cannot pack /dev/console");
	archive_entry_set_rdev(entry, makedev(5, 1));
	archive_entry_set_ino64(entry, p->next_ino++);
	return add_entry(p, entry);
}

static int add_all(struct packing *p)
{
	struct archive_entry *none = NULL, *more = NULL;
	int r = walk(p, note_source);

	merge_shared(p);
	if (r == 0)
		r = walk(p, add_source);
	if (r == 0 && p->request->format == PACK_CPIO)
		r = add_boot_files(p);
	/* what the resolver still holds back */
	for (;;) {
		archive_entry_linkify(p->links, &none, &more);
		if (!none)
			break;
		if (r == 0)
			r = write_entry(p, none);
		archive_entry_free(none);
		none = NULL;
	}
	return r;
}

static int set_up(struct packing *p)
{
	struct archive *a = p->archive;
	bool cpio = p->request->format == PACK_CPIO;
	int r = cpio ? archive_write_set_format_cpio_newc(a)
		     : archive_write_set_format_pax_restricted(a);

	if (r == ARCHIVE_OK && p->request->compression == PACK_GZIP) {
		r = archive_write_add_filter_gzip(a);
		if (r == ARCHIVE_OK)
			r = archive_write_set_options(a,
						      "gzip:compression-level=9,gzip:!timestamp");
	}
	if (r == ARCHIVE_OK && p->request->compression == PACK_ZSTD) {
		r = archive_write_add_filter_zstd(a);
		if (r == ARCHIVE_OK)
			r = archive_write_set_options(a, "zstd:compression-level=9");
	}
	if (r < ARCHIVE_OK)
		return failed(p, "the head");
	archive_entry_linkresolver_set_strategy(p->links, archive_format(a));
	return 0;
}

static int write_archive(struct packing *p, int fd)
{
	int r;

	p->archive = archive_write_new();
	p->links = archive_entry_linkresolver_new();
	if (!p->archive || !p->links)
		return err_set(p->err, ENOMEM, "cannot pack %s", p->request->tree);
	r = set_up(p);
	if (r == 0 && archive_write_open_fd(p->archive, fd) < ARCHIVE_OK)
		r = failed(p, "the head");
	if (r == 0)
		r = add_all(p);
	if (r == 0 && archive_write_close(p->archive) < ARCHIVE_OK)
		r = failed(p, "the end");
	if (r == 0 && fsync(fd) < 0 && errno != EINVAL) /* not a file but, say, a pipe */
		r = err_set(p->err, errno, "cannot write %s", p->request->output);
	return r;
}

int pack_write(const struct pack_request *request, struct pack_size ret[PACK_COMPONENTS],
	       struct err *err)
{
	char temporary[PATH_SIZE];
	struct packing p = {
		.request = request,
		.sizes = ret,
		.next_ino = 1,
		.root = strlen(request->tree) + 1,
		.err = err,
	};
	FD_CLEANUP int fd = -1;
	struct text text;
	int r;

	memset(ret, 0, sizeof(*ret) * PACK_COMPONENTS);
	text_init(&text, temporary, sizeof(temporary));
	text_addf(&text, "%s.%d.tmp", request->output, (int)getpid());
	if (text_check(&text) < 0)
		return err_say(err, ENAMETOOLONG, "%s: the path is too long", request->output);
	if (request->format == PACK_EROFS)
		return pack_erofs_write(request, temporary, ret, err);
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return err_set(err, errno, "cannot create %s", temporary);
	r = write_archive(&p, fd);
	free(p.shared);
	archive_entry_linkresolver_free(p.links);
	(void)archive_write_free(p.archive); /* closed above, or failed anyway */
	if (r == 0 && fchmod(fd, 0644) < 0)
		r = err_set(err, errno, "cannot set the mode of %s", temporary);
	if (r == 0 && rename(temporary, request->output) < 0)
		r = err_set(err, errno, "cannot create %s", request->output);
	if (r < 0)
		(void)unlink(temporary); /* the reason is in err */
	return r;
}
