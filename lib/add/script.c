/* SPDX-License-Identifier: MIT */
/* Judges first lines: what starts a script in a view of the tree. */
#include "add/script.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "add/add.h"
#include "add/content.h"
#include "add/items.h"
#include "add/merge.h"
#include "add/work.h"
#include "base/files.h"
#include "base/listener.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/broken.h"
#include "core/env_line.h"
#include "core/err.h"
#include "core/first_line.h"
#include "core/name.h"
#include "core/path_size.h"
#include "core/python_call.h"
#include "core/shebang.h"
#include "core/str.h"
#include "stage/runtime_info.h"

/* True if a view of this tree would have a program at path. */
static bool view_has(const struct add *add, const char *path)
{
	char real[PATH_SIZE];
	struct sysroot root;

	if (path[0] != '/')
		return false;
	for (size_t i = 0; i < add->n_runtimes; i++) {
		if (sysroot_init_client(&root, add->tree, add->runtimes[i].info->arch) == 0 &&
		    sysroot_find(&root, path, real) == 0)
			return true;
	}
	return !add->n_runtimes && sysroot_init(&root, add->tree) == 0 &&
	       sysroot_find(&root, path, real) == 0;
}

/* Clients and sandboxes start env itself, which trees that were staged by an older busypy lack. */
static int check_env(const struct add *add, const char *path, const struct shebang *line,
		     struct err *err)
{
	if (!str_eq(line->interp, ENV_PROGRAM) || view_has(add, ENV_PROGRAM))
		return 0;
	return err_say(err, ENOENT,
		       "%s: this tree has no " ENV_PROGRAM ", which its first line names (Hint: "
		       "'busypy stage' lays it down, or let it begin with #!" ENV_PYTHON ")",
		       path);
}

/* The shebang line of a script for a tree; what it does not refuse, check_run() may. */
static int check_script(const struct add *add, const char *path, const char *bytes, size_t n,
			struct err *err)
{
	const char *better, *before = shebang_before(bytes, n);
	struct python_call call = { .minor = first_line_minor(bytes, n, add->several) };
	char shown[SHEBANG_SHOWN];
	struct err why = { 0 };
	struct shebang line;

	shebang_show(bytes, n, shown);
	if (before)
		return broken_before(path, before, err);
	switch (first_line_check(bytes, n, add->several, &line, &better)) {
	case FIRST_LINE_OURS:
		return check_env(add, path, &line, err);
	case FIRST_LINE_PYTHON:
	case FIRST_LINE_OTHER:
		if (view_has(add, line.interp))
			return 0;
		shebang_show(line.interp, strlen(line.interp), shown);
		return err_say(err, ENOENT,
			       "%s: no view of this tree has %s, which its first line names (Hint: "
			       "a tree's scripts begin with #!/usr/bin/python3 or #!/bin/shell)",
			       path, shown);
	case FIRST_LINE_STRAY:
		(void)first_line_python(bytes, n, add->several, &call, &why);
		return err_say(err, ENOEXEC, "%s: for %s %s", path, shown, why.text);
	case FIRST_LINE_UNMATCHED:
		return err_say(err, ENOEXEC,
			       "%s: the handler does not match its first line (Hint: write it as "
			       "#!%s and a line feed)",
			       path, line.interp);
	case FIRST_LINE_ENV:
		return err_say(err, ENOEXEC,
			       "%s: %s would start what the machine that runs it has%s%s%s", path,
			       shown, better ? " (Hint: its first line should be " : "",
			       better ? better : "", better ? ")" : "");
	case FIRST_LINE_ENV_REFUSES:
		return err_say(err, ENOEXEC,
			       "%s: env starts nothing for %s (Hint: #!" ENV_PROGRAM
			       " python3, or with arguments #!" ENV_PROGRAM " -S python3 -u)",
			       path, shown);
	case FIRST_LINE_RETURN:
		return err_say(err, ENOEXEC,
			       "%s: its first line ends with a carriage return (Hint: 'sed -i "
			       "s/\\\\r$// FILE' removes them)",
			       path);
	case FIRST_LINE_LONG:
		return err_say(err, ENOEXEC,
			       "%s: its first line is longer than the kernel reads, %d bytes", path,
			       SHEBANG_READ - 1);
	case FIRST_LINE_EMPTY:
	case FIRST_LINE_NONE:
		break;
	}
	if (n >= 4 && memcmp(bytes, "PK\3\4", 4) == 0)
		return err_say(err, ENOEXEC,
			       "%s is a zip archive without a first line (Hint: 'python3 -m "
			       "zipapp -p /usr/bin/python3 -o NEW OLD' writes one)",
			       path);
	return err_say(err, ENOEXEC,
		       "%s has no shebang line (Hint: a script begins with #!/usr/bin/python3, a "
		       "module is called NAME.py)",
		       path);
}

/* Where the script goes whose own name is base, and which sentences call path. */
static int find_place(const struct add *add, int fd, const char *base, const char *path, char *ret,
		      struct err *err)
{
	const char *flaw = name_flaw(base, strlen(base));
	char bytes[SHEBANG_READ];
	size_t n;
	int r;

	if (flaw)
		return err_say(err, EINVAL, "%s %s", path, flaw);
	r = add_content_head(fd, path, bytes, &n, err);
	if (r < 0)
		return r;
	r = check_script(add, path, bytes, n, err);
	if (r < 0)
		return r;
	return files_path(ret, err, "bin/%s", base);
}

int add_script(struct add *add, int fd, const char *path, struct err *err)
{
	char to[PATH_SIZE];
	int r = find_place(add, fd, path_base(path), path, to, err);

	if (r < 0)
		return r;
	return add_item_note_open(add, fd, to, path, NULL, err);
}

int add_script_packed(struct add *add, int fd, const char *path, const char *from, struct err *err)
{
	char to[PATH_SIZE], shown[2 * PATH_SIZE];
	int r;

	(void)snprintf(shown, sizeof(shown), "%s: its script %s", from, path_base(path)); /* fits */
	r = find_place(add, fd, path_base(path), shown, to, err);
	if (r == -ENOEXEC || r == -ENOENT) { /* the rest of the wheel is sound all the same */
		listener_warn(add->request->listener, "%s; it is left out", err->text);
		return 0;
	}
	if (r < 0)
		return r;
	r = add_merge_note(add, to, path, from, NULL, err);
	return r < 0 ? r : 1;
}
