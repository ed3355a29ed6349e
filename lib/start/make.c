/* SPDX-License-Identifier: MIT */
/* Runs the tree's own Python with the maker, a library of ours, loaded into it. */
#include "start/make.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/label.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/scrub.h"
#include "core/start_baked.h"
#include "core/start_judge.h"
#include "core/start_layout.h"
#include "core/str.h"
#include "start/process.h"
#include "start/proof.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/programs.h"

#define NEW "new" /* an image that is being made */

enum {
	AGAIN = 75,   /* the maker's status for addresses that an image must not have */
	TRIES = 16,   /* each has other addresses */
	WAYS_MAX = 8, /* images that are proven together */
	ENVIRONMENT_MAX = 12,
};

static int put(char *dst, size_t size, const char *text, struct err *err)
{
	return str_copy(dst, size, text) < 0
		       ? err_say(err, ENAMETOOLONG, "%.64s...: too long for an image", text)
		       : 0;
}

/* The path of something in the folder of images, as the process sees it. */
static int show(const struct start_python *python, const char *path, char ret[PATH_SIZE],
		struct err *err)
{
	struct text text;

	text_init(&text, ret, PATH_SIZE);
	text_add(&text, python->shown ? python->shown : "");
	text_add(&text, path + (python->shown ? strlen(python->folder) : 0));
	return text_check(&text) < 0 ? err_set(err, ENAMETOOLONG, "%s", path) : 0;
}

int start_make_baked(const struct start_python *python, const char *folder, unsigned serials,
		     struct start_baked *ret, struct err *err)
{
	struct start_baked baked = {
		.size = sizeof(baked),
		.version = START_BAKED_VERSION,
		.serials = serials,
		.flags = python->id[0] ? 0 : START_BAKED_WATCH,
	};
	char shown[PATH_SIZE];
	int r = show(python, folder, shown, err);

	memcpy(baked.magic, START_BAKED_MAGIC_A, 8);
	memcpy(baked.magic + 8, START_BAKED_MAGIC_B, 8);
	if (r == 0)
		r = put(baked.folder, sizeof(baked.folder), shown, err);
	if (r == 0)
		r = put(baked.interpreter, sizeof(baked.interpreter), python->interpreter, err);
	if (r == 0)
		r = put(baked.program, sizeof(baked.program), python->program, err);
	if (r == 0)
		r = put(baked.id, sizeof(baked.id), python->id, err);
	if (r < 0)
		return r;
	/* one that is too long is no image's, that is all */
	if (str_copy(baked.locale, sizeof(baked.locale), python->locale) < 0)
		baked.locale[0] = '\0';
	*ret = baked;
	return 0;
}

static int write_restorer(const struct folder *folder, const char *bytes, size_t n, struct err *err)
{
	FD_CLEANUP int fd = below_create(folder->fd, START_RESTORER, 0600);
	int r = fd < 0 ? fd : fd_write_all(fd, bytes, n);

	if (r == 0)
		r = fd_chmod(fd, 0755);
	if (r < 0)
		return err_set(err, -r, "cannot write %s/" START_RESTORER, folder->path);
	return label_program(fd, START_RESTORER, err);
}

int start_make_restorer(const struct folder *folder, const struct start_baked *baked,
			struct err *err)
{
	FILES_FREE char *bytes = NULL;
	struct start_baked *place;
	char path[PATH_SIZE];
	size_t n;
	int r = programs_find("restorer", path, sizeof(path), err);

	if (r == 0)
		r = files_read(path, &bytes, &n, err);
	if (r < 0)
		return r;
	place = start_baked_find(bytes, n);
	if (!place || place->size != sizeof(*place) || place->version != START_BAKED_VERSION)
		return err_say(err, EINVAL,
			       "%s is of another version of BusyPy (Hint: make install)", path);
	*place = *baked;
	return write_restorer(folder, bytes, n, err);
}

/* -- the maker ------------------------------------------------------------------------------ */

/* The last line that it has said, as a sentence. */
static int complain(int complaint, int status, struct err *err)
{
	char said[1024], *line;
	ssize_t n = lseek(complaint, 0, SEEK_END);

	n = n < 0 ? n
		  : fd_read_at(complaint, said, sizeof(said) - 1,
			       n < (off_t)sizeof(said) ? 0 : n - (off_t)sizeof(said) + 1);
	said[n > 0 ? n : 0] = '\0';
	while (n > 0 && said[n - 1] == '\n')
		said[--n] = '\0';
	line = strrchr(said, '\n');
	line = line ? line + 1 : said;
	if (WIFSIGNALED(status))
		return err_say(err, EPROTO, "its maker was killed by signal %d", WTERMSIG(status));
	return err_say(err, EPROTO, "its maker says: %.256s", line[0] ? line : "nothing");
}

/* One try; the exit status or -errno. */
static int run_maker(const struct start_python *python, struct start_words *words, int library,
		     int image, const struct folder *folder, struct err *err)
{
	FD_CLEANUP int complaint = memfd_create("complaint", MFD_CLOEXEC);
	char made[PATH_SIZE], id[START_ID_SIZE + 32];
	char *envp[] = { "PATH=/usr/bin:/bin",
			 "HOME=/nonexistent",
			 "LD_BIND_NOW=1",
			 "LD_PRELOAD=/proc/self/fd/3",
			 "BUSYPY_START_OUT=4",
			 id,
			 words->locale[0] ? words->locale : NULL,
			 NULL };
	struct start_process process = {
		.view = python->view,
		.view_ino = python->view_ino,
		.file = python->interpreter,
		.argv = (char *const *)words->argv,
		.envp = envp,
		.library = library,
		.image = image,
		.made = made,
		.folder = python->folder,
		.output = complaint,
		.complaint = complaint,
		.elsewhere = python->elsewhere,
		.ctx = python->ctx,
	};
	char path[PATH_SIZE];
	int status, r = path_join(path, sizeof(path), folder->path, NEW);

	if (r == 0)
		r = show(python, path, made, err);
	if (r < 0)
		return err_set(err, -r, "%s", folder->path);
	if (complaint < 0)
		return err_set(err, errno, "cannot make a memory file");
	(void)snprintf(id, sizeof(id), "BUSYPY_START_ID=%s", python->id);
	r = start_process_run(&process, &status, err);
	if (r < 0)
		return r;
	if (WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == AGAIN))
		return WEXITSTATUS(status);
	return complain(complaint, status, err);
}

/* Makes it under another name; until its addresses suit. */
static int try_maker(const struct start_python *python, struct start_words *words, int library,
		     const struct folder *folder, struct err *err)
{
	int r = AGAIN;

	for (unsigned i = 0; r == AGAIN && i < TRIES; i++) {
		FD_CLEANUP int fd = -1;

		r = folder_remove(folder, NEW, err);
		if (r < 0)
			return r;
		fd = below_create(folder->fd, NEW, 0600);
		if (fd < 0)
			return err_set(err, -fd, "cannot create %s/" NEW, folder->path);
		r = run_maker(python, words, library, fd, folder, err);
		if (r == 0)
			r = fd_chmod(fd, 0444);
	}
	return r <= 0 ? r
		      : err_say(err, EAGAIN, "%d times it had addresses that no image can have",
				TRIES);
}

int start_make_image(const struct start_python *python, const struct folder *folder,
		     const struct start_baked *baked, unsigned kind, const char *name,
		     struct err *err)
{
	FD_CLEANUP int library = -1;
	struct start_words words;
	char path[PATH_SIZE];
	int r = start_kind_words(kind, baked, &words);

	if (r < 0)
		return err_say(err, EINVAL, "there is no kind %u of images", kind);
	r = programs_find("start-maker.so", path, sizeof(path), err);
	if (r < 0)
		return r;
	library = open(path, O_RDONLY | O_CLOEXEC);
	if (library < 0)
		return err_set(err, errno, "cannot open %s", path);
	r = try_maker(python, &words, library, folder, err);
	return r < 0 ? r : folder_move(folder, NEW, folder, name, err);
}

/* -- the proof ------------------------------------------------------------------------------ */

/* As the loader and services say it: by variables, where there are any. */
static void fill_environment(const struct start_python *python, unsigned kind,
			     struct start_words *words, char *ret[ENVIRONMENT_MAX])
{
	size_t n = 0;

	ret[n++] = "PATH=/usr/bin:/bin";
	ret[n++] = "HOME=/nonexistent";
	if (words->locale[0])
		ret[n++] = words->locale;
	if (kind & START_UNBUFFERED)
		ret[n++] = "PYTHONUNBUFFERED=1";
	if (kind & START_NO_BYTECODE)
		ret[n++] = "PYTHONDONTWRITEBYTECODE=1";
	if (kind & START_NO_USER_SITE)
		ret[n++] = python->view ? "PYTHONNOUSERSITE=1" : SCRUB_NO_USER_SITE;
	ret[n] = NULL;
}

int start_make_sure(const struct start_python *python, const struct folder *folder,
		    const struct folder *const *tried, size_t n, unsigned kind, struct err *err)
{
	char files[WAYS_MAX][PATH_SIZE], *envp[ENVIRONMENT_MAX];
	char *argv[] = { (char *)python->program, kind & START_ISOLATED ? "-I" : NULL, NULL };
	struct start_process process = { .view = python->view,
					 .view_ino = python->view_ino,
					 .envp = envp,
					 .library = -1,
					 .folder = python->folder,
					 .elsewhere = python->elsewhere,
					 .ctx = python->ctx };
	struct start_way ways[WAYS_MAX];
	struct start_baked baked = { .program = "/" };
	struct start_words words;
	char scripts[PATH_SIZE], *asked[ENVIRONMENT_MAX + 1] = { "BUSYPY_START_DEBUG=1" };
	const struct start_proof proof = { .process = &process,
					   .folder = folder,
					   .shown = scripts,
					   .asked = asked,
					   .plain = { python->program, argv },
					   .restored = ways,
					   .n = n };

	(void)str_copy(baked.locale, sizeof(baked.locale), python->locale); /* else it is no kind */
	if (n > WAYS_MAX || start_kind_words(kind, &baked, &words) < 0)
		return err_say(err, EINVAL, "there is no kind %u of images", kind);
	if (show(python, folder->path, scripts, err) < 0)
		return -ENAMETOOLONG;
	fill_environment(python, kind, &words, envp);
	memcpy(asked + 1, envp, sizeof(envp));
	for (size_t i = 0; i < n; i++) {
		char path[PATH_SIZE];
		int r = path_join(path, sizeof(path), tried[i]->path, START_RESTORER);

		r = r < 0 ? err_set(err, -r, "%s", tried[i]->path)
			  : show(python, path, files[i], err);
		if (r < 0)
			return r;
		ways[i] = (struct start_way){ files[i], argv };
	}
	return start_proof_run(&proof, err);
}
