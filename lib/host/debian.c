/* SPDX-License-Identifier: MIT */
/* Debian's packages. */
#include "debian.h"

#include <errno.h>

#include "err.h"

int debian_open(const struct debian_request *request, struct debian **ret, struct err *err)
{
	(void)request;
	(void)ret;
	return err_say(err, ENOSYS, "packages cannot be fetched yet");
}

int debian_extract(struct debian *debian, const struct arch *arch, const char *dir,
		   struct source *ret, struct err *err)
{
	(void)debian;
	(void)arch;
	(void)dir;
	(void)ret;
	return err_say(err, ENOSYS, "packages cannot be extracted yet");
}

void debian_close(struct debian *debian)
{
	(void)debian;
}
