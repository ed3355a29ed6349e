/* SPDX-License-Identifier: MIT */
/* Modules that are hidden in an image: runs the Python that proves and hides them, and tells it
 * what only C can see. */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "calls.h"
#include "maker.h"
#include "python.h"

enum { SOURCE_MAX = 1 << 20, PATH_TEXT = 512 };

typedef struct object *fast_call(struct object *self, void *arguments, void *n, void *names);

/* In the image: a script of it may add one. */
static bool audited;
static fast_call *real_add_hook;
static struct object *hidden_names; /* of the Python that hides; NULL if none does */

static struct object *add_hook(struct object *self, void *arguments, void *n, void *names)
{
	audited = true;
	return real_add_hook(self, arguments, n, names);
}

/* Of all that could see that an import executes nothing, only this cannot be asked for in Python.
 */
static void watch_hooks(void)
{
	real_add_hook = (fast_call *)(void *)maker_replace(PySys_GetObject("addaudithook"),
							   "sys.addaudithook",
							   (c_function *)(void *)add_hook);
}

static struct object *is_watched(struct object *self, struct object *arguments)
{
	(void)self, (void)arguments;
	return PyBool_FromLong(audited);
}

/* True if a dict has these values in this order. Borrowed references only: a count that changes
 * would copy the page that an object lies in. */
static bool has_values(struct object *dict, struct object *values)
{
	struct object *key, *value;
	long at = 0, i = 0, n = PyList_Size(values);

	while (PyDict_Next(dict, &at, &key, &value)) {
		if (i == n || PyList_GetItem(values, i++) != value)
			return false;
	}
	return i == n;
}

/* same(sys.modules, [name, module, values, ...]): each is there and has its values, if they are not
 * None. Where the name is None, the module is a dict. */
static struct object *is_same(struct object *self, struct object *arguments)
{
	struct object *modules = PyTuple_GetItem(arguments, 0),
		      *list = PyTuple_GetItem(arguments, 1);
	bool same = true;

	(void)self;
	for (long i = 0; same && i + 2 < PyList_Size(list); i += 3) {
		struct object *name = PyList_GetItem(list, i),
			      *module = PyList_GetItem(list, i + 1),
			      *values = PyList_GetItem(list, i + 2);

		if (name != &_Py_NoneStruct)
			same = PyDict_GetItem(modules, name) == module;
		if (same && values != &_Py_NoneStruct)
			same = has_values(name == &_Py_NoneStruct ? module
								  : PyModule_GetDict(module),
					  values);
	}
	return PyBool_FromLong(same);
}

/* The text of a file of the folder, into SOURCE_MAX bytes. */
static const char *read_text(const char *folder, const char *name, char *text)
{
	char path[PATH_TEXT];
	size_t length = 0;
	ssize_t n = -1;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);

	while (fd >= 0 && length < SOURCE_MAX - 1 &&
	       (n = read(fd, text + length, SOURCE_MAX - 1 - length)) > 0)
		length += (size_t)n;
	if (n != 0)
		maker_fail("cannot read what hides modules: ", path);
	(void)close(fd);
	text[length] = '\0';
	return text;
}

static struct object *must(struct object *result)
{
	if (!result) {
		PyErr_Print();
		maker_fail("cannot hide modules", "");
	}
	return result;
}

void maker_hide(const char *folder)
{
	static const char *const files[] = { "revealing.py", "proving.py", "changes.py",
					     "hiding.py" };
	static struct method watched = { "watched", is_watched, METHOD_WITHOUT_ARGUMENTS, NULL };
	static struct method same = { "same", is_same, METHOD_ARGUMENTS, NULL };
	struct object *names = PyDict_New();
	char *text = maker_scratch(SOURCE_MAX); /* outside of the image */

	(void)PyDict_SetItemString(names, "__builtins__", PyEval_GetBuiltins());
	(void)PyDict_SetItemString(names, "__name__", PyUnicode_FromString("hidden"));
	(void)PyDict_SetItemString(names, "watched", PyCFunction_NewEx(&watched, NULL, NULL));
	(void)PyDict_SetItemString(names, "same", PyCFunction_NewEx(&same, NULL, NULL));
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		Py_DecRef(must(PyRun_StringFlags(read_text(folder, files[i], text),
						 PYTHON_FILE_INPUT, names, names, NULL)));
	Py_DecRef(must(PyObject_CallFunction(PyDict_GetItemString(names, "hide"), NULL)));
	watch_hooks();
	hidden_names = names;
}

/* In C: a profiler that still runs would see Python do it. */
void maker_let_go(void)
{
	struct object *original, *names = hidden_names;

	if (!names)
		return;
	hidden_names = NULL;
	original = PyDict_GetItemString(names, "ORIGINAL");
	if (PyObject_SetAttrString(PyDict_GetItemString(original, "MANAGER"), "__enter__",
				   PyDict_GetItemString(original, "ENTER")))
		PyErr_Clear();
	PyDict_Clear(names);
	Py_DecRef(names);
}
