/* SPDX-License-Identifier: MIT */
/* Renames variables for loader and beside: the caller's list stays as it is. */
#include "kept.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "core/scrub.h"
#include "sys/pages.h"

char **kept_environment(bool user_site, char *few[KEPT_FEW])
{
	static char no_user_site[] = SCRUB_NO_USER_SITE;
	bool given = user_site;
	size_t n = 0, at = 0, bytes = 0;
	char **list = few, *room;

	for (; environ[n]; n++) {
		if (scrub_keeps(environ[n]))
			bytes += sizeof(SCRUB_KEPT) + strlen(environ[n]);
		given = given || scrub_no_user_site(environ[n]);
	}
	if (bytes || n + 2 > KEPT_FEW)
		list = pages_get((n + 2) * sizeof(*list) + bytes);
	if (!list)
		return NULL;
	room = (char *)(list + n + 2);
	for (size_t i = 0; i < n; i++) {
		if (scrub_forged(environ[i]))
			continue;
		list[at++] = scrub_keeps(environ[i]) ? room : environ[i];
		if (list[at - 1] == room)
			room = stpcpy(stpcpy(room, SCRUB_KEPT), environ[i]) + 1;
	}
	if (!given)
		list[at++] = no_user_site;
	list[at] = NULL;
	return list;
}
