/* SPDX-License-Identifier: MIT */
/* Calls of Python's that the maker cannot do without. */
#include "calls.h"

#include <stdbool.h>

#include "maker.h"
#include "python.h"

void *maker_needed(void *object, const char *what)
{
	if (object)
		return object;
	PyErr_Print();
	maker_fail("Python has no ", what);
}

struct object *maker_module(const char *name)
{
	return maker_needed(PyImport_ImportModule(name), name);
}

struct object *maker_loaded(const char *name)
{
	return PyDict_GetItemString(PyImport_GetModuleDict(), name);
}

c_function *maker_replace(struct object *object, const char *name, c_function *ours)
{
	struct builtin *function = (struct builtin *)object;
	c_function *theirs = NULL;

	if (function && function->type == &PyCFunction_Type) {
		theirs = function->method->call;
		function->method->call = ours;
	} else {
		maker_fail("Python has no function ", name);
	}
	return theirs;
}

struct object *maker_attribute(struct object *object, const char *name)
{
	return maker_needed(PyObject_GetAttrString(object, name), name);
}

struct object *maker_hidden(const char *name)
{
	bool was = maker_loaded(name);
	struct object *object = maker_module(name);

	if (!was)
		(void)PyDict_DelItemString(PyImport_GetModuleDict(), name);
	return object;
}
