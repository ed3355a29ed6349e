/* SPDX-License-Identifier: MIT */
/* Any two lines as the path of a source and as what it imports: a name has parts with dots between
 * them, and a relative import stays below its folder. */
#include "core/python_module.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { SIZE = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A name that an import statement can have, and the path that it comes from. */
static void prove(const char *name, const char *path)
{
	size_t n = strlen(name);

	if (!n || n >= SIZE || name[0] == '.' || name[n - 1] == '.' || strstr(name, ".."))
		abort();
	for (size_t i = 0; i < n; i++) {
		if (name[i] == '.' ? path[i] != '/' : path[i] != name[i])
			abort();
	}
	if (strcmp(path + n, ".py") != 0 && strcmp(path + n, "/__init__.py") != 0)
		abort();
}

/* The absolute name of a module is itself, and is found from its package as "." and its last part.
 */
static void come_back(const char *name, const char *path, char *room)
{
	const char *dot = strrchr(name, '.');
	char relative[SIZE] = ".";

	if (!python_module_absolute(path, name, room, SIZE) || strcmp(room, name) != 0)
		abort();
	if (!dot || strcmp(path + strlen(name), ".py") != 0)
		return;
	strcat(relative, dot + 1);
	if (!python_module_absolute(path, relative, room, SIZE) || strcmp(room, name) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = strndup((const char *)data, size),
	     *imported = path ? strchr(path, '\n') : NULL;
	char name[SIZE], *room = malloc(SIZE); /* so that a byte too many is found */

	if (path && room) {
		if (imported)
			*imported++ = '\0';
		if (python_module_name(path, room, SIZE)) {
			memcpy(name, room, strlen(room) + 1);
			prove(name, path);
			come_back(name, path, room);
		}
		if (imported && python_module_absolute(path, imported, room, SIZE) &&
		    (!room[0] || strlen(room) >= SIZE ||
		     strlen(room) > strlen(path) + strlen(imported)))
			abort();
	}
	free(room);
	free(path);
	return 0;
}
