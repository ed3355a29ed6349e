/* SPDX-License-Identifier: MIT */
/* Checks bin and sbin: what each file's first bytes promise the kernel, in the view of each arch.
 */
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
#include "core/elf_head.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/first_line.h"
#include "core/path_size.h"
#include "core/python_call.h"
#include "core/shebang.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "sys/fd.h"

#define PYTHON "/usr/bin/python3"

static const struct finding_kind carriage_return = {
	FINDING_ERROR, "the kernel looks for an interpreter whose name ends with that byte",
	"save it with Unix line ends: sed -i 's/\\r$//' it"
};
static const struct finding_kind no_first = {
	FINDING_ERROR, "the kernel sees no #!, and a shell runs the file as a shell script",
	"let #! be its first two bytes"
};
static const struct finding_kind other_coding = { FINDING_ERROR,
						  "the kernel sees no #!, and no shell can read it",
						  "save it as UTF-8" };
static const struct finding_kind stray = {
	FINDING_ERROR, "the kernel passes all behind the name as one word, as it stands",
	"let it begin with #!" PYTHON ", or with #!" ENV_PROGRAM " -S python3 and the words"
};
static const struct finding_kind too_long = {
	FINDING_ERROR, "the kernel reads 255 bytes and forgets the rest, or refuses the script",
	"shorten the first line"
};
static const struct finding_kind not_taken = {
	FINDING_ERROR, "the kernel says 'Exec format error', and a shell runs it as a shell script",
	"let it begin with #!" PYTHON
};
static const struct finding_kind unmatched = {
	FINDING_ERROR,
	"on a full machine the handler does not take it, and that machine's own "
	"Python runs it, or none",
	"let it begin with #!" PYTHON
};
static const struct finding_kind shell_unmatched = {
	FINDING_ERROR,
	"on a full machine the handler does not take it, and that machine has no /bin/shell",
	"let it begin with #!/bin/shell"
};
static const struct finding_kind env_refuses = {
	FINDING_ERROR, "without -S env takes all that follows for the name of one program",
	"let it begin with #!" ENV_PROGRAM " -S python3, or with #!" PYTHON
};
static const struct finding_kind no_interpreter = {
	FINDING_ERROR, "execve says 'No such file or directory' although the program is there",
	"let it begin with #!" PYTHON ", or stage what it names"
};
static const struct finding_kind too_deep = { FINDING_ERROR,
					      "execve says 'Too many levels of symbolic links'",
					      "let it name its interpreter's interpreter" };
static const struct finding_kind native = {
	FINDING_ERROR, "it runs on one arch only, and all share this folder",
	"put it into etc/busypy/ARCH/rescue of its arch, or replace it by a script"
};
static const struct finding_kind no_program = {
	FINDING_ERROR, "the kernel says 'Exec format error', and a shell runs it as a shell script",
	"let it begin with #! and an interpreter, or take away its execute bits"
};
static const struct finding_kind no_execute = { FINDING_WARNING, "nobody can start it",
						"chmod a+x it" };
static const struct finding_kind unreadable = { FINDING_ERROR, "it could not be looked at",
						"chmod a+r it" };

struct programs {
	struct check_part *part;
	struct sysroot *views; /* a client's, for each of part->archs */
};

const char *const check_program_dirs[CHECK_PROGRAM_DIRS] = { "bin", "sbin", "etc/init.d" };

ssize_t check_read_head(const struct check_part *part, const char *path, char *ret)
{
	char real[PATH_SIZE];
	FD_CLEANUP int fd = -1;

	if (files_path(real, NULL, "%s/%s", part->request->tree, path) < 0)
		return -ENAMETOOLONG;
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? -errno : fd_read_all(fd, ret, SHEBANG_READ);
}

int check_python_of(const struct check_part *part, const char *path)
{
	char head[SHEBANG_READ];
	ssize_t n = check_read_head(part, path, head);

	if (n < 0 || !first_line_is_python(head, (size_t)n, part->several))
		return -1;
	return (int)first_line_minor(head, (size_t)n, part->several);
}

bool check_is_python(const struct check_part *part, const char *path)
{
	return check_python_of(part, path) >= 0;
}

/* Follows interpreters in one view. 0, -ENOENT, -ELOOP, ... */
static int follow(const struct sysroot *view, const char *interp)
{
	char path[SHEBANG_READ], real[PATH_SIZE], head[SHEBANG_READ];
	struct shebang line;

	(void)str_copy(path, sizeof(path), interp); /* as large as a shebang's own */
	for (unsigned depth = 1; depth <= SHEBANG_DEPTH_MAX; depth++) {
		FD_CLEANUP int fd = -1;
		struct stat st;
		ssize_t n;
		int r = path[0] == '/' ? sysroot_find(view, path, real) : -ENOENT;

		if (r < 0)
			return r;
		if (stat(real, &st) < 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111))
			return -EACCES;
		fd = open(real, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
		n = fd < 0 ? -errno : fd_read_all(fd, head, sizeof(head));
		if (n < 0)
			return (int)n;
		if (shebang_parse(head, (size_t)n, &line) < 0)
			return 0;
		(void)str_copy(path, sizeof(path), line.interp); /* as large */
	}
	return -ELOOP;
}

static const char *reason(int r)
{
	switch (r) {
	case -ENOENT:
	case -ENOTDIR:
		return "is not in the view";
	case -EACCES:
		return "is not executable";
	}
	return strerror(-r);
}

/* Once for all archs if none has it, else for those that have not. */
static void check_interpreter(const struct programs *programs, const char *path,
			      const struct shebang *line)
{
	const struct check_part *part = programs->part;
	int results[CHECK_ARCHS_MAX];
	char shown[SHEBANG_SHOWN];
	size_t failed = 0;

	shebang_show(line->interp, strlen(line->interp), shown);
	for (size_t i = 0; i < part->n_archs; i++) {
		results[i] = follow(&programs->views[i], line->interp);
		failed += results[i] < 0;
	}
	for (size_t i = 0; i < part->n_archs; i++) {
		const struct arch *arch = failed == part->n_archs ? NULL : part->archs[i];

		if (results[i] == -ELOOP)
			finding_add(part->findings, &too_deep, path, arch,
				    "has more than %d interpreters behind one another",
				    SHEBANG_DEPTH_MAX);
		else if (results[i] < 0 && !str_eq(line->interp, PYTHON))
			finding_add(part->findings, &no_interpreter, path, arch,
				    "begins with #!%s, which %s", shown, reason(results[i]));
		if (!arch)
			return;
	}
}

static void find_unmatched(const struct programs *programs, const char *path, const char *head,
			   size_t n, const char *better)
{
	char shown[SHEBANG_SHOWN];
	bool shell = better && !str_eq(better, "#!" PYTHON);

	shebang_show(head, n, shown);
	finding_add(programs->part->findings, shell ? &shell_unmatched : &unmatched, path, NULL,
		    "begins with %s, which the handler does not match", shown);
}

static void find_stray(const struct programs *programs, const char *path, const char *head,
		       size_t n)
{
	struct python_call call = { .minor = first_line_minor(head, n, programs->part->several) };
	char shown[SHEBANG_SHOWN];
	struct err why = { 0 };

	shebang_show(head, n, shown);
	(void)first_line_python(head, n, programs->part->several, &call, &why);
	finding_add(programs->part->findings, &stray, path, NULL, "begins with %s, for which %s",
		    shown, why.text);
}

/* Python's word -S. */
static void check_site(const struct programs *programs, const char *path, const char *head,
		       size_t n)
{
	struct python_call call = { 0 };

	if (first_line_python(head, n, programs->part->several, &call, NULL) == 1 && call.no_site)
		check_without_site(programs->part, path);
}

static void check_line(const struct programs *programs, const char *path, const char *head,
		       size_t n)
{
	struct findings *findings = programs->part->findings;
	char shown[SHEBANG_SHOWN];
	struct shebang line;
	const char *better;

	shebang_show(head, n, shown);
	switch (first_line_check(head, n, programs->part->several, &line, &better)) {
	case FIRST_LINE_OURS:
	case FIRST_LINE_OTHER:
		check_interpreter(programs, path, &line);
		check_site(programs, path, head, n);
		break;
	case FIRST_LINE_UNMATCHED:
	case FIRST_LINE_PYTHON:
	case FIRST_LINE_ENV:
		find_unmatched(programs, path, head, n, better);
		break;
	case FIRST_LINE_ENV_REFUSES:
		finding_add(findings, &env_refuses, path, NULL,
			    "begins with %s, for which env starts nothing", shown);
		break;
	case FIRST_LINE_STRAY:
		find_stray(programs, path, head, n);
		break;
	case FIRST_LINE_RETURN:
		finding_add(findings, &carriage_return, path, NULL,
			    "has a carriage return at the end of its first line");
		break;
	case FIRST_LINE_LONG:
		finding_add(findings, &too_long, path, NULL,
			    "has a first line of more than %d bytes", SHEBANG_READ - 1);
		break;
	case FIRST_LINE_EMPTY:
		finding_add(findings, &not_taken, path, NULL,
			    "has a first line without an interpreter");
		break;
	case FIRST_LINE_NONE: /* not asked for here */
		break;
	}
}

static void check_program(const struct programs *programs, const struct check_file *file)
{
	struct findings *findings = programs->part->findings;
	char head[SHEBANG_READ];
	bool executable = file->mode & 0111;
	struct elf_head elf;
	const char *before;
	ssize_t n = check_read_head(programs->part, file->path, head);

	if (n < 0) {
		finding_add(findings, &unreadable, file->path, NULL, "cannot be read: %s",
			    strerror((int)-n));
		return;
	}
	if (shebang_begins(head, (size_t)n)) {
		if (executable)
			check_line(programs, file->path, head, (size_t)n);
		else
			finding_add(findings, &no_execute, file->path, NULL,
				    "is a script and not executable (mode %04o)",
				    (unsigned)file->mode & 07777);
		return;
	}
	if (n >= 4 && memcmp(head, "\177ELF", 4) == 0) {
		const struct arch *arch = elf_head_parse((const uint8_t *)head, (size_t)n, &elf) < 0
						  ? NULL
						  : elf_head_arch(&elf);

		if (!tree_layout_is_init(file->path))
			finding_add(findings, &native, file->path, arch, "is an ELF program");
		return;
	}
	if (!executable)
		return;
	before = shebang_before(head, (size_t)n);
	if (before && str_eq(before, "UTF-16"))
		finding_add(findings, &other_coding, file->path, NULL, "is UTF-16");
	else if (before)
		finding_add(findings, &no_first, file->path, NULL, "begins with %s before #!",
			    before);
	else
		finding_add(findings, &no_program, file->path, NULL,
			    "is neither a script nor a program");
}

static int make_views(struct programs *programs)
{
	const struct check_part *part = programs->part;

	programs->views = calloc(part->n_archs ? part->n_archs : 1, sizeof(*programs->views));
	if (!programs->views)
		return -ENOMEM;
	for (size_t i = 0; i < part->n_archs; i++) {
		int r = sysroot_init_client(&programs->views[i], part->request->tree,
					    part->archs[i]);

		if (r < 0)
			return r;
	}
	return 0;
}

int check_programs(struct check_part *part, struct err *err)
{
	struct programs programs = { .part = part };
	size_t from, to;
	int r = make_views(&programs);

	for (size_t i = 0; r == 0 && i < CHECK_PROGRAM_DIRS; i++) {
		check_index_below(part->index, check_program_dirs[i], &from, &to);
		for (; from < to; from++) {
			if (S_ISREG(part->index->files[from].mode))
				check_program(&programs, &part->index->files[from]);
		}
	}
	free(programs.views);
	return r < 0 ? err_set(err, -r, "cannot check the programs") : 0;
}
