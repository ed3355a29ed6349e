/* SPDX-License-Identifier: MIT */
/* The version is made here, whole, in a temporary folder; rsync brings it over beside the others,
 * and a shell there does by remote.sh what publish.c does: the lock, the sums, the renames. */
#include "export/remote.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/program.h"
#include "base/ssh.h"
#include "base/tempdir.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "core/version_line.h"
#include "export/dir.h"
#include "export/export.h"
#include "export/manifest.h"
#include "export/publish.h"
#include "sys/trust.h"
#include "remote_sh.h"

struct sending {
	const struct publish_request *request;
	char host[256];
	char path[PATH_SIZE]; /* there */
	struct ssh ssh;
	char current[VERSION_ID_SIZE], newest[VERSION_ID_SIZE]; /* "" for none */
	uint64_t newest_time;
	bool taken;	       /* the id that was asked for is there already */
	struct tempdir work;   /* where it is made */
	struct folder version; /* here, complete */
	struct version_record record;
};

bool remote_names_export(const char *export)
{
	return export[strcspn(export, ":/")] == ':';
}

static int split(struct sending *s, struct err *err)
{
	size_t n = strcspn(s->request->export, ":");

	const char *path = s->request->export + n + 1;

	if (!*path || str_copy_bytes(s->host, sizeof(s->host), s->request->export, n) < 0)
		return err_say(err, EINVAL, "'%s' is not HOST:PATH", s->request->export);
	/* else mkdir and cd would take "-x" for an option, rsync ":x" for a daemon's module */
	return files_path(s->path, err, "%s%s", *path == '-' || *path == ':' ? "./" : "", path);
}

/* The first line is what current is; then follow the versions with their times. */
static int read_versions(struct sending *s, char *text, struct err *err)
{
	char *line = text, *next;
	uint64_t time;

	for (unsigned number = 0; *line; line = next, number++) {
		char *blank;

		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		if (number == 0 && *line) {
			const char *id = export_layout_target(line);

			if (!id || !version_id_valid(id))
				return err_say(err, EINVAL,
					       "%s: %s/current is not a link to versions/ID",
					       s->host, s->path);
			(void)str_copy(s->current, sizeof(s->current), id); /* fits */
		}
		blank = strchr(line, ' ');
		if (number == 0 || !blank)
			continue;
		*blank = '\0';
		if (!version_id_valid(line) || str_to_u64(blank + 1, 10, &time) < 0)
			continue; /* no version of ours */
		if (s->request->id && str_eq(line, s->request->id))
			s->taken = true;
		if (time >= s->newest_time) {
			s->newest_time = time;
			(void)str_copy(s->newest, sizeof(s->newest), line); /* fits */
		}
	}
	return 0;
}

/* Runs a step on the export. Caller frees *ret_output. */
static int do_there(struct sending *s, const char *name, char **ret_output, struct err *err)
{
	FILES_FREE char *quoted = ssh_quote(s->path);
	char step[PATH_SIZE];
	int r;

	if (!quoted)
		return err_set(err, ENOMEM, "cannot go on");
	r = files_path(step, err, "%s %s", name, quoted);
	if (r < 0)
		return r;
	return ssh_do(&s->ssh, step, ret_output, err);
}

/* A line of owners(): a folder on the way there, the export or its versions. In a sticky one only
 * the owner of a name can replace what it stands for. */
static int judge_owner(const struct sending *s, const char *line, const char *export,
		       struct err *err)
{
	const struct trust trust = { 0 }; /* root's alone */
	char path[PATH_SIZE];
	unsigned uid, mode;
	struct stat st = { 0 };
	int at = 0, r;

	if (sscanf(line, "%u %x %n", &uid, &mode, &at) != 2 || line[at] != '/')
		return err_say(err, EIO, "%s: cannot tell who owns what is on the way to %s",
			       s->host, s->path);
	r = files_path(path, err, "%s:%.*s", s->host, (int)strcspn(line + at, "\n"), line + at);
	if (r < 0)
		return r;
	st.st_uid = uid;
	st.st_mode = mode;
	if ((mode & S_ISVTX) && !path_below(path + strlen(s->host) + 1, export))
		st.st_mode &= ~(mode_t)(S_IWGRP | S_IWOTH);
	return trust_state(&trust, &st, path, err);
}

/* The rule of sys/trust, there. */
static int judge_owners(const struct sending *s, const char *lines, const char *export,
			struct err *err)
{
	for (const char *line = lines; *line; line += strcspn(line, "\n"), line += *line != '\0') {
		int r = *line == '\n' ? 0 : judge_owner(s, line, export, err);

		if (r < 0)
			return r;
	}
	return 0;
}

/* The rules that base/destination and export/dir apply here. text is what survey() says. */
static int judge(const struct sending *s, const char *text, struct err *err)
{
	struct destination there = { .content = DESTINATION_OTHER };
	const char *line = text ? strchr(text, '\n') : NULL;
	char given[PATH_SIZE], real[PATH_SIZE];
	struct err why = { 0 };
	const char *next;
	int r, owners;

	if (!line)
		return err_say(err, EIO, "%s: cannot tell what %s is", s->host, s->path);
	if (str_starts(text, "absent "))
		there.content = DESTINATION_ABSENT;
	else if (str_starts(text, "empty "))
		there.content = DESTINATION_EMPTY;
	else if (str_starts(text, "export "))
		there.content = DESTINATION_OURS;
	there.home = line - text >= 5 && memcmp(line - 5, " home", 5) == 0;
	r = files_path(given, err, "%s:%s", s->host, s->path);
	if (r < 0)
		return r;
	r = files_path(real, err, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
	if (r < 0)
		return r;
	if (!path_canonical(real))
		return err_say(err, EINVAL, "%s: cannot tell where %s is", s->host, s->path);
	there.system = destination_system(real, &there.within);
	next = line + 1 + strcspn(line + 1, "\n");
	owners = judge_owners(s, *next ? next + 1 : next, real, &why);
	r = files_path(real, err, "%s:%.*s", s->host, (int)strcspn(line + 1, "\n"), line + 1);
	if (r < 0)
		return r;
	there.given = given;
	there.real = real;
	r = destination_judge(&there, DESTINATION_EXPORT, 0, err);
	if (r == 0 && owners < 0 && err)
		*err = why;
	return r < 0 ? r : owners;
}

static int begin(struct sending *s, struct err *err)
{
	FILES_FREE char *found = NULL, *versions = NULL;
	int r = ssh_open(&s->ssh, s->host, remote_sh, err);

	if (r < 0)
		return r;
	r = do_there(s, "survey", &found, err);
	if (r < 0)
		return r;
	r = judge(s, found, err);
	if (r < 0)
		return r;
	r = do_there(s, "begin", &versions, err);
	if (r < 0)
		return r;
	return read_versions(s, versions, err);
}

/* -- the version, here ---------------------------------------------------------------------- */

/* A version as it was published here is sent as it is. */
static bool is_version(struct sending *s)
{
	FOLDER_CLEANUP struct folder source = FOLDER_NONE, version = FOLDER_NONE;
	EXPORT_CLEANUP struct export_dir *dir = NULL;
	char export[PATH_SIZE];
	const char *id;

	if (s->request->id || export_open_source(s->request->source, &source, NULL) < 0 ||
	    !export_of_tree(source.path, export, &id) ||
	    export_open(export, EXPORT_WORK, &dir, NULL) < 0 ||
	    export_version(dir, id, &s->record, NULL) < 0 ||
	    export_enter(dir, id, &version, NULL) < 0 ||
	    version_manifest_verify(&version, NULL) < 0)
		return false;
	s->version = version;
	version.fd = -1;
	return true;
}

static int make_version(struct sending *s, struct err *err)
{
	EXPORT_CLEANUP struct export_dir *dir = NULL;
	struct publish_request request = *s->request;
	struct publish_report report;
	int r;

	if (is_version(s))
		return 0;
	r = tempdir_make(&s->work, err);
	if (r < 0)
		return r;
	request.export = s->work.dir;
	request.after = s->newest_time;
	r = publish(&request, &report, err);
	if (r < 0)
		return r;
	r = export_open(s->work.dir, EXPORT_WORK, &dir, err);
	if (r < 0)
		return r;
	r = export_enter(dir, report.id, &s->version, err);
	if (r < 0)
		return r;
	return export_version(dir, report.id, &s->record, err);
}

/* -- the way over --------------------------------------------------------------------------- */

static int send_version(const struct sending *s, const char *temporary, struct err *err)
{
	char from[PATH_SIZE], to[PATH_SIZE];
	char current[VERSION_ID_SIZE + 32], newest[VERSION_ID_SIZE + 32];
	const char *argv[12] = { "rsync", "-rlpHcs", "--delay-updates", "-e", ssh_program() };
	size_t n = 5;
	int r = files_path(from, err, "%s/", s->version.path);

	if (r < 0)
		return r;
	r = files_path(to, err, "%s:%s/" EXPORT_VERSIONS "/%s/", s->host, s->path, temporary);
	if (r < 0)
		return r;
	(void)snprintf(current, sizeof(current), "--link-dest=../%s", s->current);
	(void)snprintf(newest, sizeof(newest), "--link-dest=../%s", s->newest);
	if (s->current[0])
		argv[n++] = current;
	if (s->newest[0] && !str_eq(s->newest, s->current))
		argv[n++] = newest;
	argv[n++] = "--";
	argv[n++] = from;
	argv[n++] = to;
	r = program_do(&(struct program){ .argv = argv }, NULL, "rsync failed", err);
	return r == -ENOENT ? err_hint(err, r, "install rsync here and on %s", s->host) : r;
}

/* A line for sha256sum -c: a name with a backslash or line feed is escaped its way. */
static void put_sum(FILE *out, const char *sum, const char *path)
{
	bool odd = path[strcspn(path, "\\\n\r")];

	(void)fprintf(out, "%s%s  ", odd ? "\\" : "", sum);
	for (; *path; path++) {
		if (*path == '\\' || *path == '\n' || *path == '\r')
			(void)fprintf(out, "\\%c",
				      *path == '\n'   ? 'n'
				      : *path == '\r' ? 'r'
						      : '\\');
		else
			(void)fputc(*path, out);
	}
	(void)fputc('\n', out);
}

static size_t count_files(const struct version_manifest *manifest)
{
	size_t n = 0;

	for (size_t i = 0; i < manifest->n; i++)
		n += manifest->lines[i].type == VERSION_FILE;
	return n;
}

/* Every byte is read again on the other side. */
static int prove(struct sending *s, const char *temporary, struct err *err)
{
	VERSION_MANIFEST_CLEANUP struct version_manifest manifest = { 0 };
	FILES_FREE char *step = NULL;
	size_t size;
	FILE *out;
	int r = version_manifest_read(&s->version, &manifest, err);

	if (r < 0)
		return r;
	out = open_memstream(&step, &size);
	if (out) {
		(void)fprintf(out, "prove '%s' %zu <<'BUSYPY END'\n", temporary,
			      count_files(&manifest) + 1);
		for (size_t i = 0; i < manifest.n; i++) {
			if (manifest.lines[i].type == VERSION_FILE)
				put_sum(out, manifest.lines[i].sum, manifest.lines[i].path);
		}
		put_sum(out, s->record.manifest, TREE_VERSION_MANIFEST);
		(void)fputs("BUSYPY END", out);
	}
	if (!out || fclose(out) != 0)
		return err_set(err, ENOMEM, "cannot list the files");
	return ssh_do(&s->ssh, step, NULL, err);
}

/* It comes over as versions/TEMPORARY, and becomes a version when every byte is proven. */
static int place(struct sending *s, const char *temporary, struct err *err)
{
	char step[PATH_SIZE];
	int r = send_version(s, temporary, err);

	if (r < 0)
		return r;
	r = prove(s, temporary, err);
	if (r < 0)
		return r;
	r = files_path(step, err, "place '%s' '%s'", temporary, s->record.id);
	if (r < 0)
		return r;
	return ssh_do(&s->ssh, step, NULL, err);
}

static int send_all(struct sending *s, struct err *err)
{
	char temporary[VERSION_ID_SIZE + 32], step[PATH_SIZE];
	int r = begin(s, err);

	if (r < 0)
		return r;
	if (s->taken)
		return err_say(err, EEXIST,
			       "version %s is there already: a published version never changes",
			       s->request->id);
	r = make_version(s, err);
	if (r < 0)
		return r;
	/* of its own for each run: if this process is killed, its rsync may live a little longer */
	(void)snprintf(temporary, sizeof(temporary), "%s.%d.tmp", s->record.id, (int)getpid());
	r = place(s, temporary, err);
	if (r < 0 && files_path(step, NULL, "rm -rf 'versions/%s'", temporary) == 0)
		(void)ssh_do(&s->ssh, step, NULL, NULL); /* the next one does it */
	return r;
}

int remote_publish(const struct publish_request *request, struct publish_report *ret,
		   struct err *err)
{
	struct sending s = { .request = request, .ssh = { .fd = -1 }, .version = FOLDER_NONE };
	int r = split(&s, err);

	if (r == 0)
		r = send_all(&s, err);
	ssh_close(&s.ssh);
	folder_close(&s.version);
	tempdir_drop(&s.work);
	if (r < 0)
		return r;
	*ret = (struct publish_report){ .files = s.record.files, .bytes = s.record.bytes };
	memcpy(ret->id, s.record.id, sizeof(ret->id));
	return 0;
}
