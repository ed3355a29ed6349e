/* SPDX-License-Identifier: MIT */
/* The order: room, restorer, images, proof, names. */
#include "start/provide.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/start_baked.h"
#include "core/start_image.h"
#include "core/start_layout.h"
#include "core/str.h"
#include "start/make.h"
#include "start/store.h"
#include "sys/below.h"
#include "sys/fd.h"

#define TRIED ".tried" /* of a folder: what is not proven yet */

enum { IMAGE_ABOUT = 20 << 20 }; /* bytes that one may take */

/* What holds the images of one kind until they are proven, each with a restorer of its own. */
struct trial {
	struct folder folder, of[START_SERIALS];
};

static void trial_end(struct trial *trial)
{
	for (unsigned i = 0; i < START_SERIALS; i++)
		folder_close(&trial->of[i]);
	folder_close(&trial->folder);
}

#define TRIAL_CLEANUP __attribute__((cleanup(trial_end)))

static int begin(const struct folder *folder, struct trial *ret, struct err *err)
{
	int r;

	*ret = (struct trial){ .folder = FOLDER_NONE };
	for (unsigned i = 0; i < START_SERIALS; i++)
		ret->of[i] = (struct folder)FOLDER_NONE;
	r = folder_remove(folder, TRIED, err);
	return r < 0 ? r : folder_make(folder, TRIED, &ret->folder, err);
}

/* One image and its restorer. */
static int make(const struct start_python *python, struct trial *trial, unsigned kind,
		unsigned serial, struct err *err)
{
	struct folder *of = &trial->of[serial];
	struct start_baked baked;
	char name[16], image[16];
	int r;

	(void)snprintf(name, sizeof(name), "%u", serial);
	r = folder_make(&trial->folder, name, of, err);
	if (r == 0)
		r = start_make_baked(python, of->path, 1, &baked, err);
	if (r == 0)
		r = start_make_restorer(of, &baked, err);
	if (r < 0)
		return r;
	(void)start_image_name(kind, 0, image, sizeof(image)); /* fits */
	return start_make_image(python, of, &baked, kind, image, err);
}

static int move(const struct folder *folder, const struct trial *trial, unsigned kind,
		struct err *err)
{
	char from[16], to[16];
	int r = 0;

	(void)start_image_name(kind, 0, from, sizeof(from)); /* fits, as the next */
	for (unsigned i = 0; r == 0 && i < START_SERIALS; i++) {
		(void)start_image_name(kind, i, to, sizeof(to));
		r = folder_move(&trial->of[i], from, folder, to, err);
	}
	return r;
}

/* Makes and proves all images of a kind; then they get their names. */
static int add_kind(const struct start_python *python, const struct folder *folder, unsigned kind,
		    struct err *err)
{
	TRIAL_CLEANUP struct trial trial;
	const struct folder *tried[START_SERIALS];
	int r = begin(folder, &trial, err);

	for (unsigned i = 0; r == 0 && i < START_SERIALS; i++) {
		tried[i] = &trial.of[i];
		r = make(python, &trial, kind, i, err);
	}
	if (r == 0)
		r = start_make_sure(python, &trial.folder, tried, START_SERIALS, kind, err);
	if (r == 0)
		r = move(folder, &trial, kind, err);
	(void)folder_remove(folder, TRIED, NULL); /* the reason is in err */
	return r;
}

/* What others may write into, and nobody can fill: it holds nothing that is not read. */
static int make_wanted(const struct folder *folder, struct err *err)
{
	if (mkfifoat(folder->fd, START_WANTED, 0600) < 0)
		return err_set(err, errno, "cannot create %s/" START_WANTED, folder->path);
	return below_chmod(folder->fd, START_WANTED, 0622) < 0
		       ? err_set(err, EPERM, "cannot open %s/" START_WANTED, folder->path)
		       : 0;
}

static int write_about(const struct start_request_of *request, const struct folder *folder,
		       struct err *err)
{
	char about[PATH_SIZE + 16];
	struct text text;

	text_init(&text, about, sizeof(about));
	text_addf(&text, "%s\n%s\n", request->key->tree, request->word);
	if (text_check(&text) < 0)
		return err_set(err, ENAMETOOLONG, "%s", request->key->tree);
	return folder_write(folder, START_ABOUT, about, strlen(about), 0644, err);
}

static int fill(const struct start_request_of *request, const struct folder *folder,
		struct err *err)
{
	struct start_python python = *request->python;
	struct start_baked baked;
	int r;

	python.folder = folder->path;
	r = start_make_baked(&python, folder->path, START_SERIALS, &baked, err);

	if (r == 0)
		r = start_make_restorer(folder, &baked, err);
	if (r == 0)
		r = make_wanted(folder, err);
	for (size_t i = 0; r == 0 && i < request->n_kinds; i++)
		r = add_kind(&python, folder, request->kinds[i], err);
	/* last: so it is known when it was made */
	return r < 0 ? r : write_about(request, folder, err);
}

static int make_room(const struct start_store *store, uint64_t space, size_t n_kinds,
		     const struct start_store_keep *keep, struct err *err)
{
	uint64_t needed = (uint64_t)IMAGE_ABOUT * START_SERIALS * n_kinds;
	int r = space > needed ? start_store_shrink(store, space - needed, keep, err) : 0;

	if (r < 0)
		return r;
	return r ? 0
		 : err_say(err, ENOSPC,
			   "there is no room for images (Hint: 'start-space' in busypy.conf(5) "
			   "gives more)");
}

int start_provide(const struct start_request_of *request, char ret[PATH_SIZE], struct err *err)
{
	START_STORE_CLEANUP struct start_store *store = NULL;
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	char key[START_KEY_SIZE];
	int r = start_store_open(START_STORE_ENABLED, &store, err);

	if (r == 0)
		r = make_room(store, request->space, request->n_kinds, request->keep, err);
	if (r < 0)
		return r;
	start_layout_key(request->key, key);
	r = start_store_make(store, key, &folder, err);
	if (r == 0)
		r = fill(request, &folder, err);
	if (r == 0)
		r = path_join(ret, PATH_SIZE, folder.path, START_RESTORER);
	if (r < 0)
		start_store_drop(store, key);
	return r;
}

int start_provide_kind(const struct start_python *asked, const char *key, unsigned kind,
		       uint64_t space, const struct start_store_keep *keep, struct err *err)
{
	struct start_python python = *asked;
	START_STORE_CLEANUP struct start_store *store = NULL;
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	char image[16];
	int r = start_store_open(START_STORE_ENABLED, &store, err);

	if (r == 0)
		r = start_store_enter(store, key, &folder, err);
	if (r < 0)
		return r;
	(void)start_image_name(kind, 0, image, sizeof(image)); /* fits */
	if (folder_has(&folder, image))
		return 0;
	python.folder = folder.path;
	r = make_room(store, space, 1, keep, err);
	return r < 0 ? r : add_kind(&python, &folder, kind, err);
}

/* -- of sandboxes --------------------------------------------------------------------------- */

static int make_once(const struct start_request_of *request, const struct start_store *store,
		     const char *key, struct folder *ret, struct err *err)
{
	struct start_request_of bare = *request;
	int r = make_room(store, request->space, request->n_kinds, request->keep, err);

	bare.n_kinds = 0;
	if (r == 0)
		r = start_store_make(store, key, ret, err);
	return r < 0 ? r : fill(&bare, ret, err);
}

/* What was found out before. */
static int recall(const struct folder *folder, const char *name, struct err *err)
{
	ARRAY_FREE char *why = NULL;
	size_t n;

	if (!folder_has(folder, name))
		return 0;
	if (folder_read(folder, name, ERR_TEXT_MAX, &why, &n, err) < 0)
		return -EIO;
	return err_say(err, EPROTO, "%s", why);
}

static int add_once(const struct start_request_of *request, const struct folder *folder,
		    struct err *err)
{
	struct start_python python = *request->python;
	char image[16], plain[32];
	int r;

	python.folder = folder->path;
	(void)start_image_name(request->kinds[0], 0, image, sizeof(image)); /* fits */
	if (folder_has(folder, image))
		return 0;
	(void)snprintf(plain, sizeof(plain), "plain.%u", request->kinds[0]);
	r = recall(folder, plain, err);
	if (r < 0)
		return r;
	r = add_kind(&python, folder, request->kinds[0], err);
	if (r == -EPROTO)
		(void)folder_write(folder, plain, err->text, strlen(err->text), 0644, NULL);
	return r;
}

int start_provide_once(const struct start_request_of *request, char ret[PATH_SIZE], struct err *err)
{
	START_STORE_CLEANUP struct start_store *store = NULL;
	FOLDER_CLEANUP struct folder folder = FOLDER_NONE;
	char key[START_KEY_SIZE];
	int r = start_store_open(START_STORE_RUNS, &store, err);

	if (r < 0)
		return r;
	start_layout_key(request->key, key);
	if (start_store_enter(store, key, &folder, NULL) < 0 || !folder_has(&folder, START_ABOUT)) {
		folder_close(&folder);
		r = make_once(request, store, key, &folder, err);
	}
	if (r == 0)
		r = add_once(request, &folder, err);
	return r < 0 ? r : fd_where(folder.fd, ret, PATH_SIZE);
}
