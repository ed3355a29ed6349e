/* SPDX-License-Identifier: MIT */
/* The end of a resumed Python. Taking it down costs more than all else that a small script does,
 * and mostly nobody can see that it was: then the process ends without. Only where it is certain;
 * the real Py_FinalizeEx() has begun, and is left at its atexit callbacks, of which ours is the
 * last. */
#include <link.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "calls.h"
#include "core/str.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

enum {
	SLOT_DEL = 53, /* Include/typeslots.h */
	SLOT_FINALIZE = 80,
	TYPE_COLLECTED = 1 << 14, /* Py_TPFLAGS_HAVE_GC */
	FAILED = 120,		  /* Py_Exit() when a standard stream cannot be flushed */
	STREAMS = 4,
	LAYERS = 3
};

struct finish maker_finish;

static jmp_buf back;
static bool finishing;

/* -- conditions ----------------------------------------------------------------------------- */

static struct object *type_of(struct object *object)
{
	return ((struct object **)object)[1]; /* of every PyObject */
}

static int take_adds(struct dl_phdr_info *info, size_t size, void *ctx)
{
	(void)size;
	*(unsigned long long *)ctx = info->dlpi_adds;
	return 1;
}

/* How often a library was loaded. */
unsigned long long maker_loads(void)
{
	unsigned long long adds = 0;

	(void)dl_iterate_phdr(take_adds, &adds);
	return adds;
}

static bool is_alone(void)
{
	void *thread = PyThreadState_Get(), *interpreter = PyInterpreterState_Get();

	return PyInterpreterState_Head() == interpreter && !PyInterpreterState_Next(interpreter) &&
	       PyInterpreterState_ThreadHead(interpreter) == thread && !PyThreadState_Next(thread);
}

static bool is_true(struct object *object, const char *name)
{
	struct object *value = PyObject_GetAttrString(object, name);
	int truth = value ? PyObject_IsTrue(value) : 0;

	if (!value)
		PyErr_Clear();
	else
		Py_DecRef(value);
	return truth > 0;
}

static bool is_none(struct object *object, const char *name)
{
	struct object *value = PyObject_GetAttrString(object, name);
	bool none = value == &_Py_NoneStruct;

	if (!value)
		PyErr_Clear();
	else
		Py_DecRef(value);
	return none;
}

/* The objects that make up the streams, as they were made: their end is to be flushed. */
struct layers {
	struct object *all[STREAMS * LAYERS]; /* borrowed: sys holds them */
	unsigned n;
};

static void add_layers(struct object *stream, struct layers *layers)
{
	static const char *const names[] = { "buffer", "raw" };

	for (unsigned i = 0; stream && stream != &_Py_NoneStruct && i < LAYERS; i++) {
		struct object *below;

		layers->all[layers->n++] = stream;
		if (i == LAYERS - 1)
			return;
		below = PyObject_GetAttrString(stream, names[i]);
		if (!below) {
			PyErr_Clear(); /* unbuffered: there is no raw */
			return;
		}
		Py_DecRef(below);
		stream = below;
	}
}

static bool is_layer(const struct layers *layers, const struct object *object)
{
	for (unsigned i = 0; i < layers->n; i++) {
		if (layers->all[i] == object)
			return true;
	}
	return false;
}

static bool is_file(const struct object *type)
{
	for (unsigned i = 0; i < FILE_TYPES; i++) {
		if (maker_finish.files[i] == type)
			return true;
	}
	return false;
}

/* One with a finaliser, of which it is known that it does nothing any more. */
static bool is_over(struct object *object, struct object *type, const struct layers *layers)
{
	if (is_layer(layers, object))
		return true;
	if (type == &PyGen_Type)
		return is_none(object, "gi_frame");
	if (type == &PyCoro_Type)
		return is_none(object, "cr_frame");
	return is_file(type) && is_true(object, "closed");
}

static bool has_finaliser(struct object *type)
{
	return PyType_GetSlot(type, SLOT_FINALIZE) || PyType_GetSlot(type, SLOT_DEL);
}

static bool has_text(struct object *object, const char *name, const char *folder, const char *rest)
{
	struct object *value = PyObject_GetAttrString(object, name);
	const char *text = value ? PyUnicode_AsUTF8AndSize(value, NULL) : NULL;
	size_t n = strlen(folder);
	bool same = text && strncmp(text, folder, n) == 0 && str_eq(text + n, rest);

	if (!text)
		PyErr_Clear();
	if (value)
		Py_DecRef(value);
	return same;
}

/* A function of the standard library that takes what has ended out of a collection of its own. */
static bool is_remover(struct object *call)
{
	static const struct {
		const char *file, *name;
	} known[] = {
		{ "/_weakrefset.py", "_remove" },
		{ "/logging/__init__.py", "_removeHandlerRef" },
	};
	struct object *code;

	if (type_of(call) != &PyFunction_Type)
		return false;
	code = PyFunction_GetCode(call);
	for (unsigned i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (has_text(code, "co_name", "", known[i].name) &&
		    has_text(code, "co_filename", maker_finish.library, known[i].file))
			return true;
	}
	return false;
}

/* A call of Python's when its object ends; those of C do their own work only. */
static bool is_watched(struct object *reference)
{
	struct object *call = PyObject_GetAttrString(reference, "__callback__");
	bool watched = call && call != &_Py_NoneStruct && type_of(call) != &PyCFunction_Type &&
		       !is_remover(call);

	if (!call)
		PyErr_Clear();
	else
		Py_DecRef(call);
	return watched;
}

static bool ends_quietly(struct object *object, const struct layers *layers)
{
	struct object *type = type_of(object);

	if (has_finaliser(type))
		return is_over(object, type, layers);
	/* a type with a finaliser: the collector must know its instances */
	if (PyType_IsSubtype(type, &PyType_Type))
		return !has_finaliser(object) || PyType_GetFlags(object) & TYPE_COLLECTED;
	if (PyType_IsSubtype(type, &_PyWeakref_RefType))
		return !is_watched(object);
	return true;
}

/* All that the script has made and that is known to the collector: the image's own is frozen. */
static bool all_end_quietly(const struct layers *layers)
{
	struct object *objects = PyObject_CallFunction(maker_finish.get_objects, NULL);
	long n = objects ? PyList_Size(objects) : 0;
	bool quiet = objects != NULL;

	for (long i = 0; i < n && quiet; i++)
		quiet = ends_quietly(PyList_GetItem(objects, i), layers);
	if (objects)
		Py_DecRef(objects);
	else
		PyErr_Clear();
	return quiet;
}

/* As Python itself does next; what fails is left to it, with its message. */
static bool flush(struct object *stream)
{
	struct object *result;

	if (!stream || stream == &_Py_NoneStruct)
		return true;
	if (type_of(stream) != maker_finish.files[FILE_TEXT] || is_true(stream, "closed"))
		return false;
	result = PyObject_CallMethod(stream, "flush", NULL);
	if (!result)
		PyErr_Clear();
	else
		Py_DecRef(result);
	return result != NULL;
}

/* Why the interpreter must be taken down; NULL if nobody can see it. */
static const char *why_not(void)
{
	static const char *const names[STREAMS] = { "__stdin__", "__stdout__", "__stderr__",
						    "stdout" };
	struct layers layers = { .n = 0 };

	if (maker_finish.collector)
		return "the collector was imported";
	if (maker_loads() != maker_finish.loads)
		return "a library was loaded";
	if (!is_alone())
		return "there are other threads or interpreters";
	if (PyList_Size(maker_finish.filters) != maker_finish.n_filters)
		return "the filters of warnings have changed";
	for (unsigned i = 0; i < 3; i++)
		add_layers(PySys_GetObject(names[i]), &layers);
	if (!all_end_quietly(&layers))
		return "an object has a finaliser";
	if (!flush(PySys_GetObject("stdout")) || !flush(PySys_GetObject("stderr")) ||
	    !flush(PySys_GetObject("__stdout__")) || !flush(PySys_GetObject("__stderr__")))
		return "a standard stream is another, or cannot be flushed";
	return NULL;
}

static void say(const char *why)
{
	char line[128];
	struct text text;

	if (!getenv("BUSYPY_START_DEBUG"))
		return;
	text_init(&text, line, sizeof(line));
	text_add(&text, "busypy start: ends as ever: ");
	text_add(&text, why);
	text_add(&text, "\n");
	(void)RAW_3(__NR_write, STDERR_FILENO, text.data, text.used);
}

/* -- places --------------------------------------------------------------------------------- */

static void unfreeze(void)
{
	struct object *result = PyObject_CallFunction(maker_finish.unfreeze, NULL);

	if (result)
		Py_DecRef(result);
	else
		PyErr_Clear();
}

/* What is taken down from here on must end as if there had been no image. */
static void be_plain(void)
{
	maker_let_go();
	unfreeze();
}

/* The last callback of atexit. Whoever else takes Python down takes it down for good, and what is
 * frozen would keep alive what it refers to. */
struct object *maker_last(struct object *self, struct object *none)
{
	const char *why = finishing ? why_not() : "another than Python's own end takes it down";

	(void)self, (void)none;
	if (!why)
		longjmp(back, 1);
	say(why);
	be_plain();
	Py_IncRef(&_Py_NoneStruct);
	return &_Py_NoneStruct;
}

static c_function *real[2];

static struct object *clear(struct object *self, struct object *argument)
{
	be_plain();
	return real[0](self, argument);
}

static struct object *unregister(struct object *self, struct object *argument)
{
	be_plain();
	return real[1](self, argument);
}

/* They may take our callback away, and then nothing tells that Python is taken down. */
void maker_watch_atexit(struct object *atexit)
{
	static const char *const names[] = { "_clear", "unregister" };
	static c_function *const ours[] = { clear, unregister };

	for (unsigned i = 0; i < 2; i++) {
		struct object *function = maker_attribute(atexit, names[i]);

		real[i] = maker_replace(function, names[i], ours[i]);
		Py_DecRef(function);
	}
}

/* In the place of Py_FinalizeEx(), where Python's own end calls it. */
int maker_finalize(void)
{
	int r = 0;

	if (setjmp(back) == 0) {
		finishing = true;
		r = Py_FinalizeEx();
	}
	finishing = false;
	return r;
}

/* In the place of PyInit_gc(): a script that asks for the collector sees the image's objects. */
struct object *maker_init_gc(void)
{
	if (!maker_making && !maker_finish.collector) {
		maker_finish.collector = true;
		unfreeze();
	}
	return maker_finish.init_gc();
}
