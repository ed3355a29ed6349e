/* SPDX-License-Identifier: MIT */
/* Lines to the configuration, and where in a line an error stands; inih reads them. */
#include "base/conf_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_conf.h"
#include "core/tree_layout.h"
#include "sys/fd.h"

/* Takes one "key = value": conf_set(), tree_conf_set(). */
typedef int take_word(const char *section, const char *key, const char *value, bool *ret_at_value,
		      struct err *err, void *ctx);

struct reading {
	const char *path;
	FILE *file;
	int line;	 /* of the last line that was read, from 1 */
	char text[2048]; /* that line */
	take_word *take;
	void *taken; /* what take fills in */
	struct err *err;
	int failed;
};

static char *next_line(char *buf, int size, void *stream)
{
	struct reading *reading = stream;
	char *line = fgets(buf, size, reading->file);

	if (!line)
		return NULL;
	reading->line++;
	/* inih would take the rest for a line of its own */
	if (!strchr(line, '\n') && !feof(reading->file) && !reading->failed) {
		reading->failed = err_say(reading->err, E2BIG, "%s:%d:%d: the line is too long",
					  reading->path, reading->line, size - 1);
		return NULL;
	}
	(void)snprintf(reading->text, sizeof(reading->text), "%s", line);
	/* inih takes an indented line for more of the value before it; nobody who indents means it
	 */
	memmove(line, line + strspn(line, " \t"), strlen(line + strspn(line, " \t")) + 1);
	return line;
}

/* From 1; where the word first stands after the "=" (for a value) or at all (for a key). */
static int column_of(const struct reading *reading, const char *word, bool is_value)
{
	const char *from = reading->text;
	const char *equals = strpbrk(from, "=:");
	const char *at;

	if (is_value && equals)
		from = equals + 1;
	at = strstr(from, word);
	return at ? (int)(at - reading->text) + 1 : 1;
}

static int take(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;
	bool at_value = false;
	int r;

	if (reading->failed)
		return 0;
	r = reading->take(section, name, value, &at_value, reading->err, reading->taken);
	if (r == 0)
		return 1;
	reading->failed = err_wrap(reading->err, r, "%s:%d:%d", reading->path, reading->line,
				   column_of(reading, at_value ? value : name, at_value));
	return 0;
}

static int read_stream(struct reading *reading)
{
	int line = ini_parse_stream(next_line, reading, take, reading);

	if (ferror(reading->file) && !reading->failed)
		reading->failed = err_set(reading->err, EIO, "cannot read %s", reading->path);
	(void)fclose(reading->file); /* only read from */
	if (!reading->failed && line != 0)
		return err_say(reading->err, EINVAL, "%s:%d:1: neither [section] nor key = value",
			       reading->path, line > 0 ? line : 1);
	return reading->failed;
}

static int take_conf(const char *section, const char *key, const char *value, bool *ret_at_value,
		     struct err *err, void *ctx)
{
	return conf_set(ctx, section, key, value, ret_at_value, err);
}

static int take_of_tree(const char *section, const char *key, const char *value, bool *ret_at_value,
			struct err *err, void *ctx)
{
	return tree_conf_set(ctx, section, key, value, ret_at_value, err);
}

/* One file, on top of what ret has already. */
static int read_file(const char *path, struct conf *ret, struct err *err)
{
	struct reading reading = { .path = path, .take = take_conf, .taken = ret, .err = err };

	reading.file = fopen(path, "re");
	if (!reading.file)
		return err_set(err, errno, "cannot read %s", path);
	return read_stream(&reading);
}

int conf_file_read_tree(const char *tree, struct tree_conf *ret, struct err *err)
{
	char path[PATH_SIZE];
	struct reading reading = { .path = path, .take = take_of_tree, .taken = ret, .err = err };
	FD_CLEANUP int fd = -1;
	struct stat st;
	int r = files_path(path, err, "%s/" TREE_CONF, tree);

	*ret = (struct tree_conf){ 0 };
	if (r < 0)
		return r;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_set(err, errno, "cannot read %s", path);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return err_say(err, EINVAL, "%s is no regular file", path);
	reading.file = fdopen(fd, "r");
	if (!reading.file)
		return err_set(err, errno, "cannot read %s", path);
	(void)fd_steal(&fd); /* the stream's now */
	return read_stream(&reading);
}

static int is_part(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && str_ends(entry->d_name, ".conf");
}

static int read_part(const char *dir, const char *name, struct err *err, void *ctx)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s", dir, name);

	return r < 0 ? r : read_file(path, ctx, err);
}

/* False if nothing can be there; what cannot be looked at is there, and reading it says why. */
static bool may_exist(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 || (errno != ENOENT && errno != ENAMETOOLONG);
}

int conf_file_read(const char *path, struct conf *ret, struct err *err)
{
	const char *file = path ? path : CONF_FILE_DEFAULT;
	struct files_names parts = { .select = is_part, .each = read_part, .ctx = ret };
	char dir[PATH_SIZE];
	int r = files_path(dir, err, "%s" CONF_PARTS, file);

	if (r < 0)
		return r;
	conf_init(ret);
	if (path || may_exist(file)) {
		r = read_file(file, ret, err);
		if (r < 0)
			return r;
	}
	return may_exist(dir) ? files_each_name(dir, &parts, err) : 0;
}
