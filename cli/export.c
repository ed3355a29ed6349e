/* SPDX-License-Identifier: MIT */
/* busypy export: what makes a file server serve an export, and what its clients are told. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/folder.h"
#include "base/table.h"
#include "core/err.h"
#include "core/export_layout.h"
#include "core/nfs_export.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/tree_layout.h"
#include "core/version.h"
#include "export/dir.h"
#include "export/export.h"
#include "sys/tree.h"
#include "commands.h"
#include "options.h"
#include "say.h"

enum { TEXT_SIZE = 16384, ARCHS_SIZE = 256 };

static const char help[] =
	"Usage: busypy export [OPTION...] EXPORT\n"
	"Prints the configuration that makes a file server serve EXPORT, and, as comments in it,\n"
	"how clients mount it and boot from it. Changes nothing.\n"
	"\n"
	"  -s, --server SERVER   'knfsd' (default): lines for /etc/exports; or 'ganesha'\n"
	"  -n, --network CIDR    who may mount it (default: everyone)\n"
	"  -A, --address ADDR    this server's address, for the clients' command line\n"
	"  -J, --json            print all of it as JSON\n"
	"  -h, --help            print this\n";

struct options {
	const char *path, *address;
	enum nfs_server server;
	struct nfs_export export;
	unsigned flags;
};

/* What was found on disk. */
struct found {
	char export[PATH_SIZE], version[VERSION_ID_SIZE], archs[ARCHS_SIZE];
	bool own_leases; /* the leases are a file system of their own */
};

static int take_server(const struct option_given *given, void *ctx)
{
	if (nfs_server_by_name(given->text, ctx) < 0)
		return say_error(given->command, "--server must be 'knfsd' or 'ganesha', not '%s'",
				 given->text);
	return 0;
}

static int take_network(const struct option_given *given, void *ctx)
{
	const char **network = ctx;
	struct err err = { 0 };

	if (nfs_network_check(given->text, &err) < 0)
		return say_error(given->command, "--%s: %s", given->name, err.text);
	*network = given->text;
	return 0;
}

static int take_address(const struct option_given *given, void *ctx)
{
	if (given->text[0] == '*' || strchr(given->text, '/'))
		return say_error(given->command, "--address must be an IPv4 address, not '%s'",
				 given->text);
	return take_network(given, ctx);
}

static int parse(int argc, char **argv, struct options *ret)
{
	const struct command_option options[] = {
		{ "server", 's', .take = take_server, .ctx = &ret->server },
		{ "network", 'n', .take = take_network, .ctx = &ret->export.network },
		{ "address", 'A', .take = take_address, .ctx = &ret->address },
		{ "json", 'J', .bits = &ret->flags, .bit = TABLE_JSON },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	r = options_words(argc, argv, 1, 1, "one EXPORT");
	ret->path = argv[optind];
	return r;
}

static int find_leases(const struct export_dir *dir, struct options *options, struct found *found,
		       struct err *err)
{
	const struct folder *root = export_root(dir);
	struct stat above, st;

	if (fstat(root->fd, &above) < 0)
		return err_set(err, errno, "cannot look at %s", found->export);
	options->export.leases =
		folder_stat(root, NFS_EXPORT_LEASES, &st, NULL) == 0 && S_ISDIR(st.st_mode);
	found->own_leases = options->export.leases && st.st_dev != above.st_dev;
	return 0;
}

static int find_in(const struct export_dir *dir, struct options *options, struct found *found,
		   struct err *err)
{
	FOLDER_CLEANUP struct folder tree = FOLDER_NONE;
	int r = files_path(found->export, err, "%s", export_root(dir)->path);

	if (r < 0)
		return r;
	r = nfs_export_check(found->export, err);
	if (r < 0)
		return r;
	r = find_leases(dir, options, found, err);
	if (r < 0)
		return r;
	options->export.path = found->export;
	r = export_current(dir, found->version, err);
	if (r <= 0)
		return r;
	if (export_enter(dir, found->version, &tree, NULL) == 0)
		tree_archs_in(tree.fd, found->archs, sizeof(found->archs));
	else
		(void)str_copy(found->archs, sizeof(found->archs), "none"); /* fits */
	return 0;
}

static int find(struct options *options, struct found *found, struct err *err)
{
	EXPORT_CLEANUP struct export_dir *dir = NULL;
	int r = export_open(options->path, EXPORT_LOOK, &dir, err);

	return r < 0 ? r : find_in(dir, options, found, err);
}

/* Calls each with each arch of the version that is current. */
static void each_arch(const struct found *found,
		      void (*each)(const char *arch, const char *init, void *ctx), void *ctx)
{
	const char *s = str_eq(found->archs, "none") ? "" : found->archs;
	char arch[64], init[128];
	struct text text;

	for (size_t n; *s; s += n + (s[n] == ' ')) {
		n = strcspn(s, " ");
		if (str_copy_bytes(arch, sizeof(arch), s, n) < 0)
			continue; /* no name of ours is so long */
		text_init(&text, init, sizeof(init));
		text_addf(&text, "init=/" EXPORT_CURRENT "/" TREE_INIT_OF, arch);
		each(arch, init, ctx);
	}
}

static void add_comment(const char *arch, const char *init, void *ctx)
{
	text_addf(ctx, "#   %-9s %s\n", arch, init);
}

static void add_leases_comment(struct text *text, const struct options *options,
			       const struct found *found)
{
	const char *export = found->export;

	if (found->own_leases)
		return;
	if (!options->export.leases)
		text_addf(text,
			  "# There is no %s/leases, so 'busypy clients' will know of none: make "
			  "it.\n",
			  export);
	text_addf(text,
		  "# The leases should be a small file system of their own, so that no client can "
		  "fill the\n# disk%s:\n#   mount -t tmpfs -o size=4m,mode=1777 leases %s/leases\n",
		  options->server == NFS_SERVER_KERNEL
			  ? "; over NFS 4 this server reaches them only then"
			  : "",
		  export);
}

static void add_text(struct text *text, const struct options *options, const struct found *found)
{
	size_t n;
	const struct nfs_recipe *recipes = nfs_recipes(&n);

	text_addf(text, "# %s: %s%s%s%s\n", found->export,
		  *found->version ? "version " : "nothing is published yet", found->version,
		  *found->version ? ", for " : "", found->archs);
	text_add(text, options->server == NFS_SERVER_KERNEL
			       ? "# For /etc/exports; then: exportfs -ra\n"
			       : "# For ganesha.conf; then restart it or send it SIGHUP\n");
	nfs_export_add(text, &options->export, options->server, NFS_SHARE_TREE);
	if (options->export.leases)
		nfs_export_add(text, &options->export, options->server, NFS_SHARE_LEASES);
	add_leases_comment(text, options, found);
	text_add(text, "# A published version never changes, so that clients need not ask twice. "
		       "Mount options:\n");
	for (size_t i = 0; i < n; i++)
		text_addf(text, "#   %s\n#       %s\n", recipes[i].options, recipes[i].reason);
	text_add(text, "# Kernel command line, with an initramfs of 'busypy pack --nfs-client':\n");
	for (size_t i = 0; i < n; i++) {
		text_add(text, "#   ");
		nfs_export_add_words(text, &options->export, &recipes[i], options->address);
		text_add(text, "\n");
	}
	text_add(text, "# and behind it, only for a kernel that mounts its root itself:\n");
	each_arch(found, add_comment, text);
}

static void add_row(const char *arch, const char *init, void *ctx)
{
	const char *cells[] = { arch, init };

	(void)table_add(ctx, cells);
}

enum { TABLE_EXPORT, TABLE_SHARES, TABLE_MOUNTS, TABLE_INITS, TABLES };

/* Each cell is made in a buffer that the table copies. */
static void fill(struct table *tables[TABLES], const struct options *options,
		 const struct found *found)
{
	static char text_space[TEXT_SIZE];
	size_t n;
	const struct nfs_recipe *recipes = nfs_recipes(&n);
	const char *head[] = { found->export, *found->version ? found->version : NULL,
			       nfs_server_name(options->server), options->export.network };
	struct text text;

	(void)table_add(tables[TABLE_EXPORT], head);
	for (size_t i = 0; i < NFS_SHARES; i++) {
		const char *cells[] = { i == NFS_SHARE_TREE ? "tree" : "leases", text_space };

		if (i == NFS_SHARE_LEASES && !options->export.leases)
			continue;
		text_init(&text, text_space, sizeof(text_space));
		nfs_export_add(&text, &options->export, options->server, (enum nfs_share_kind)i);
		(void)table_add(tables[TABLE_SHARES], cells);
	}
	for (size_t i = 0; i < n; i++) {
		const char *cells[] = { recipes[i].version, recipes[i].options, recipes[i].reason,
					text_space };

		text_init(&text, text_space, sizeof(text_space));
		nfs_export_add_words(&text, &options->export, &recipes[i], options->address);
		(void)table_add(tables[TABLE_MOUNTS], cells);
	}
	each_arch(found, add_row, tables[TABLE_INITS]);
}

static int print_json(const struct options *options, const struct found *found, struct err *err)
{
	static const struct table_column heads[] = { { "PATH", TABLE_TEXT },
						     { "CURRENT", TABLE_TEXT },
						     { "SERVER", TABLE_TEXT },
						     { "NETWORK", TABLE_TEXT } };
	static const struct table_column shares[] = { { "SHARE", TABLE_TEXT },
						      { "CONFIG", TABLE_TEXT } };
	static const struct table_column mounts[] = { { "NFS", TABLE_TEXT },
						      { "OPTIONS", TABLE_TEXT },
						      { "REASON", TABLE_TEXT },
						      { "APPEND", TABLE_TEXT } };
	static const struct table_column inits[] = { { "ARCH", TABLE_TEXT },
						     { "INIT", TABLE_TEXT } };
	struct table *tables[TABLES] = { table_new("export", heads, 4),
					 table_new("shares", shares, 2),
					 table_new("mounts", mounts, 4),
					 table_new("inits", inits, 2) };
	int r = 0;

	for (size_t i = 0; i < TABLES; i++)
		r = tables[i] ? r : err_set(err, ENOMEM, "cannot make a table");
	if (r == 0) {
		fill(tables, options, found);
		r = table_print(tables, TABLES, options->flags, NULL, err);
	}
	for (size_t i = 0; i < TABLES; i++)
		table_free(tables[i]);
	return r;
}

static int print_text(const struct options *options, const struct found *found, struct err *err)
{
	static char space[TEXT_SIZE];
	struct text text;

	text_init(&text, space, sizeof(space));
	add_text(&text, options, found);
	if (text_check(&text) < 0)
		return err_say(err, E2BIG, "%s: the path is too long", found->export);
	(void)fputs(space, stdout);
	return 0;
}

int cmd_export(int argc, char **argv)
{
	static struct found found;
	struct options options = { .address = "SERVER", .export = { .network = "*" } };
	struct err err = { 0 };
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	r = find(&options, &found, &err);
	if (r == 0)
		r = options.flags & TABLE_JSON ? print_json(&options, &found, &err)
					       : print_text(&options, &found, &err);
	return r < 0 ? say_err(argv[0], &err) : 0;
}
