/* SPDX-License-Identifier: MIT */
/* Reads what the tree has, compares it with what was asked for, and asks Debian once for each
 * Python. */
#include "stage/wanted.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/files.h"
#include "base/listener.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/python_minors.h"
#include "core/suite.h"
#include "source/debian.h"
#include "source/source.h"
#include "source/tarball.h"
#include "stage/libc.h"
#include "stage/stage.h"
#include "sys/tree.h"

/* The packages of one Python, for all archs that get it. */
struct packages {
	unsigned minor; /* 0: the suite's own */
	const struct arch *archs[STAGE_ARCHS_MAX];
	size_t n_archs;
	struct debian *debian;
};

struct wanted {
	const struct stage_request *request;
	struct python_minors pythons[STAGE_ARCHS_MAX]; /* of each arch of the request */
	unsigned first[STAGE_ARCHS_MAX];
	struct packages packages[PYTHON_MINORS_MAX];
	size_t n_packages;
};

/* -- which ---------------------------------------------------------------------------------- */

/* Without --python: those that stand, if they are several; what a source has, if not. */
static int keep(const struct stage_request *request, const struct arch *arch,
		const struct python_minors *stands, struct python_minors *ret, struct err *err)
{
	char text[PYTHON_MINORS_TEXT];

	if (stands->n < 2) {
		*ret = (struct python_minors){ .minor = { 0 }, .n = 1 };
		return 0;
	}
	if (request->from != STAGE_DEBIAN) {
		python_minors_format(stands, text);
		return err_say(err, EINVAL,
			       "%s has several Pythons for %s (%s), of which this takes the place "
			       "(Hint: --python says which of them there shall be)",
			       request->tree, arch->name, text);
	}
	*ret = *stands;
	return 0;
}

static int choose_first(const struct stage_request *request, const struct arch *arch,
			const struct python_minors *stands, const struct python_minors *pythons,
			unsigned *ret, struct err *err)
{
	char text[PYTHON_MINORS_TEXT];

	*ret = pythons->minor[0];
	if (!request->first) {
		if (stands->n && python_minors_have(pythons, stands->minor[0]))
			*ret = stands->minor[0];
		return 0;
	}
	if (!python_minors_have(pythons, request->first)) {
		python_minors_format(pythons, text);
		return err_say(err, EINVAL, "--default 3.%u: %s gets %s", request->first,
			       arch->name,
			       pythons->minor[0] ? text : "the Python of its source alone");
	}
	*ret = request->first;
	return 0;
}

static int choose_pythons(struct wanted *wanted, size_t which, struct err *err)
{
	const struct stage_request *request = wanted->request;
	const struct arch *arch = request->archs[which];
	struct python_minors stands;
	int r = 0;

	tree_pythons(request->tree, arch, &stands);
	if (request->pythons)
		wanted->pythons[which] = *request->pythons;
	else
		r = keep(request, arch, &stands, &wanted->pythons[which], err);
	return r < 0 ? r
		     : choose_first(request, arch, &stands, &wanted->pythons[which],
				    &wanted->first[which], err);
}

/* -- from where ----------------------------------------------------------------------------- */

static struct packages *find_packages(struct wanted *wanted, unsigned minor)
{
	for (size_t i = 0; i < wanted->n_packages; i++) {
		if (wanted->packages[i].minor == minor)
			return &wanted->packages[i];
	}
	return NULL;
}

static int note_packages(struct wanted *wanted, unsigned minor, const struct arch *arch,
			 struct err *err)
{
	struct packages *packages = find_packages(wanted, minor);

	if (!packages && wanted->n_packages == PYTHON_MINORS_MAX)
		return err_say(err, E2BIG, "more than %d Pythons", PYTHON_MINORS_MAX);
	if (!packages) {
		packages = &wanted->packages[wanted->n_packages++];
		packages->minor = minor;
	}
	packages->archs[packages->n_archs++] = arch;
	return 0;
}

/* Of several Pythons, each is taken from the released suite whose own it is, if there is one for
 * all archs; the suite that was named is for the others. An archive with a key of its own is not
 * Debian's. */
static const char *suite_of(const struct wanted *wanted, const struct packages *packages)
{
	const struct stage_request *request = wanted->request;
	bool released = wanted->n_packages > 1 && !request->keyring;

	for (size_t i = 0; released && i < packages->n_archs; i++)
		released = suite_for_minor(packages->archs[i]->debian, packages->minor);
	return released ? NULL : request->suite;
}

static int open_packages(struct wanted *wanted, struct packages *packages, struct err *err)
{
	const struct stage_request *request = wanted->request;

	return debian_open(&(struct debian_request){ .suite = suite_of(wanted, packages),
						     .mirror = request->mirror,
						     .keyring = request->keyring,
						     .expired = request->expired,
						     .cache = request->cache,
						     .locked = request->locked,
						     .libc = request->from == STAGE_TAR,
						     .minor = packages->minor,
						     .archs = packages->archs,
						     .n_archs = packages->n_archs,
						     .listener = request->listener },
			   &packages->debian, err);
}

static int open_all(struct wanted *wanted, struct err *err)
{
	const struct stage_request *request = wanted->request;
	int r = 0;

	for (size_t i = 0; i < request->n_archs; i++) {
		for (size_t k = 0; r == 0 && k < wanted->pythons[i].n; k++)
			r = note_packages(wanted, wanted->pythons[i].minor[k], request->archs[i],
					  err);
	}
	for (size_t i = 0; r == 0 && i < wanted->n_packages; i++)
		r = open_packages(wanted, &wanted->packages[i], err);
	return r;
}

bool wanted_debian(const struct stage_request *request)
{
	return request->from == STAGE_DEBIAN ||
	       (request->from == STAGE_TAR && request->libc == STAGE_DEBIAN);
}

int wanted_choose(const struct stage_request *request, struct wanted **ret, struct err *err)
{
	struct wanted *wanted = calloc(1, sizeof(*wanted));
	int r = 0;

	if (!wanted)
		return err_set(err, ENOMEM, "cannot stage");
	wanted->request = request;
	for (size_t i = 0; r == 0 && i < request->n_archs; i++)
		r = choose_pythons(wanted, i, err);
	if (r == 0 && wanted_debian(request))
		r = open_all(wanted, err);
	if (r < 0) {
		wanted_free(wanted);
		return r;
	}
	*ret = wanted;
	return 0;
}

const struct python_minors *wanted_pythons(const struct wanted *wanted, size_t arch)
{
	return &wanted->pythons[arch];
}

unsigned wanted_first(const struct wanted *wanted, size_t arch)
{
	return wanted->first[arch];
}

static int open_debian(const struct wanted *wanted, size_t arch, size_t i, const char *dir,
		       struct source *ret, struct err *err)
{
	const struct stage_request *request = wanted->request;
	unsigned minor = wanted->pythons[arch].minor[i];
	const struct packages *packages = find_packages((struct wanted *)wanted, minor);

	/* there is one for each */
	listener_step(request->listener, "%s: extracting packages", request->archs[arch]->name);
	return debian_extract(packages->debian, request->archs[arch], dir, ret, err);
}

/* The C library of this machine, or of a directory, goes to what was extracted. */
static int add_libc(const struct stage_request *request, const struct tarball *tarball,
		    const char *dir, struct source *ret, struct err *err)
{
	const char *name = request->libc == STAGE_HOST ? "host" : request->dir;
	SOURCE_CLEANUP struct source libc = { 0 };
	char about[PATH_SIZE];
	int r = request->libc == STAGE_HOST ? source_host(&libc, err)
					    : source_dir(request->dir, tarball->arch, &libc, err);

	if (r < 0)
		return r;
	r = libc_take(dir, tarball->arch, libc.root, name, err);
	if (r < 0)
		return r;
	r = files_path(about, err, "libc %s\n", name);
	return r < 0 ? r : source_tar(dir, tarball, about, ret, err);
}

static int open_tar(const struct wanted *wanted, size_t arch, size_t i, const char *dir,
		    struct source *ret, struct err *err)
{
	const struct stage_request *request = wanted->request;
	struct tarball *tarball = &request->tarballs[arch];
	int r;

	listener_step(request->listener, "%s: extracting %s", tarball->arch->name, tarball->path);
	r = tarball_extract(tarball, dir, err);
	if (r < 0)
		return r;
	if (request->libc != STAGE_DEBIAN)
		return add_libc(request, tarball, dir, ret, err);
	r = open_debian(wanted, arch, i, dir, ret, err);
	return r < 0 ? r : source_add_tar(ret, tarball, err);
}

int wanted_open(const struct wanted *wanted, size_t arch, size_t i, const char *dir,
		struct source *ret, struct err *err)
{
	const struct stage_request *request = wanted->request;

	switch (request->from) {
	case STAGE_HOST:
		return source_host(ret, err);
	case STAGE_DIR:
		return source_dir(request->dir, request->archs[arch], ret, err);
	case STAGE_TAR:
		return open_tar(wanted, arch, i, dir, ret, err);
	case STAGE_DEBIAN:
		break;
	}
	return open_debian(wanted, arch, i, dir, ret, err);
}

void wanted_free(struct wanted *wanted)
{
	if (!wanted)
		return;
	for (size_t i = 0; i < wanted->n_packages; i++)
		debian_close(wanted->packages[i].debian);
	free(wanted);
}
