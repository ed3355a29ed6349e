/* SPDX-License-Identifier: MIT */
/* --from debian[:SUITE], --keyring, and --mirror, which the configuration can replace. */
#include "debian_options.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/conf_file.h"
#include "core/conf.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"

bool debian_options_from(const char *from, const char **ret_suite)
{
	static const char debian[] = "debian";

	if (!str_eq(from, debian) && !str_starts(from, "debian:"))
		return false;
	from += strlen(debian);
	*ret_suite = *from ? from + 1 : NULL;
	return true;
}

int debian_options_mirror(const char *given, const char *config, const char **ret, struct err *err)
{
	static struct conf conf;
	int r = conf_file_read(config, &conf, err);

	if (r < 0)
		return r;
	*ret = given ? given : conf.mirror;
	return 0;
}

int debian_options_keyring(const char *given, const char **ret, struct err *err)
{
	static char path[PATH_SIZE];

	*ret = NULL;
	if (!given)
		return 0;
	if (!realpath(given, path))
		return err_set(err, errno, "--keyring %s", given);
	*ret = path;
	return 0;
}
