/* SPDX-License-Identifier: MIT */
/* Reads a wheel's own files about itself, and refuses what pip refuses. */
#include "add/wheel_info.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "add/add.h"
#include "add/work.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/listener.h"
#include "core/dist_name.h"
#include "core/err.h"
#include "core/metadata.h"
#include "core/pep440.h"
#include "core/str.h"
#include "core/wheel_name.h"

/* The one folder with metadata. */
struct found {
	const char *from;
	struct wheel_info *info;
};

static int is_info(const struct dirent *entry)
{
	return str_ends(entry->d_name, ".dist-info");
}

static int take_folder(const char *dir, const char *name, struct err *err, void *ctx)
{
	const struct found *found = ctx;

	(void)dir;
	if (found->info->folder[0])
		return err_say(err, EINVAL, "%s is no wheel: it has two .dist-info, %s and %s",
			       found->from, found->info->folder, name);
	if (str_copy(found->info->folder, sizeof(found->info->folder), name) < 0)
		return err_say(err, EINVAL, "%s is no wheel: its .dist-info has too long a name",
			       found->from);
	return 0;
}

/* A file of it that must be there. Caller frees. */
static int read_text(const char *dir, const char *from, const struct wheel_info *info,
		     const char *name, char **ret, size_t *ret_n, struct err *err)
{
	char path[PATH_SIZE];
	int r = files_path(path, err, "%s/%s/%s", dir, info->folder, name);

	if (r < 0)
		return r;
	if (!exact_exists(path))
		return err_say(err, EINVAL, "%s is no wheel: its %s has no %s", from, info->folder,
			       name);
	return exact_read(path, ret, ret_n, err);
}

/* A field that must be there. */
static int take(const char *from, const char *file, const char *text, size_t n, const char *name,
		char ret[WHEEL_INFO_TEXT_MAX], struct err *err)
{
	int r = metadata_find(text, n, name, ret, WHEEL_INFO_TEXT_MAX);

	if (r == 0)
		return err_say(err, EINVAL, "%s: its %s has no %s", from, file, name);
	return r < 0 ? err_say(err, EINVAL, "%s: cannot understand %s in its %s", from, name, file)
		     : 0;
}

/* -- WHEEL ---------------------------------------------------------------------------------- */

/* PEP 427: a larger first number is refused, a larger second one is warned of. */
static int check_format(const struct add *add, const char *from, const char *version,
			struct err *err)
{
	struct pep440 number;

	if (pep440_parse(version, strlen(version), &number) < 0)
		return err_say(err, EINVAL, "%s: its Wheel-Version is no version: %s", from,
			       version);
	if (number.release[0] > 1)
		return err_say(err, EINVAL,
			       "%s: its Wheel-Version is %s, and only 1.0 is known here", from,
			       version);
	if (number.release[0] == 1 && number.release[1] > 0)
		listener_warn(add->request->listener,
			      "%s: its Wheel-Version is %s, and only 1.0 is known here", from,
			      version);
	return 0;
}

static int read_wheel(const struct add *add, const char *dir, const char *from,
		      struct wheel_info *info, struct err *err)
{
	char version[WHEEL_INFO_TEXT_MAX];
	size_t n;
	int r = read_text(dir, from, info, "WHEEL", &info->wheel, &n, err);

	if (r < 0)
		return r;
	r = take(from, "WHEEL", info->wheel, n, "Wheel-Version", version, err);
	return r < 0 ? r : check_format(add, from, version, err);
}

/* The tags of the next line of WHEEL that has some. */
static bool next_tags(struct metadata *metadata, struct wheel_tags *ret)
{
	struct metadata_field field;

	while (metadata_next(metadata, &field) > 0) {
		if (metadata_is(&field, "Tag") &&
		    wheel_tags_parse(field.value, field.n_value, ret) == 0)
			return true;
	}
	return false;
}

int wheel_info_fit(const struct wheel_info *info, const struct wheel_target *target,
		   unsigned *ret_libc)
{
	struct metadata metadata = { info->wheel, strlen(info->wheel) };
	enum wheel_fit best = WHEEL_OTHER_SYSTEM;
	struct wheel_tags tags;
	unsigned libc;

	*ret_libc = 0;
	while (next_tags(&metadata, &tags)) {
		enum wheel_fit fit = wheel_tags_fit(&tags, target, &libc);

		if (fit > best)
			*ret_libc = libc;
		if (fit > best)
			best = fit;
	}
	return (int)best;
}

bool wheel_info_any(const struct wheel_info *info)
{
	struct metadata metadata = { info->wheel, strlen(info->wheel) };
	struct wheel_tags tags;

	while (next_tags(&metadata, &tags)) {
		if (wheel_tags_any(&tags))
			return true;
	}
	return false;
}

/* -- METADATA ------------------------------------------------------------------------------- */

static int read_metadata(const char *dir, const char *from, struct wheel_info *info,
			 struct err *err)
{
	FILES_FREE char *text = NULL;
	struct pep440 version;
	size_t n;
	int r = read_text(dir, from, info, "METADATA", &text, &n, err);

	if (r < 0)
		return r;
	r = take(from, "METADATA", text, n, "Name", info->name, err);
	if (r < 0)
		return r;
	r = take(from, "METADATA", text, n, "Version", info->version, err);
	if (r < 0)
		return r;
	if (metadata_find(text, n, "Requires-Python", info->requires_python,
			  sizeof(info->requires_python)) < 0)
		return err_say(err, EINVAL, "%s: cannot understand Requires-Python in its METADATA",
			       from);
	if (dist_name_normalise(info->name, strlen(info->name), info->key) < 0)
		return err_say(err, EINVAL, "%s: '%s', the Name in its METADATA, is none", from,
			       info->name);
	if (pep440_parse(info->version, strlen(info->version), &version) < 0)
		return err_say(err, EINVAL, "%s: '%s', the Version in its METADATA, is none", from,
			       info->version);
	return 0;
}

/* -- names ---------------------------------------------------------------------------------- */

static bool same_version(const char *one, const char *other)
{
	struct pep440 versions[2];

	return pep440_parse(one, strlen(one), &versions[0]) == 0 &&
	       pep440_parse(other, strlen(other), &versions[1]) == 0 &&
	       pep440_compare(&versions[0], &versions[1]) == 0;
}

/* NAME-VERSION.dist-info of the same name; tools spell its version in several ways. */
static int check_folder(const char *from, const struct wheel_info *info, struct err *err)
{
	char name[WHEEL_INFO_TEXT_MAX];

	(void)str_copy_bytes(name, sizeof(name), info->folder, /* shorter */
			     strlen(info->folder) - strlen(".dist-info"));
	if (strrchr(name, '-'))
		*strrchr(name, '-') = '\0';
	return dist_name_same(name, info->name)
		       ? 0
		       : err_say(err, EINVAL, "%s: its metadata is of %s, but in %s", from,
				 info->name, info->folder);
}

static int check_named(const char *from, const struct wheel_name *named,
		       const struct wheel_info *info, struct err *err)
{
	if (!dist_name_same(named->name, info->name))
		return err_say(err, EINVAL, "%s: its metadata is of %s", from, info->name);
	if (!same_version(named->version, info->version))
		return err_say(err, EINVAL, "%s: its metadata is of version %s", from,
			       info->version);
	return 0;
}

int wheel_info_read(const struct add *add, const char *dir, const char *from,
		    const struct wheel_name *named, struct wheel_info *ret, struct err *err)
{
	struct found found = { .from = from, .info = ret };
	FILES_FREE char *record = NULL;
	size_t n;
	int r;

	memset(ret, 0, sizeof(*ret));
	r = exact_each_name(
		dir, &(struct files_names){ .select = is_info, .each = take_folder, .ctx = &found },
		err);
	if (r < 0)
		return r;
	if (!ret->folder[0])
		return err_say(err, EINVAL, "%s is no wheel: it has no .dist-info", from);
	r = read_wheel(add, dir, from, ret, err);
	if (r < 0)
		return r;
	r = read_metadata(dir, from, ret, err);
	if (r < 0)
		return r;
	r = read_text(dir, from, ret, "RECORD", &record, &n, err);
	if (r < 0)
		return r;
	r = check_folder(from, ret, err);
	return r < 0 || !named ? r : check_named(from, named, ret, err);
}

void wheel_info_free(struct wheel_info *info)
{
	free(info->wheel);
	info->wheel = NULL;
}
