/* SPDX-License-Identifier: MIT */
/* Reads, writes and proves manifests. */
#include "export/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/walk.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/sha256.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "core/version_line.h"
#include "export/file_index.h"
#include "export/file_sum.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/trust.h"

/* Far more lines than a tree has files. */
enum { TEXT_MAX = 1024 * 1024 * 1024 };

int version_manifest_add(struct version_manifest *manifest, const struct version_line *line,
			 struct err *err)
{
	struct version_line *copy;

	if (array_reserve(&manifest->lines, &manifest->room, manifest->n + 1,
			  sizeof(*manifest->lines)) < 0)
		return err_set(err, ENOMEM, "cannot list files");
	copy = &manifest->lines[manifest->n++];
	*copy = *line;
	copy->path = strdup(line->path);
	copy->sum = strdup(line->sum);
	copy->target = strdup(line->target);
	if (!copy->path || !copy->sum || !copy->target)
		return err_set(err, ENOMEM, "cannot list files");
	return 0;
}

void version_manifest_free(struct version_manifest *manifest)
{
	for (size_t i = 0; i < manifest->n; i++) {
		free((char *)manifest->lines[i].path); /* all three are our copies */
		free((char *)manifest->lines[i].sum);
		free((char *)manifest->lines[i].target);
	}
	free(manifest->lines);
	*manifest = (struct version_manifest){ 0 };
}

static int compare(const void *a, const void *b)
{
	const struct version_line *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int sort(struct version_manifest *manifest, struct err *err)
{
	if (manifest->n)
		qsort(manifest->lines, manifest->n, sizeof(*manifest->lines), compare);
	for (size_t i = 1; i < manifest->n; i++) {
		if (compare(&manifest->lines[i - 1], &manifest->lines[i]) == 0)
			return err_say(err, EEXIST, "%s is there twice", manifest->lines[i].path);
	}
	return 0;
}

int version_manifest_text(struct version_manifest *manifest, char **ret_text, size_t *ret_n,
			  struct err *err)
{
	FILES_FREE char *text = NULL;
	size_t room = 0, used = 0;
	int r;

	r = sort(manifest, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i <= manifest->n; i++) {
		if (array_reserve(&text, &room, used + VERSION_LINE_MAX, 1) < 0)
			return err_set(err, ENOMEM, "cannot write the manifest");
		if (i == manifest->n)
			break;
		r = version_line_format(&manifest->lines[i], text + used, room - used - 1);
		if (r < 0)
			return err_set(err, -r, "cannot write the manifest");
		used += strlen(text + used);
		text[used++] = '\n';
	}
	text[used] = '\0';
	*ret_text = text;
	*ret_n = used;
	text = NULL;
	return 0;
}

static int parse(const char *path, char *text, struct version_manifest *ret, struct err *err)
{
	size_t number = 0;

	for (char *line = text, *next; *line; line = next) {
		struct version_line parsed;
		int r;

		number++;
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		r = version_line_parse(line, &parsed);
		if (r < 0)
			return err_say(err, -r, "%s:%zu: no line of a manifest", path, number);
		r = version_manifest_add(ret, &parsed, err);
		if (r < 0)
			return r;
	}
	return sort(ret, err);
}

static int read_record(const struct folder *version, struct version_record *ret, struct err *err)
{
	char bytes[VERSION_RECORD_MAX + 1];
	ssize_t n = below_read(version->fd, TREE_VERSION_RECORD, bytes, sizeof(bytes));
	int r;

	if (n < 0)
		return err_set(err, (int)-n, "cannot read %s/" TREE_VERSION_RECORD, version->path);
	r = version_record_parse(bytes, (size_t)n, ret, err);
	if (r < 0)
		return err_wrap(err, r, "%s/" TREE_VERSION_RECORD, version->path);
	return 0;
}

int version_manifest_read(const struct folder *version, struct version_manifest *ret,
			  struct err *err)
{
	struct version_manifest manifest = { 0 };
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE], sum[SHA256_HEX_SIZE];
	struct version_record record;
	struct sha256 sha;
	size_t n;
	int r = read_record(version, &record, err);

	if (r < 0)
		return r;
	r = files_path(path, err, "%s/" TREE_VERSION_MANIFEST, version->path);
	if (r < 0)
		return r;
	r = folder_read(version, TREE_VERSION_MANIFEST, TEXT_MAX, &text, &n, err);
	if (r < 0)
		return r;
	sha256_init(&sha);
	sha256_add(&sha, text, n);
	sha256_end_hex(&sha, sum);
	if (!str_eq(sum, record.manifest) || strlen(text) != n)
		return err_say(err, EBADMSG, "%s is not the manifest that was recorded", path);
	r = parse(path, text, &manifest, err);
	if (r < 0) {
		version_manifest_free(&manifest);
		return r;
	}
	*ret = manifest;
	return 0;
}

/* -- proof ---------------------------------------------------------------------------------- */

struct proof {
	const struct version_manifest *manifest;
	size_t top;		/* bytes of the version's path and the slash */
	size_t n;		/* found */
	struct file_index seen; /* files of several names whose bytes were read */
};

static int check_link(const struct walk_entry *entry, const struct version_line *line,
		      struct err *err)
{
	char target[PATH_SIZE];
	int r = fd_read_link(entry->dir, entry->name, target, sizeof(target));

	if (r < 0)
		return err_set(err, -r, "cannot read %s", entry->path);
	return str_eq(target, line->target)
		       ? 0
		       : err_say(err, EBADMSG, "%s leads elsewhere than its manifest says",
				 entry->path);
}

static int refuse_bytes(const struct walk_entry *entry, struct err *err)
{
	return err_say(err, EBADMSG, "%s has other bytes than its manifest says", entry->path);
}

/* Their sum and size are those of a line that was proved. */
static int keep_seen(struct proof *proof, const struct stat *st, const struct version_line *line,
		     struct err *err)
{
	struct file_index_entry entry = {
		.size = line->size, .path = "", .dev = st->st_dev, .ino = st->st_ino
	};

	(void)str_copy(entry.sum, sizeof(entry.sum), line->sum); /* parsed: it fits */
	return file_index_add(&proof->seen, &entry) < 0
		       ? err_set(err, ENOMEM, "cannot compare files")
		       : 0;
}

/* The bytes of a file are read once, however many names it has. */
static int check_file(struct proof *proof, const struct walk_entry *entry,
		      const struct version_line *line, struct err *err)
{
	const struct file_index_entry *seen =
		file_index_find_inode(&proof->seen, entry->st->st_dev, entry->st->st_ino);
	FD_CLEANUP int fd = -1;
	char sum[SHA256_HEX_SIZE];
	struct stat st;
	int64_t size;

	if (seen)
		return seen->size == line->size && str_eq(seen->sum, line->sum)
			       ? 0
			       : refuse_bytes(entry, err);
	fd = openat(entry->dir, entry->name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_set(err, errno, "cannot read %s", entry->path);
	if (!S_ISREG(st.st_mode) || st.st_ino != entry->st->st_ino ||
	    st.st_dev != entry->st->st_dev)
		return err_say(err, EBADMSG, "%s has changed meanwhile", entry->path);
	if ((uint64_t)st.st_size == line->size) {
		size = file_sum(fd, sum);
		if (size < 0)
			return err_set(err, (int)-size, "cannot read %s", entry->path);
		if ((uint64_t)size == line->size && str_eq(sum, line->sum))
			return st.st_nlink > 1 ? keep_seen(proof, &st, line, err) : 0;
	}
	return refuse_bytes(entry, err);
}

static const mode_t types[] = { S_IFREG, S_IFDIR, S_IFLNK };

static int look_at(const struct folder *version, const struct version_line *line,
		   const struct trust *trust, struct err *err)
{
	char path[PATH_SIZE];
	struct stat st;
	int r = below_stat(version->fd, line->path, &st);

	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP)
		return err_say(err, EBADMSG, "%s/%s is missing", version->path, line->path);
	if (r < 0)
		return err_set(err, -r, "cannot look at %s/%s", version->path, line->path);
	if ((st.st_mode & S_IFMT) != types[line->type] ||
	    (line->type == VERSION_FILE && (uint64_t)st.st_size != line->size))
		return err_say(err, EBADMSG,
			       "%s/%s has another type or size than its manifest says",
			       version->path, line->path);
	if (path_join(path, sizeof(path), version->path, line->path) < 0)
		return err_set(err, ENAMETOOLONG, "%.64s...", line->path);
	return trust_state(trust, &st, path, err);
}

int version_manifest_look(const struct folder *version, const struct trust *trust, struct err *err)
{
	VERSION_MANIFEST_CLEANUP struct version_manifest manifest = { 0 };
	int r = version_manifest_read(version, &manifest, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < manifest.n; i++) {
		r = look_at(version, &manifest.lines[i], trust, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int prove(const struct walk_entry *entry, struct err *err, void *ctx)
{
	const struct stat *st = entry->st;
	const char *path = entry->path;
	struct proof *proof = ctx;
	struct version_line key = { .path = path + proof->top };
	const struct version_line *line;

	if (strlen(path) < proof->top || str_eq(key.path, TREE_VERSION_RECORD) ||
	    str_eq(key.path, TREE_VERSION_MANIFEST))
		return 0; /* the version itself, and what has its own sum */
	line = proof->manifest->n ? bsearch(&key, proof->manifest->lines, proof->manifest->n,
					    sizeof(key), compare)
				  : NULL;
	if (!line)
		return err_say(err, EBADMSG, "%s is not in the manifest", path);
	proof->n++;
	if ((st->st_mode & S_IFMT) != types[line->type] ||
	    (line->type != VERSION_LINK && (st->st_mode & 07777) != line->mode))
		return err_say(err, EBADMSG, "%s has another type or mode than its manifest says",
			       path);
	if (line->type == VERSION_LINK)
		return check_link(entry, line, err);
	return line->type == VERSION_FILE ? check_file(proof, entry, line, err) : 0;
}

/* Everything that was found is in it, once; so what is missing is the first that is not there. */
static int name_missing(const struct folder *version, const struct version_manifest *manifest,
			struct err *err)
{
	for (size_t i = 0; i < manifest->n; i++) {
		if (!folder_has(version, manifest->lines[i].path))
			return err_say(err, EBADMSG, "%s/%s is missing", version->path,
				       manifest->lines[i].path);
	}
	return err_say(err, EBADMSG, "%s has changed meanwhile", version->path);
}

int version_manifest_verify(const struct folder *version, struct err *err)
{
	VERSION_MANIFEST_CLEANUP struct version_manifest manifest = { 0 };
	struct proof proof = { .manifest = &manifest, .top = strlen(version->path) + 1 };
	int r = version_manifest_read(version, &manifest, err);

	if (r < 0)
		return r;
	r = folder_walk(version, ".", &(struct walk){ .each = prove, .ctx = &proof }, err);
	file_index_free(&proof.seen);
	if (r < 0)
		return r;
	return proof.n == manifest.n ? 0 : name_missing(version, &manifest, err);
}
