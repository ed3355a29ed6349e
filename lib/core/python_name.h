/* SPDX-License-Identifier: MIT */
/* The name python3.MINOR, of programs, libraries' folders and packages. */
#ifndef BUSYPY_CORE_PYTHON_NAME_H
#define BUSYPY_CORE_PYTHON_NAME_H

/* The minor, 1 to 999; 0 if name is not that. */
unsigned python_name_minor(const char *name);

#endif
