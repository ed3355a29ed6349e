/* SPDX-License-Identifier: MIT */
/* Makes a source of each kind: this machine, a directory, extracted packages. */
#include "source/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/sysroot.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "source/owners.h"
#include "source/tarball.h"

const char *source_word(enum source_kind kind)
{
	switch (kind) {
	case SOURCE_HOST:
		return "host";
	case SOURCE_DIR:
		return "dir";
	case SOURCE_DEBIAN:
		return "debian";
	case SOURCE_TAR:
		return "tar";
	}
	return "?";
}

void source_free(struct source *source)
{
	if (source->owners)
		owners_free(source->owners);
	free(source->owners);
	free(source->root);
	free(source->about);
	memset(source, 0, sizeof(*source));
}

static int fill(struct source *ret, const char *dir, struct err *err)
{
	char real[PATH_SIZE];
	int r;

	ret->root = calloc(1, sizeof(*ret->root));
	if (!ret->owners)
		ret->owners = calloc(1, sizeof(*ret->owners));
	if (!ret->root || !ret->owners || !ret->about) {
		source_free(ret);
		return err_set(err, ENOMEM, "cannot read %s", dir);
	}
	/* no link above it: what is found in it is opened without following any */
	r = sysroot_init(ret->root, realpath(dir, real) ? real : dir);
	if (r < 0) {
		source_free(ret);
		return err_set(err, -r, "%s", dir);
	}
	ret->root->no_links = true;
	return 0;
}

/* The value of PRETTY_NAME in os-release(5), caller frees; NULL if there is none. */
static char *distribution(void)
{
	static const char key[] = "PRETTY_NAME=";
	FILES_FREE char *text = NULL;
	size_t n;

	if (files_read("/etc/os-release", &text, &n, NULL) < 0)
		return NULL;
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (str_starts(line, key)) {
			const char *value = line + sizeof(key) - 1;

			value += *value == '"';
			return strndup(value, strcspn(value, "\"\n"));
		}
	}
	return NULL;
}

int source_host(struct source *ret, struct err *err)
{
	FILES_FREE char *name = distribution();

	*ret = (struct source){ .kind = SOURCE_HOST, .arch = arch_native() };
	if (asprintf(&ret->about, "from host\ndistribution %s\n", name ? name : "unknown") < 0)
		ret->about = NULL;
	return fill(ret, "/", err);
}

int source_dir(const char *dir, const struct arch *arch, struct source *ret, struct err *err)
{
	FILES_FREE char *real = NULL;
	struct stat st;

	real = realpath(dir, NULL);
	if (!real || stat(real, &st) < 0)
		return err_set(err, errno, "%s", dir);
	if (!S_ISDIR(st.st_mode))
		return err_set(err, ENOTDIR, "%s", dir);
	*ret = (struct source){ .kind = SOURCE_DIR, .arch = arch };
	if (asprintf(&ret->about, "from %s\n", real) < 0)
		ret->about = NULL;
	return fill(ret, real, err);
}

int source_extracted(const char *dir, const struct arch *arch, const char *about,
		     struct owners *owners, struct source *ret, struct err *err)
{
	*ret = (struct source){
		.kind = SOURCE_DEBIAN, .arch = arch, .owners = owners, .about = strdup(about)
	};
	return fill(ret, dir, err);
}

static char *about_tar(const struct tarball *tarball, const char *libc)
{
	char *text;

	return asprintf(&text, "from tar:%s\nsha256 %s\n%s", path_base(tarball->path), tarball->sum,
			libc) < 0
		       ? NULL
		       : text;
}

int source_tar(const char *dir, const struct tarball *tarball, const char *libc, struct source *ret,
	       struct err *err)
{
	*ret = (struct source){ .kind = SOURCE_TAR, .arch = tarball->arch };
	ret->about = about_tar(tarball, libc);
	return fill(ret, dir, err);
}

int source_add_tar(struct source *source, const struct tarball *tarball, struct err *err)
{
	/* what tells where the packages are from tells now where the C library is from */
	const char *rest =
		source->about + (str_starts(source->about, "from ") ? strlen("from ") : 0);
	FILES_FREE char *libc = NULL;
	char *about;

	if (asprintf(&libc, "libc %s", rest) < 0)
		libc = NULL;
	about = libc ? about_tar(tarball, libc) : NULL;
	if (!about)
		return err_set(err, ENOMEM, "cannot read %s", tarball->path);
	free(source->about);
	source->about = about;
	source->kind = SOURCE_TAR;
	return 0;
}
