/* SPDX-License-Identifier: MIT */
/* Python's distributions: what they need, for which archs they are, and whether their files are
 * there. */
#include "check/part.h"

#include <stdio.h>
#include <string.h>

#include "base/dists.h"
#include "base/exact.h"
#include "base/files.h"
#include "check/check.h"
#include "check/finding.h"
#include "check/needs.h"
#include "core/arch.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"

static const struct finding_kind unmet = {
	FINDING_WARNING, "what imports it fails, or does not work as it was meant to",
	"add it: busypy add TREE NAME"
};
static const struct finding_kind lacking = {
	FINDING_WARNING, "an import of it fails there",
	"add its wheel for that arch, or take it out: busypy remove TREE NAME"
};
static const struct finding_kind lost = { FINDING_WARNING,
					  "an import of it fails, or not all of it works",
					  "add it again: busypy add --force TREE WHEEL" };

enum { VERSION_MAX = 64 };

/* The number of a runtime's Python, as it was staged. */
static void read_version(const struct check_part *part, const struct arch *arch, unsigned minor,
			 char ret[VERSION_MAX])
{
	FILES_FREE char *text = NULL;
	char path[PATH_SIZE];
	const char *line;
	size_t n;

	(void)snprintf(ret, VERSION_MAX, "3.%u", minor);
	if (files_path(path, NULL, "%s/" TREE_INFO_OF "/versions", part->request->tree,
		       arch->name) < 0 ||
	    exact_read(path, &text, &n, NULL) < 0)
		return;
	line = str_starts(text, "python ") ? text : strstr(text, "\npython ");
	if (!line)
		return;
	line = strchr(line, ' ') + 1;
	(void)str_copy_bytes(ret, VERSION_MAX, line, strcspn(line, "\n")); /* else as it was */
}

static void tell_unmet(const struct dist *dist, const struct arch *arch, const char *what,
		       void *ctx)
{
	const struct check_part *part = ctx;

	finding_add(part->findings, &unmet, dist->info, arch, "%s", what);
}

static void check_needs(const struct check_part *part, const struct dists *dists,
			const struct arch *arch)
{
	char version[VERSION_MAX];
	struct check_python python;
	struct needs_runtime runtime = { .arch = arch, .version = version };

	if (!check_python_find(part, arch, 0, &python))
		return;
	runtime.minor = python.minor;
	read_version(part, arch, python.minor, version);
	for (size_t i = 0; i < dists->n; i++)
		needs_find(dists, &dists->dists[i], &runtime, tell_unmet, (void *)part);
}

static void check_files(const struct check_part *part, const struct dist *dist)
{
	const char *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < dist->n_files; i++) {
		const char *path = dist->files[i].path;

		if (strstr(path, "__pycache__/") || check_index_find(part->index, path))
			continue;
		first = first ? first : path;
		n++;
	}
	if (n)
		finding_add(part->findings, &lost, dist->info, dist->arch,
			    "%zu files of its RECORD are not there, the first is %s", n, first);
}

static void check_dist(const struct check_part *part, const struct dists *dists,
		       const struct dist *dist)
{
	const struct arch *arch = NULL;

	/* who asks for some archs does not ask for the others */
	if (!part->request->archs)
		arch = needs_lacking(dists, dist, part->archs, part->n_archs);
	if (arch)
		finding_add(part->findings, &lacking, dist->info, NULL,
			    "%s is for %s, and not there for %s", dist->name, dist->arch->name,
			    arch->name);
	check_files(part, dist);
}

int check_dists(struct check_part *part, struct err *err)
{
	struct dists dists = { 0 };
	int r = dists_read(part->request->tree, &dists, err);

	for (size_t i = 0; r == 0 && i < part->n_archs; i++)
		check_needs(part, &dists, part->archs[i]);
	for (size_t i = 0; r == 0 && i < dists.n; i++)
		check_dist(part, &dists, &dists.dists[i]);
	dists_free(&dists);
	return r;
}
