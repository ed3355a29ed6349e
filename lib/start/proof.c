/* SPDX-License-Identifier: MIT */
/* Output, complaint and status of each script (lib/start/proof), byte for byte. */
#include "start/proof.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/folder.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/str.h"
#include "start/process.h"
#include "sys/fd.h"

enum { OUTPUT_MAX = 1024 * 1024, WORDS_MAX = 16 };

/* The name and the text of each; made from lib/start/proof by the build. */
static const struct {
	const char *name, *text;
} scripts[] = {
#include "start_proof.h"
};

/* What a run has left. */
struct outcome {
	int output, complaint; /* memory files */
	int status;
};

static void close_outcome(struct outcome *outcome)
{
	fd_close(&outcome->output);
	fd_close(&outcome->complaint);
}

#define OUTCOME_CLEANUP __attribute__((cleanup(close_outcome)))
#define OUTCOME_NONE                          \
	{                                     \
		.output = -1, .complaint = -1 \
	}

static int run(const struct start_proof *proof, const struct start_way *way, const char *script,
	       struct outcome *ret, struct err *err)
{
	struct start_process process = *proof->process;
	char *argv[WORDS_MAX];
	size_t n = 0;

	while (n < WORDS_MAX - 2 && way->argv[n]) {
		argv[n] = way->argv[n];
		n++;
	}
	argv[n++] = (char *)script;
	argv[n] = NULL;
	ret->output = memfd_create("output", MFD_CLOEXEC);
	ret->complaint = memfd_create("complaint", MFD_CLOEXEC);
	if (ret->output < 0 || ret->complaint < 0)
		return err_set(err, errno, "cannot make memory files");
	process.file = way->file;
	process.argv = argv;
	process.output = ret->output;
	process.complaint = ret->complaint;
	return start_process_run(&process, &ret->status, err);
}

static ssize_t read_output(int fd, char *ret)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_size > OUTPUT_MAX)
		return -E2BIG;
	return fd_read_at(fd, ret, (size_t)st.st_size, 0);
}

static bool same_output(int a, int b, char *one, char *other)
{
	ssize_t n = read_output(a, one);

	return n >= 0 && read_output(b, other) == n && memcmp(one, other, (size_t)n) == 0;
}

static int compare(const struct outcome *plain, const struct outcome *restored, const char *name,
		   struct err *err)
{
	ARRAY_FREE char *room = malloc(2 * OUTPUT_MAX);
	char *other;

	if (!room)
		return err_set(err, ENOMEM, "cannot compare");
	other = room + OUTPUT_MAX;
	if (!same_output(plain->output, restored->output, room, other))
		return err_say(err, EPROTO, "%s writes something else than in a plain start", name);
	if (!same_output(plain->complaint, restored->complaint, room, other))
		return err_say(err, EPROTO, "%s complains of something else than in a plain start",
			       name);
	if (plain->status != restored->status)
		return err_say(err, EPROTO, "%s ends with %#x, in a plain start with %#x", name,
			       (unsigned)restored->status, (unsigned)plain->status);
	return 0;
}

/* It may have started plainly, for any doubt: then it says what is executed. */
static int check_restored(const struct start_proof *proof, const struct start_way *way,
			  const char *script, struct err *err)
{
	OUTCOME_CLEANUP struct outcome outcome = OUTCOME_NONE;
	char said[PATH_SIZE];
	ssize_t n;
	int r = run(proof, way, script, &outcome, err);

	if (r < 0)
		return r;
	n = fd_read_at(outcome.output, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	if (str_eq(said, way->file))
		return 0;
	n = fd_read_at(outcome.complaint, said, sizeof(said) - 1, 0);
	said[n > 0 ? n : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
	return err_say(err, EPROTO, "no script is started from it%s%.200s", said[0] ? ": " : "",
		       said);
}

static int try_script(const struct start_proof *proof, const char *script, const char *name,
		      struct err *err)
{
	OUTCOME_CLEANUP struct outcome plain = OUTCOME_NONE;
	int r = run(proof, &proof->plain, script, &plain, err);

	for (size_t i = 0; r == 0 && i < proof->n; i++) {
		OUTCOME_CLEANUP struct outcome restored = OUTCOME_NONE;

		r = run(proof, &proof->restored[i], script, &restored, err);
		if (r == 0)
			r = compare(&plain, &restored, name, err);
	}
	return r;
}

/* With a script laid down for as long. */
static int with_script(const struct start_proof *proof, const char *name, const char *text,
		       int (*each)(const struct start_proof *proof, const char *path,
				   const char *name, struct err *err),
		       struct err *err)
{
	char path[PATH_SIZE];
	int r = path_join(path, sizeof(path), proof->shown, name);

	if (r < 0)
		return err_set(err, -r, "%s", name);
	r = folder_write(proof->folder, name, text, strlen(text), 0644, err);
	if (r < 0)
		return r;
	r = each(proof, path, name, err);
	(void)folder_remove(proof->folder, name, NULL); /* it goes with the folder otherwise */
	return r;
}

static int try_restored(const struct start_proof *proof, const char *path, const char *name,
			struct err *err)
{
	struct start_process process = *proof->process;
	struct start_proof asked = *proof;
	int r = 0;

	(void)name;
	process.envp = proof->asked;
	asked.process = &process;
	for (size_t i = 0; r == 0 && i < proof->n; i++)
		r = check_restored(&asked, &proof->restored[i], path, err);
	return r;
}

int start_proof_run(const struct start_proof *proof, struct err *err)
{
	int r = with_script(proof, "executed.py",
			    "import os\nprint(end=os.readlink('/proc/self/exe'))\n", try_restored,
			    err);

	for (size_t i = 0; r == 0 && i < sizeof(scripts) / sizeof(scripts[0]); i++)
		r = with_script(proof, scripts[i].name, scripts[i].text, try_script, err);
	return r;
}
