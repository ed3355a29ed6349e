/* SPDX-License-Identifier: MIT */
/* What is used of CPython, by hand: one object serves 3.11 and newer, whose headers differ and need
 * not be installed. Structures of theirs are only passed on. */
#ifndef BUSYPY_BINFMT_MAKER_PYTHON_H
#define BUSYPY_BINFMT_MAKER_PYTHON_H

#include <stddef.h>
#include <wchar.h>

struct object; /* PyObject */

/* PyStatus, which is the same since 3.8. */
struct status {
	int type;
	const char *function, *message;
	int code;
};

enum { CONFIG_ROOM = 8192 /* bytes for a PyConfig, which has some 500 */ };

void PyConfig_InitPythonConfig(void *config);
struct status PyConfig_SetBytesArgv(void *config, long argc, char *const *argv);
struct status Py_InitializeFromConfig(const void *config);
void PyConfig_Clear(void *config);
int PyStatus_Exception(struct status status);
_Noreturn void Py_ExitStatusException(struct status status);
int Py_RunMain(void);
wchar_t *Py_DecodeLocale(const char *text, size_t *size);

int Py_FinalizeEx(void);

void *PyThreadState_Get(void);
void *PyThreadState_Next(void *thread);
void *PyInterpreterState_Get(void);
void *PyInterpreterState_Head(void);
void *PyInterpreterState_Next(void *interpreter);
void *PyInterpreterState_ThreadHead(void *interpreter);

/* struct _inittab: the modules that are built in. */
struct inittab {
	const char *name;
	struct object *(*init)(void);
};
extern struct inittab *PyImport_Inittab;

struct object *PyImport_ImportModule(const char *name);
struct object *PyImport_GetModuleDict(void);
struct object *PyEval_GetBuiltins(void);
struct object *PyRun_StringFlags(const char *text, int start, struct object *globals,
				 struct object *locals, void *flags);
enum { PYTHON_FILE_INPUT = 257 };

struct object *PySys_GetObject(const char *name); /* borrowed */
int PySys_SetObject(const char *name, struct object *value);

struct object *PyObject_GetAttrString(struct object *object, const char *name);
int PyObject_SetAttrString(struct object *object, const char *name, struct object *value);
int PyObject_IsTrue(struct object *object);
struct object *PyObject_CallFunction(struct object *callable, const char *format, ...);
struct object *PyObject_CallMethod(struct object *object, const char *name, const char *format,
				   ...);

struct object *PyDict_New(void);
void PyDict_Clear(struct object *dict);
int PyDict_DelItemString(struct object *dict, const char *key);
int PyDict_SetItemString(struct object *dict, const char *key, struct object *value);
struct object *PyDict_GetItemString(struct object *dict, const char *key); /* borrowed */
struct object *PyDict_SetDefault(struct object *dict, struct object *key,
				 struct object *value); /* borrowed */
struct object *PyList_New(long n);
int PyList_Append(struct object *list, struct object *item);
long PyList_Size(struct object *list);
struct object *PyList_GetItem(struct object *list, long i); /* borrowed */
struct object *PyBytes_FromStringAndSize(const char *bytes, long n);
char *PyBytes_AsString(struct object *bytes);
struct object *PyUnicode_FromString(const char *text);
struct object *PyUnicode_FromWideChar(const wchar_t *text, long n);
struct object *PyUnicode_DecodeFSDefault(const char *text);
const char *PyUnicode_AsUTF8AndSize(struct object *text, long *n);
struct object *PyLong_FromLong(long value);
struct object *PyBool_FromLong(long value);
struct object *PyModule_GetDict(struct object *module); /* borrowed, as are the next three */
struct object *PyTuple_GetItem(struct object *tuple, long i);
struct object *PyDict_GetItem(struct object *dict, struct object *key);
int PyDict_Next(struct object *dict, long *at, struct object **ret_key, struct object **ret_value);
/* PyMethodDef. */
struct method {
	const char *name;
	struct object *(*call)(struct object *self, struct object *arguments);
	int flags;
	const char *documentation;
};
enum { METHOD_ARGUMENTS = 1, METHOD_WITHOUT_ARGUMENTS = 4 };
struct object *PyCFunction_NewEx(struct method *method, struct object *self, struct object *module);

/* PyCFunctionObject, as far as it is used. */
struct builtin {
	long count;
	struct object *type;
	struct method *method;
};

unsigned long PyType_GetFlags(struct object *type);
void *PyType_GetSlot(struct object *type, int slot);
int PyType_IsSubtype(struct object *type, struct object *other);
extern struct object PyType_Type, PyGen_Type, PyCoro_Type, PyCFunction_Type, PyFunction_Type,
	_PyWeakref_RefType;
struct object *PyFunction_GetCode(struct object *function); /* borrowed */

int PyErr_ExceptionMatches(struct object *type);
void PyErr_Clear(void);
void PyErr_Print(void);
void *PyMem_RawMalloc(size_t n);
void *PyObject_Malloc(size_t n);
void Py_IncRef(struct object *object);
void Py_DecRef(struct object *object);
long PyGC_Collect(void);
extern struct object *PyExc_OSError;
extern struct object _Py_NoneStruct;

#endif
