/* SPDX-License-Identifier: MIT */
/* The name python3.MINOR, of programs, libraries' folders and packages, and the tag cpython-3MINOR,
 * of modules. */
#ifndef BUSYPY_CORE_PYTHON_NAME_H
#define BUSYPY_CORE_PYTHON_NAME_H

enum { PYTHON_NAME_PATH_SIZE = 32 };

/* The interpreter as a view has it, and first lines and the handler name it: /usr/bin/python3.11.
 * ret has PYTHON_NAME_PATH_SIZE bytes at least. */
void python_name_path(unsigned minor, char *ret);

/* The minor, 1 to 999; 0 if name is not that. */
unsigned python_name_minor(const char *name);

/* Which Python imports an extension module of this name (NAME.cpython-311-x86_64-linux-gnu.so): its
 * minor; 0 if any does (NAME.so, NAME.abi3.so); -1 if none does. */
int python_name_tag(const char *name);

/* The Python that a file of a runtime belongs to, by its folder (.../python3.11/...) or the tag in
 * its name; 0 if that does not tell. */
unsigned python_name_of_file(const char *path);

#endif
