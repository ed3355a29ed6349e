/* SPDX-License-Identifier: MIT */
/* Which module a file of a folder of sys.path is, and which one an import names there. The Python
 * Language Reference, 5 (the import system). */
#ifndef BUSYPY_CORE_PYTHON_MODULE_H
#define BUSYPY_CORE_PYTHON_MODULE_H

#include <stdbool.h>
#include <stddef.h>

/* The dotted name of a source by its path below that folder: "a/b.py" is a.b, "a/__init__.py" is a.
 * False for a file that no import statement can name, as "a-b.py" or "{{x}}/a.py", and if the name
 * does not fit. */
bool python_module_name(const char *path, char *ret, size_t size);

/* The absolute name of what the file at path imports: ".c" in "a/b.py" is a.c; what begins with no
 * dot is itself. False if the dots lead beyond the folder, or if it does not fit. */
bool python_module_absolute(const char *path, const char *name, char *ret, size_t size);

#endif
