/* SPDX-License-Identifier: MIT */
/* sys.stdin, stdout and stderr, as create_stdio() of CPython's Python/pylifecycle.c makes them. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "maker.h"
#include "python.h"
#include "sys/raw.h"

static bool is_open(int fd)
{
	return RAW_2(__NR_fcntl, fd, F_GETFD) >= 0;
}

/* The stream's raw file gets the name that it has in messages; 1 if it is a terminal. */
static int name_raw(struct object *buffer, bool buffered, const char *name)
{
	struct object *raw = buffered ? PyObject_GetAttrString(buffer, "raw") : buffer,
		      *text = PyUnicode_FromString(name), *result;
	int terminal;

	if (!raw || !text || PyObject_SetAttrString(raw, "name", text) < 0)
		return -1;
	Py_DecRef(text);
	result = PyObject_CallMethod(raw, "isatty", NULL);
	if (!result)
		return -1;
	terminal = PyObject_IsTrue(result);
	Py_DecRef(result);
	if (buffered)
		Py_DecRef(raw);
	return terminal;
}

static struct object *truth(bool value)
{
	return PyBool_FromLong(value);
}

/* NULL: an exception is set. */
static struct object *open_stream(int fd, const char *name)
{
	bool writes = fd != STDIN_FILENO, buffered = !writes || !maker_kept.unbuffered, lines;
	struct object *buffer, *stream, *mode, *none = &_Py_NoneStruct, *no = truth(false);
	int terminal;

	buffer = PyObject_CallMethod(maker_kept.io, "open", "isiOOOO", fd, writes ? "wb" : "rb",
				     buffered ? -1 : 0, none, none, none, no);
	if (!buffer)
		return NULL;
	terminal = name_raw(buffer, buffered, name);
	if (terminal < 0)
		return NULL;
	lines = !maker_kept.unbuffered && (terminal || fd == STDERR_FILENO);
	stream = fd == STDERR_FILENO
			 ? PyObject_CallMethod(maker_kept.io, "TextIOWrapper", "OOssOO", buffer,
					       maker_kept.encoding, "backslashreplace", "\n",
					       truth(lines), truth(maker_kept.unbuffered))
			 : PyObject_CallMethod(maker_kept.io, "TextIOWrapper", "OOOsOO", buffer,
					       maker_kept.encoding, maker_kept.errors, "\n",
					       truth(lines), truth(maker_kept.unbuffered));
	Py_DecRef(buffer);
	mode = PyUnicode_FromString(writes ? "w" : "r");
	if (!stream || !mode || PyObject_SetAttrString(stream, "mode", mode) < 0)
		return NULL;
	Py_DecRef(mode);
	return stream;
}

static _Noreturn void fail(void)
{
	static const char text[] = "Fatal Python error: init_sys_streams: can't initialize sys "
				   "standard streams\n";

	(void)RAW_3(__NR_write, STDERR_FILENO, text, sizeof(text) - 1);
	PyErr_Print();
	_exit(1);
}

static void set_stream(int fd, const char *name, const char *shown, const char *kept)
{
	struct object *stream = is_open(fd) ? open_stream(fd, shown) : &_Py_NoneStruct;

	if (!stream && PyErr_ExceptionMatches(PyExc_OSError) && !is_open(fd)) {
		PyErr_Clear();
		stream = &_Py_NoneStruct;
	}
	if (!stream || PySys_SetObject(kept, stream) < 0 || PySys_SetObject(name, stream) < 0)
		fail();
	if (stream != &_Py_NoneStruct)
		Py_DecRef(stream);
}

void maker_streams(void)
{
	set_stream(STDIN_FILENO, "stdin", "<stdin>", "__stdin__");
	set_stream(STDOUT_FILENO, "stdout", "<stdout>", "__stdout__");
	set_stream(STDERR_FILENO, "stderr", "<stderr>", "__stderr__");
}
