/* SPDX-License-Identifier: MIT */
/* Whether Python programs can be compiled by each Python of the tree: by a Python of that minor
 * which runs here natively, or not at all. */
#include "check/part.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"
#include "base/program.h"
#include "base/sysroot.h"
#include "check/check.h"
#include "check/finding.h"
#include "core/arch.h"
#include "core/err.h"
#include "core/python_minors.h"
#include "core/path_size.h"
#include "core/python_name.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "elf/dynamic.h"

enum { OUTPUT_MAX = 4 * 1024 * 1024, PROGRAMS_MAX = 64 * 1024, SOURCE_MAX = 64 << 20 };

static const struct finding_kind wrong_syntax = {
	FINDING_ERROR, "it ends with a SyntaxError before its first line runs",
	"correct it, or write it so that each Python of the tree understands it"
};
static const struct finding_kind only_data = {
	FINDING_WARNING,
	"no import statement of the tree names it: as data it is fine, and as a module it ends "
	"with a SyntaxError",
	"leave it if it is data, as a template is; else correct it"
};
static const struct finding_kind not_proved = {
	FINDING_NOTE, "whether they can be compiled was not proved; nothing foreign is executed",
	"check the tree on a machine that has this Python"
};

static const struct finding_kind too_large = { FINDING_WARNING,
					       "Python reads a source whole, into memory",
					       "remove it, or split it" };

/* Reads names from a file, as many programs as the second word says and then modules; prints PATH,
 * LINE (0: of none) and the reason for each that cannot be compiled, each with a NUL, and a last
 * word. Python takes a program that ends in a zip directory for a zip application, by zipimport;
 * of a program that is a file each byte must be in its encoding, of a module not those of comments.
 */
static const char script[] =
	"import sys, zipimport\n"
	"def read(name):\n"
	"    try:\n"
	"        with open(name, 'rb') as file:\n"
	"            return file.read()\n"
	"    except OSError:\n" /* the layout's matter */
	"        return None\n"
	"def head(data):\n"
	"    return data.split(b'\\n', 2)[:2]\n"
	"def declares(lines):\n"
	"    import re\n" /* which takes as long as Python's start */
	"    return any(re.match(rb'[ \\t\\f]*#.*?coding[:=][ \\t]*[-\\w.]+', line) for line in "
	"lines)\n"
	"def application(name):\n"
	"    try:\n"
	"        return zipimport.zipimporter(name.decode(errors='surrogateescape'))\n"
	"    except zipimport.ZipImportError:\n"
	"        return None\n"
	"def prove(name, data, program):\n"
	"    if program:\n"
	"        app = application(name) if b'PK\\5\\6' in data else None\n"
	"        if app:\n"
	"            return app.get_code('__main__')\n"
	"        try:\n"
	"            data.decode()\n"
	"        except UnicodeDecodeError:\n"
	"            if b'\\0' not in data and not declares(head(data)):\n"
	"                raise\n"
	"    compile(data, name, 'exec', dont_inherit=True)\n"
	"def place(data, error):\n" /* of what has no line, the byte or the cookie that is wrong */
	"    if getattr(error, 'lineno', None):\n"
	"        return error.lineno\n"
	"    if isinstance(error, UnicodeDecodeError):\n"
	"        return data.count(b'\\n', 0, error.start) + 1\n"
	"    if isinstance(error, (SyntaxError, ValueError)):\n"
	"        if b'\\0' in data:\n"
	"            return data.count(b'\\n', 0, data.index(b'\\0')) + 1\n"
	"        if declares(head(data)):\n"
	"            return 1 if declares(head(data)[:1]) else 2\n"
	"    return 0\n"
	"def reason(error):\n"
	"    if isinstance(error, zipimport.ZipImportError):\n"
	"        return 'a zip application without __main__.py'\n"
	"    if isinstance(error, UnicodeDecodeError):\n"
	"        return 'the byte %#x is no UTF-8, and no encoding is declared' % "
	"error.object[error.start]\n"
	"    return getattr(error, 'msg', None) or str(error) or type(error).__name__\n"
	"for number, name in enumerate(open(sys.argv[1], 'rb').read().split(b'\\0')[:-1]):\n"
	"    data = read(name)\n"
	"    try:\n"
	"        if data is not None:\n"
	"            prove(name, data, number < int(sys.argv[2]))\n"
	"    except Exception as error:\n" /* RecursionError, MemoryError, ... */
	"        why = reason(error).replace('\\n', ' ').encode(errors='replace')\n"
	"        sys.stdout.buffer.write(b'%s\\0%d\\0%s\\0' % (name, place(data, error), why))\n"
	"sys.stdout.buffer.write(b'done\\0')\n";

/* Each Python of the tree once, whatever archs have it. */
struct pythons {
	struct check_python of[PYTHON_MINORS_MAX];
	bool is_python3[PYTHON_MINORS_MAX]; /* of some arch */
	struct python_minors minors;	    /* of each */
};

/* What one Python is to compile. */
struct syntax {
	struct check_part *part;
	const struct python_minors *minors; /* of all */
	const struct check_python *python;
	bool is_python3;   /* of some arch: programs that name no number are for it */
	bool is_first;	   /* what holds for each Python is told once */
	char list[64];	   /* the file of names */
	size_t n;	   /* how many there are */
	size_t n_programs; /* of these, first */
};

/* Python would read it whole. */
static bool is_too_large(const struct syntax *syntax, const struct check_file *file)
{
	if (file->size <= SOURCE_MAX)
		return false;
	if (!syntax->is_first)
		return true;
	finding_add(syntax->part->findings, &too_large, file->path, NULL,
		    "is larger than 64 MiB: its syntax is not proved");
	return true;
}

static bool is_for(const struct syntax *syntax, const char *path)
{
	int minor = check_python_of(syntax->part, path);

	return minor > 0 ? (unsigned)minor == syntax->python->minor
			 : minor == 0 && syntax->is_python3;
}

/* The programs of bin, sbin and etc/init.d, and modules of the shared packages that have no sound
 * compiled file: the others were compiled once. */
static int write_list(struct syntax *syntax, FILE *to)
{
	const struct check_index *index = syntax->part->index;
	size_t from, end;

	for (size_t i = 0; i < CHECK_PROGRAM_DIRS; i++) {
		check_index_below(index, check_program_dirs[i], &from, &end);
		for (; from < end && syntax->n < PROGRAMS_MAX; from++) {
			const struct check_file *file = &index->files[from];

			if (!S_ISREG(file->mode) || !is_for(syntax, file->path) ||
			    is_too_large(syntax, file))
				continue;
			syntax->n++;
			(void)fprintf(to, "%s/%s%c", syntax->part->request->tree, file->path, 0);
		}
	}
	syntax->n_programs = syntax->n;
	check_index_below(index, TREE_SITE, &from, &end);
	for (; from < end && syntax->n < PROGRAMS_MAX; from++) {
		const struct check_file *file = &index->files[from];

		if (!S_ISREG(file->mode) || !str_ends(file->path, ".py") ||
		    check_is_compiled(syntax->part, file, syntax->minors) ||
		    is_too_large(syntax, file))
			continue;
		syntax->n++;
		(void)fprintf(to, "%s/%s%c", syntax->part->request->tree, file->path, 0);
	}
	return ferror(to) ? -EIO : 0;
}

/* The command line of a Python 3.minor that runs here: the machine's own, else, but for root, the
 * tree's. */
struct python {
	const char *argv[16]; /* 4 for the program, 9 for what it does, NULL */
	size_t n;
	char ldso[PATH_SIZE], lib[PATH_SIZE], program[PATH_SIZE];
};

static bool choose_staged(const struct syntax *syntax, const struct arch *arch, unsigned minor,
			  struct python *ret)
{
	ELF_DYNAMIC_CLEANUP struct elf_dynamic file = { 0 };
	struct sysroot view;
	char name[PYTHON_NAME_PATH_SIZE];

	python_name_path(minor, name);
	if (sysroot_init_view(&view, syntax->part->request->tree, arch) < 0 ||
	    sysroot_find(&view, name, ret->program) < 0 ||
	    elf_dynamic_read(ret->program, &file, NULL) < 0)
		return false;
	if (file.interp) {
		if (sysroot_find(&view, file.interp, ret->ldso) < 0 ||
		    str_copy(ret->lib, sizeof(ret->lib), sysroot_dir(&view, "/lib")) < 0)
			return false;
		ret->argv[ret->n++] = ret->ldso;
		ret->argv[ret->n++] = "--library-path";
		ret->argv[ret->n++] = ret->lib;
	}
	ret->argv[ret->n++] = ret->program;
	return true;
}

static bool choose(const struct syntax *syntax, unsigned minor, struct python *ret)
{
	python_name_path(minor, ret->program);
	if (access(ret->program, X_OK) == 0) {
		ret->argv[ret->n++] = ret->program;
		return true;
	}
	if (geteuid() == 0)
		return false; /* root executes nothing that a tree brings */
	for (size_t i = 0; i < syntax->part->n_archs; i++) {
		const struct arch *arch = syntax->part->archs[i];
		struct check_python runtime;

		for (size_t k = 0; arch_runs_on(arch, arch_native()) &&
				   check_python_find(syntax->part, arch, k, &runtime);
		     k++) {
			if (runtime.minor == minor && choose_staged(syntax, arch, minor, ret))
				return true;
		}
	}
	return false;
}

/* One file that is no Python. */
struct refusal {
	const char *path, *line, *why; /* borrowed from the output */
	bool is_data;
};

struct refusals {
	struct refusal *at;
	size_t n;
};

/* Reads what the script has printed. False if it did not come to its end. */
static bool take_output(const char *output, struct refusals *ret)
{
	while (*output) {
		const char *path = output, *line = path + strlen(path) + 1, *why;
		struct refusal *grown;

		if (str_eq(path, "done"))
			return true;
		if (!*line)
			return false;
		why = line + strlen(line) + 1;
		grown = reallocarray(ret->at, ret->n + 1, sizeof(*grown));
		if (!grown)
			return false;
		ret->at = grown;
		grown[ret->n++] = (struct refusal){ path, line, why, false };
		output = why + strlen(why) + 1;
	}
	return false;
}

/* A module that nothing imports may be a template's. */
static int find_data(const struct syntax *syntax, struct refusals *refusals)
{
	struct check_flaw *flaws = calloc(refusals->n + 1, sizeof(*flaws));
	size_t tree = strlen(syntax->part->request->tree) + 1, n = 0;
	int r;

	if (!flaws)
		return -ENOMEM;
	for (size_t i = 0; i < refusals->n; i++) {
		const char *path = refusals->at[i].path + tree;

		if (str_starts(path, TREE_SITE "/"))
			flaws[n++] = (struct check_flaw){ .path = path, .number = i };
	}
	r = check_imports_find(syntax->part, flaws, n);
	for (size_t i = 0; r == 0 && i < n; i++)
		refusals->at[flaws[i].number].is_data = !flaws[i].is_imported;
	free(flaws);
	return r;
}

static void report(const struct syntax *syntax, unsigned minor, const struct refusals *refusals)
{
	for (size_t i = 0; i < refusals->n; i++) {
		const struct refusal *refusal = &refusals->at[i];

		finding_add(syntax->part->findings, refusal->is_data ? &only_data : &wrong_syntax,
			    refusal->path, NULL,
			    *refusal->line == '0' ? "%.0sis no Python 3.%u: %s"
						  : "line %s is no Python 3.%u: %s",
			    refusal->line, minor, refusal->why);
	}
}

static void try_python(const struct syntax *syntax)
{
	const struct arch *arch = syntax->python->arch;
	unsigned minor = syntax->python->minor;
	static const char *const env[] = { "PYTHONDONTWRITEBYTECODE=1", "PYTHONHASHSEED=0", NULL };
	struct python *python = calloc(1, sizeof(*python));
	FILES_FREE char *output = NULL;
	char complaint[ERR_TEXT_MAX] = "", path[64], programs[24];
	struct refusals refusals = { 0 };
	struct err err = { 0 };
	bool compiled = false;

	(void)snprintf(programs, sizeof(programs), "%zu", syntax->n_programs); /* fits */
	if (python && choose(syntax, minor, python)) {
		static const char *const words[] = { "-I", "-S", "-B", "-W", "ignore", "-c" };

		for (size_t i = 0; i < 6; i++)
			python->argv[python->n++] = words[i];
		python->argv[python->n++] = script;
		python->argv[python->n++] = syntax->list;
		python->argv[python->n] = programs;
		if (program_run(&(struct program){ .argv = python->argv,
						   .env = env,
						   .dir = "/",
						   .output_max = OUTPUT_MAX },
				&output, complaint, &err) == 0)
			compiled =
				take_output(output, &refusals) && find_data(syntax, &refusals) == 0;
		report(syntax, minor, &refusals);
	}
	free(refusals.at);
	free(python);
	if (compiled)
		return;
	(void)snprintf(path, sizeof(path), TREE_PYTHON_OF, arch->name); /* fits */
	finding_add(syntax->part->findings, &not_proved, path, arch,
		    "has Python 3.%u, which does not run here: the syntax of %zu files", minor,
		    syntax->n);
}

/* Lists what the Python is to compile, and has it do so. */
static int prove(struct syntax *syntax)
{
	int fd = memfd_create("busypy-check", MFD_CLOEXEC), r;
	FILE *to = fd < 0 ? NULL : fdopen(fd, "w");

	if (!to)
		return -errno;
	(void)snprintf(syntax->list, sizeof(syntax->list), "/proc/%d/fd/%d", (int)getpid(),
		       fileno(to));
	r = write_list(syntax, to);
	if (r == 0 && fflush(to) != 0)
		r = -errno;
	if (r == 0 && syntax->n)
		try_python(syntax);
	(void)fclose(to); /* is gone with it */
	return r;
}

static void note_python(struct pythons *pythons, const struct check_python *python, bool is_python3)
{
	size_t i = 0;

	while (i < pythons->minors.n && pythons->of[i].minor != python->minor)
		i++;
	if (i == pythons->minors.n) {
		if (python_minors_add(&pythons->minors, python->minor) < 0)
			return; /* no more than eight are proved */
		pythons->of[i] = *python;
	}
	pythons->is_python3[i] |= is_python3;
}

int check_syntax(struct check_part *part, struct err *err)
{
	struct pythons pythons = { 0 };
	struct check_python python;

	for (size_t i = 0; i < part->n_archs; i++) {
		for (size_t k = 0; check_python_find(part, part->archs[i], k, &python); k++)
			note_python(&pythons, &python, k == 0);
	}
	for (size_t i = 0; i < pythons.minors.n; i++) {
		struct syntax syntax = { .part = part,
					 .minors = &pythons.minors,
					 .python = &pythons.of[i],
					 .is_python3 = pythons.is_python3[i],
					 .is_first = i == 0 };
		int r = prove(&syntax);

		if (r < 0)
			return err_set(err, -r, "cannot list the programs");
	}
	return 0;
}
