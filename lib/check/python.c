/* SPDX-License-Identifier: MIT */
/* Python of each runtime: landmarks, compiled files, and whether the archs have the same. */
#include "check/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/pyc_head.h"
#include "core/python_minors.h"
#include "core/python_name.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"
#include "sys/fd.h"
#include "sys/tree.h"

static const struct finding_kind no_landmark = {
	FINDING_ERROR, "the interpreter does not start, or only after warnings and without modules",
	"stage the runtime again: busypy stage --from debian --arch ARCH TREE"
};
static const struct finding_kind other_minor = {
	FINDING_NOTE, "programs must work with both, and compiled files exist twice",
	"stage the same suite for all archs, if it has them"
};
static const struct finding_kind lacks_python = {
	FINDING_WARNING, "a script that names it cannot start on ARCH machines",
	"stage it there, too: busypy stage --from debian --arch ARCH --python ... TREE"
};
static const struct finding_kind unknown_minor = {
	FINDING_NOTE, "it could not be told whether compiled files are for it",
	"a newer BusyPy may know it"
};
static const struct finding_kind not_compiled = {
	FINDING_WARNING, "the tree is read-only: each start compiles them again",
	"stage again where that Python runs: busypy stage TREE"
};
static const struct finding_kind compiled_for_another = {
	FINDING_WARNING, "Python does not take it: each start compiles the source again",
	"remove it and stage again: busypy stage TREE"
};
static const struct finding_kind stale = {
	FINDING_WARNING, "Python compares the two at each start, and compiles the source again",
	"remove it and stage again: busypy stage TREE"
};
static const struct finding_kind wrong_code = {
	FINDING_ERROR, "the compiled file is used all the same: the change has no effect",
	"remove it and stage again, or undo the change"
};
static const struct finding_kind differs = { FINDING_WARNING,
					     "a program may work on one arch and fail on another",
					     "stage both from the same source" };

enum { CHECK_PYTHONS_MAX = CHECK_ARCHS_MAX * PYTHON_MINORS_MAX };

struct python {
	struct check_part *part;
	struct check_python runtimes[CHECK_PYTHONS_MAX]; /* of all part->archs */
	size_t n;
};

static const char *at_tree(const struct python *python, const char *path, char *ret)
{
	return files_path(ret, NULL, "%s/%s", python->part->request->tree, path) < 0 ? NULL : ret;
}

/* -- what is there -------------------------------------------------------------------------- */

static bool interpreter_is_static(const struct sysroot *root, const char *interpreter)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	char real[PATH_SIZE];

	return sysroot_find(root, interpreter, real) == 0 &&
	       elf_dynamic_read(real, &file, NULL) == 0 && !file.interp;
}

/* Its minor, 0 if there is none; the path of the interpreter. */
static unsigned find_minor(const struct check_part *part, const struct sysroot *root,
			   const struct arch *arch, size_t which, char ret_interpreter[PATH_SIZE])
{
	char canonical[PATH_SIZE];
	struct python_minors pythons;

	(void)str_copy(ret_interpreter, PATH_SIZE, "/usr/bin/python3"); /* fits */
	if (!which)
		return sysroot_canonical(root, ret_interpreter, canonical) < 0
			       ? 0
			       : python_name_minor(path_base(canonical));
	tree_pythons(part->request->tree, arch, &pythons);
	if (which >= pythons.n)
		return 0;
	python_name_path(pythons.minor[which], ret_interpreter);
	return pythons.minor[which];
}

bool check_python_find(const struct check_part *part, const struct arch *arch, size_t which,
		       struct check_python *ret)
{
	static const char *const libs[] = { "lib", "lib64" };
	char interpreter[PATH_SIZE];
	struct sysroot root;

	memset(ret, 0, sizeof(*ret));
	ret->arch = arch;
	if (sysroot_init_view(&root, part->request->tree, arch) < 0)
		return false;
	ret->minor = find_minor(part, &root, arch, which, interpreter);
	if (!ret->minor)
		return false;
	ret->is_static = interpreter_is_static(&root, interpreter);
	for (size_t i = 0; i < 2; i++) {
		struct text text;

		text_init(&text, ret->stdlib, sizeof(ret->stdlib));
		text_addf(&text, TREE_USR_OF "/%s/python3.%u", arch->name, libs[i], ret->minor);
		if (check_index_find(part->index, ret->stdlib))
			return true;
	}
	(void)snprintf(ret->stdlib, sizeof(ret->stdlib), TREE_USR_OF "/lib/python3.%u", arch->name,
		       ret->minor);
	return true;
}

static bool has(const struct python *python, const char *dir, const char *name)
{
	char path[PATH_SIZE];

	return files_path(path, NULL, "%s/%s", dir, name) == 0 &&
	       check_index_find(python->part->index, path);
}

static void check_landmarks(const struct python *python, size_t i)
{
	const struct arch *arch = python->runtimes[i].arch;
	const char *stdlib = python->runtimes[i].stdlib;
	struct findings *findings = python->part->findings;
	char path[PATH_SIZE];

	if (!has(python, stdlib, "os.py") && !has(python, stdlib, "os.pyc")) {
		if (files_path(path, NULL, "%s/os.py", stdlib) == 0)
			finding_add(findings, &no_landmark, path, arch, "is missing");
	}
	if (!has(python, stdlib, "encodings/__init__.py") &&
	    !has(python, stdlib, "encodings/__init__.pyc")) {
		if (files_path(path, NULL, "%s/encodings", stdlib) == 0)
			finding_add(findings, &no_landmark, path, arch,
				    "is missing or has no __init__.py");
	}
	if (!has(python, stdlib, "lib-dynload") && !python->runtimes[i].is_static) {
		if (files_path(path, NULL, "%s/lib-dynload", stdlib) == 0)
			finding_add(findings, &no_landmark, path, arch, "is missing");
	}
}

/* The Pythons of one arch, against those of the first one. */
static void compare_minors(const struct python *python, const struct check_python *runtime,
			   const char *path)
{
	const struct check_python *first = &python->runtimes[0];

	if (runtime->minor != first->minor)
		finding_add(python->part->findings, &other_minor, path, runtime->arch,
			    "has Python 3.%u, and %s has 3.%u", runtime->minor, first->arch->name,
			    first->minor);
}

static bool has_python(const struct python *python, const struct arch *arch, unsigned minor)
{
	for (size_t i = 0; i < python->n; i++) {
		if (python->runtimes[i].arch == arch && python->runtimes[i].minor == minor)
			return true;
	}
	return false;
}

/* Of what first lines name by its number, each arch has one. */
static void check_several(const struct python *python, const struct arch *arch, const char *path)
{
	const struct python_minors *several = python->part->several;

	for (size_t i = 0; i < several->n; i++) {
		if (!has_python(python, arch, several->minor[i]))
			finding_add(python->part->findings, &lacks_python, path, arch,
				    "has no Python 3.%u, which the tree has for other archs",
				    several->minor[i]);
	}
}

static void check_minors(const struct python *python)
{
	const struct arch *last = NULL;

	for (size_t i = 0; i < python->n; i++) {
		const struct check_python *runtime = &python->runtimes[i];
		char path[64];

		(void)snprintf(path, sizeof(path), TREE_PYTHON_OF, runtime->arch->name); /* fits */
		if (runtime->arch != last) { /* its first one is its python3 */
			compare_minors(python, runtime, path);
			check_several(python, runtime->arch, path);
		}
		last = runtime->arch;
		if (!pyc_magic(runtime->minor))
			finding_add(python->part->findings, &unknown_minor, path, runtime->arch,
				    "has Python 3.%u, which is not known", runtime->minor);
	}
}

/* -- compiled files ------------------------------------------------------------------------- */

/* 0, or 1 if the file is cut, or -errno. */
static int read_head(const struct python *python, const char *path, struct pyc_head *ret)
{
	char real[PATH_SIZE];
	uint8_t bytes[PYC_HEAD_SIZE];
	FD_CLEANUP int fd = -1;
	ssize_t n;

	if (!at_tree(python, path, real))
		return -ENAMETOOLONG;
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	n = fd_read_all(fd, bytes, sizeof(bytes));
	if (n < 0)
		return (int)n;
	return pyc_head_parse(bytes, (size_t)n, ret) < 0;
}

static uint64_t source_hash(const struct python *python, const char *path, unsigned minor)
{
	char real[PATH_SIZE];
	FILES_FREE char *bytes = NULL;
	size_t n;

	if (!at_tree(python, path, real) || files_read(real, &bytes, &n, NULL) < 0)
		return 0;
	return pyc_source_hash(minor, (const uint8_t *)bytes, n);
}

/* One source and its compiled file. */
static void check_pair(const struct python *python, const struct check_file *source,
		       const struct check_file *compiled, unsigned minor, const struct arch *arch)
{
	struct findings *findings = python->part->findings;
	struct pyc_head head;
	int r = read_head(python, compiled->path, &head);

	if (r) {
		finding_add(findings, &compiled_for_another, compiled->path, arch, "%s",
			    r > 0 ? "is no compiled Python file" : strerror(-r));
		return;
	}
	if (head.magic != pyc_magic(minor)) {
		unsigned other = pyc_minor(head.magic);

		if (other)
			finding_add(findings, &compiled_for_another, compiled->path, arch,
				    "is for Python 3.%u, not for 3.%u", other, minor);
		else
			finding_add(findings, &compiled_for_another, compiled->path, arch,
				    "is for another Python (magic %u), not for 3.%u",
				    (unsigned)head.magic, minor);
		return;
	}
	if (head.kind == PYC_TIMED) {
		if (S_ISREG(source->mode) &&
		    (head.mtime != (uint32_t)source->mtime || head.size != (uint32_t)source->size))
			finding_add(findings, &stale, compiled->path, arch,
				    "was compiled from another %s", path_base(source->path));
		return;
	}
	if (head.hash != source_hash(python, source->path, minor))
		finding_add(findings, head.kind == PYC_CHECKED ? &stale : &wrong_code,
			    compiled->path, arch, "was compiled from another %s",
			    path_base(source->path));
}

/* dir/name.py -> dir/__pycache__/name.cpython-3N.pyc */
static const struct check_file *find_compiled(const struct python *python, const char *path,
					      unsigned minor)
{
	const char *base = path_base(path);
	char cached[PATH_SIZE];

	if (files_path(cached, NULL, "%.*s__pycache__/%.*s.cpython-3%u.pyc", (int)(base - path),
		       path, (int)(strlen(base) - 3), base, minor) < 0)
		return NULL;
	return check_index_find(python->part->index, cached);
}

/* True if an earlier runtime has the same two files (by hard link): they were compared there. */
static bool was_seen(const struct python *python, size_t which, const char *rest,
		     const struct check_file *source, const struct check_file *compiled)
{
	for (size_t i = 0; i < which; i++) {
		const struct check_python *runtime = &python->runtimes[i];
		const struct check_file *other;
		char path[PATH_SIZE];

		if (runtime->minor != python->runtimes[which].minor ||
		    files_path(path, NULL, "%s%s", runtime->stdlib, rest) < 0)
			continue;
		other = check_index_find(python->part->index, path);
		if (!other || other->ino != source->ino || other->dev != source->dev)
			continue;
		other = find_compiled(python, path, runtime->minor);
		if (other && other->ino == compiled->ino && other->dev == compiled->dev)
			return true;
	}
	return false;
}

/* A link counts, too: it has a compiled file of its own name. */
static bool is_source(const struct python *python, const struct check_file *file)
{
	char real[PATH_SIZE];
	struct stat st;

	return str_ends(file->path, ".py") &&
	       (S_ISREG(file->mode) || (S_ISLNK(file->mode) && at_tree(python, file->path, real) &&
					stat(real, &st) == 0 && S_ISREG(st.st_mode)));
}

/* which: the runtime whose standard library it is, or CHECK_PYTHONS_MAX for shared packages. */
static void check_compiled(const struct python *python, const char *dir, unsigned minor,
			   size_t which)
{
	const struct check_index *index = python->part->index;
	bool shared = which == CHECK_PYTHONS_MAX;
	const struct arch *arch = shared ? NULL : python->runtimes[which].arch;
	const struct check_file *first = NULL;
	size_t from, to, missing = 0, all = 0;

	check_index_below(index, dir, &from, &to);
	for (; from < to; from++) {
		const struct check_file *source = &index->files[from], *compiled;

		if (!is_source(python, source))
			continue;
		all++;
		compiled = find_compiled(python, source->path, minor);
		if (!compiled) {
			first = first ? first : source;
			missing++;
		} else if (shared ||
			   !was_seen(python, which, source->path + strlen(dir), source, compiled)) {
			check_pair(python, source, compiled, minor, arch);
		}
	}
	if (missing)
		finding_add(python->part->findings, &not_compiled, dir, arch,
			    "has no compiled file of Python 3.%u for %zu of its %zu modules, the "
			    "first is %s",
			    minor, missing, all, first->path + strlen(dir) + 1);
}

static bool is_compiled_for(const struct python *python, const struct check_file *source,
			    unsigned minor)
{
	const struct check_file *compiled = find_compiled(python, source->path, minor);
	struct pyc_head head;

	return compiled && !read_head(python, compiled->path, &head) &&
	       head.magic == pyc_magic(minor) && head.kind != PYC_TIMED &&
	       head.hash == source_hash(python, source->path, minor);
}

bool check_is_compiled(const struct check_part *part, const struct check_file *source,
		       const struct python_minors *minors)
{
	const struct python python = { .part = (struct check_part *)part };

	for (size_t i = 0; i < minors->n; i++) {
		if (!is_compiled_for(&python, source, minors->minor[i]))
			return false;
	}
	return true;
}

/* Shared packages, once for each minor. */
static void check_packages(const struct python *python)
{
	for (size_t i = 0; i < python->n; i++) {
		unsigned minor = python->runtimes[i].minor;
		bool done = !pyc_magic(minor);

		for (size_t k = 0; k < i; k++)
			done = done || python->runtimes[k].minor == minor;
		if (!done)
			check_compiled(python, TREE_SITE, minor, CHECK_PYTHONS_MAX);
	}
}

/* -- differences between archs -------------------------------------------------------------- */

static bool same_bytes(const struct python *python, const struct check_file *a,
		       const struct check_file *b)
{
	char path[PATH_SIZE];
	FILES_FREE char *one = NULL, *other = NULL;
	size_t n, m;

	if (a->ino == b->ino && a->dev == b->dev)
		return true;
	if (a->size != b->size)
		return false;
	return at_tree(python, a->path, path) && files_read(path, &one, &n, NULL) == 0 &&
	       at_tree(python, b->path, path) && files_read(path, &other, &m, NULL) == 0 &&
	       n == m && memcmp(one, other, n) == 0;
}

/* What is each arch's own: compiled modules, what tells how they were built, other packages. */
static bool is_own(const char *rest)
{
	static const char *const own[] = { "/lib-dynload/", "/__pycache__/", "/site-packages/",
					   "/dist-packages/", "/_sysconfigdata" };

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
		if (strstr(rest, own[i]))
			return true;
	}
	return !str_ends(rest, ".py");
}

/* All Pythons of a minor: each arch has one at most. */
static size_t list_peers(const struct python *python, unsigned minor,
			 const struct check_python *ret[CHECK_ARCHS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < python->n && n < CHECK_ARCHS_MAX; i++) {
		if (python->runtimes[i].minor == minor)
			ret[n++] = &python->runtimes[i];
	}
	return n;
}

/* One module over all runtimes of its minor: those that are unlike most are named. */
static void compare_module(const struct python *python, const char *rest, unsigned minor)
{
	const struct check_file *files[CHECK_ARCHS_MAX] = { 0 };
	const struct check_python *of[CHECK_ARCHS_MAX];
	unsigned votes[CHECK_ARCHS_MAX] = { 0 };
	size_t n = list_peers(python, minor, of), best = 0;
	char paths[CHECK_ARCHS_MAX][PATH_SIZE];

	for (size_t i = 0; i < n; i++) {
		if (files_path(paths[i], NULL, "%s%s", of[i]->stdlib, rest) < 0)
			continue;
		files[i] = check_index_find(python->part->index, paths[i]);
		for (size_t k = 0; files[i] && k <= i; k++) {
			if (files[k] && same_bytes(python, files[i], files[k])) {
				votes[k]++;
				break;
			}
		}
	}
	for (size_t i = 1; i < n; i++)
		best = votes[i] > votes[best] ? i : best;
	for (size_t i = 0; i < n; i++) {
		const struct arch *arch = of[i]->arch;

		if (i == best)
			continue;
		if (!files[i])
			finding_add(python->part->findings, &differs, paths[i], arch,
				    "is missing, and %s has it", of[best]->arch->name);
		else if (!same_bytes(python, files[i], files[best]))
			finding_add(python->part->findings, &differs, paths[i], arch,
				    "differs from the one of %s", of[best]->arch->name);
	}
}

/* True if an earlier runtime of the same minor has this module: it was compared there. */
static bool was_compared(const struct python *python, size_t which, const char *rest)
{
	char path[PATH_SIZE];

	for (size_t i = 0; i < which; i++) {
		if (python->runtimes[i].minor == python->runtimes[which].minor &&
		    files_path(path, NULL, "%s%s", python->runtimes[i].stdlib, rest) == 0 &&
		    check_index_find(python->part->index, path))
			return true;
	}
	return false;
}

static bool has_peer(const struct python *python, size_t which)
{
	for (size_t i = 0; i < python->n; i++) {
		if (i != which && python->runtimes[i].minor == python->runtimes[which].minor)
			return true;
	}
	return false;
}

static void compare_all(const struct python *python)
{
	const struct check_index *index = python->part->index;

	for (size_t i = 0; i < python->n; i++) {
		const struct check_python *runtime = &python->runtimes[i];
		size_t from, to;

		if (!has_peer(python, i))
			continue;
		check_index_below(index, runtime->stdlib, &from, &to);
		for (; from < to; from++) {
			const char *rest = index->files[from].path + strlen(runtime->stdlib);

			if (S_ISREG(index->files[from].mode) && !is_own(rest) &&
			    !was_compared(python, i, rest))
				compare_module(python, rest, runtime->minor);
		}
	}
}

/* No interpreter: the closure says so. */
static void list_all(struct python *python)
{
	const struct check_part *part = python->part;

	for (size_t i = 0; i < part->n_archs; i++) {
		for (size_t k = 0; k < PYTHON_MINORS_MAX; k++) {
			if (!check_python_find(part, part->archs[i], k,
					       &python->runtimes[python->n]))
				break;
			python->n++;
		}
	}
}

int check_python(struct check_part *part, struct err *err)
{
	struct python *python = calloc(1, sizeof(*python));

	if (!python)
		return err_set(err, ENOMEM, "cannot check Python");
	python->part = part;
	list_all(python);
	for (size_t i = 0; i < python->n; i++) {
		const struct check_python *runtime = &python->runtimes[i];

		check_landmarks(python, i);
		if (pyc_magic(runtime->minor))
			check_compiled(python, runtime->stdlib, runtime->minor, i);
	}
	check_minors(python);
	check_packages(python);
	compare_all(python);
	free(python);
	return 0;
}
