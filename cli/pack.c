/* SPDX-License-Identifier: MIT */
/* busypy pack: a tree as an initramfs, a tar or a file system image. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/destination.h"
#include "base/listener.h"
#include "base/table.h"
#include "check/check.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/path_size.h"
#include "image/client.h"
#include "image/pack.h"
#include "sys/tree.h"
#include "commands.h"
#include "listen.h"
#include "options.h"
#include "say.h"

enum { MODULES_MAX = 512, LINE_SIZE = 256 };

static const char help[] =
	"Usage: busypy pack [OPTION...] -o FILE TREE\n"
	"       busypy pack --nfs-client --kernel-modules DIR [OPTION...] -o FILE\n"
	"Writes TREE, with the runtime of one arch, as an archive. The same tree gives the same\n"
	"bytes on every host, for every user, at any time. With --nfs-client: an initramfs that\n"
	"holds no tree, but what mounts one from a file server.\n"
	"\n"
	"  -o, --output FILE     where to write it\n"
	"  -a, --arch ARCH       the arch (default: this machine's); 'all' for a tar of all\n"
	"  -f, --format FORMAT   'cpio' (default): an initramfs that starts /init; 'tar'; or\n"
	"                        'erofs': a file system image that clients mount\n"
	"  -z, --compress HOW    'gzip', 'zstd' or 'none' (default); erofs: 'lz4hc' (default) or\n"
	"                        'none'\n"
	"  -m, --minimal FILE    leave out the Python modules that FILE names, one a line\n"
	"  -n, --nfs-client      write init and kernel modules for a root over NFS\n"
	"  -k, --kernel-modules DIR  the modules of the kernel: /lib/modules/VERSION\n"
	"      --module NAME     one more module, for a network card; may be repeated\n"
	"  -r, --report          print the size by component\n"
	"  -J, --json            print the report as JSON\n"
	"  -h, --help            print this\n";

struct options {
	struct client_request client;
	const char *wanted[CLIENT_MODULES_MAX];
	bool nfs_client;
	const char *tree, *arch, *output, *minimal;
	struct destination_place place; /* of the output */
	enum pack_format format;
	enum pack_compression compression;
	bool compress; /* given, not the default */
	bool report;
	unsigned flags;
};

static int take_format(const struct option_given *given, void *ctx)
{
	static const char *const words[] = {
		[PACK_CPIO] = "cpio", [PACK_TAR] = "tar", [PACK_EROFS] = "erofs", NULL
	};
	enum pack_format *format = ctx;
	int word = options_word(given, words);

	if (word < 0)
		return say_error(given->command,
				 "--format must be 'cpio', 'tar' or 'erofs', not '%s'",
				 given->text);
	*format = (enum pack_format)word;
	return 0;
}

static int take_compression(const struct option_given *given, void *ctx)
{
	static const char *const words[] = { [PACK_PLAIN] = "none",
					     [PACK_GZIP] = "gzip",
					     [PACK_ZSTD] = "zstd",
					     [PACK_LZ4HC] = "lz4hc",
					     NULL };
	struct options *options = ctx;
	int word = options_word(given, words);

	if (word < 0)
		return say_error(given->command,
				 "--compress must be 'gzip', 'zstd', 'lz4hc' or 'none', not '%s'",
				 given->text);
	options->compression = (enum pack_compression)word;
	options->compress = true;
	return 0;
}

static int take_module(const struct option_given *given, void *ctx)
{
	struct options *options = ctx;

	if (options->client.n_wanted == CLIENT_MODULES_MAX)
		return say_error(given->command, "more than %d modules", CLIENT_MODULES_MAX);
	options->wanted[options->client.n_wanted++] = given->text;
	return 0;
}

/* What goes with what. */
static int check_options(int argc, char **argv, struct options *ret)
{
	if (!ret->nfs_client && (ret->client.modules || ret->client.n_wanted))
		return say_error(argv[0], "--kernel-modules and --module go with --nfs-client");
	if (!ret->nfs_client && (optind + 1 != argc || !ret->output))
		return say_error(argv[0], "needs one TREE and --output (Hint: see 'busypy pack "
					  "--help')");
	if (ret->nfs_client && (optind != argc || !ret->output || !ret->client.modules))
		return say_error(argv[0], "--nfs-client needs --kernel-modules and --output, and "
					  "no TREE (Hint: see 'busypy pack --help')");
	if (ret->nfs_client && (ret->format != PACK_CPIO || ret->minimal))
		return say_error(argv[0], "--nfs-client is an initramfs without a tree: neither "
					  "--format tar nor --minimal");
	ret->tree = argv[optind];
	return 0;
}

static int parse(int argc, char **argv, struct options *ret)
{
	const struct command_option options[] = {
		{ "output", 'o', .text = &ret->output },
		{ "arch", 'a', .text = &ret->arch },
		{ "format", 'f', .take = take_format, .ctx = &ret->format },
		{ "compress", 'z', .take = take_compression, .ctx = ret },
		{ "minimal", 'm', .text = &ret->minimal },
		{ "nfs-client", 'n', .flag = &ret->nfs_client },
		{ "kernel-modules", 'k', .text = &ret->client.modules },
		{ "module", .take = take_module, .ctx = ret },
		{ "report", 'r', .flag = &ret->report },
		{ "json", 'J', .bits = &ret->flags, .bit = TABLE_JSON },
		{ 0 },
	};
	int r = options_parse(argc, argv, help, options);

	return r ? r : check_options(argc, argv, ret);
}

/* Names, one a line; "#" begins a comment. The words live as long as the process. */
static int read_modules(const char *path, const char *ret[MODULES_MAX], struct err *err)
{
	FILE *file = fopen(path, "re");
	char line[LINE_SIZE];
	size_t n = 0;
	int r = 0;

	if (!file)
		return err_set(err, errno, "cannot read %s", path);
	while (r == 0 && fgets(line, sizeof(line), file)) {
		char *word = line + strspn(line, " \t");

		word[strcspn(word, "# \t\r\n")] = '\0';
		if (!*word)
			continue;
		if (n == MODULES_MAX - 1)
			r = err_say(err, E2BIG, "%s names more than %d modules", path,
				    MODULES_MAX - 1);
		else if (!(ret[n++] = strdup(word)))
			r = err_set(err, ENOMEM, "cannot read %s", path);
	}
	if (r == 0 && ferror(file))
		r = err_set(err, EIO, "cannot read %s", path);
	ret[n < MODULES_MAX ? n : MODULES_MAX - 1] = NULL;
	(void)fclose(file); /* only read from */
	return r;
}

static void show_amount(const struct listener_amount *amount, void *ctx)
{
	(void)ctx;
	say_progress("packing: %" PRIu64 " files, %" PRIu64 " MiB", amount->files,
		     amount->bytes >> 20);
}

static const struct listener listener = { .amount = show_amount,
					  .warning = listen_warning,
					  .ctx = (void *)"pack" };

static int report(const struct pack_size sizes[PACK_COMPONENTS], unsigned flags, struct err *err)
{
	static const struct table_column columns[] = {
		{ "COMPONENT", TABLE_TEXT },
		{ "FILES", TABLE_NUMBER },
		{ "BYTES", TABLE_NUMBER },
	};
	TABLE_CLEANUP struct table *table = table_new("components", columns, 3);

	if (!table)
		return err_set(err, ENOMEM, "cannot make a table");
	for (size_t i = 0; i < PACK_COMPONENTS; i++) {
		char files[TABLE_NUMBER_SIZE], bytes[TABLE_NUMBER_SIZE];
		const char *cells[] = { pack_component_name((enum pack_component)i),
					table_number(files, sizes[i].files),
					table_number(bytes, sizes[i].bytes) };

		(void)table_add(table, cells);
	}
	return table_print(&table, 1, flags, NULL, err);
}

/* The compression that goes with the format. */
static int choose_compression(const struct options *options, enum pack_compression *ret,
			      struct err *err)
{
	bool erofs = options->format == PACK_EROFS, lz4hc = options->compression == PACK_LZ4HC;

	*ret = erofs && !options->compress ? PACK_LZ4HC : options->compression;
	if (erofs && options->compression != PACK_PLAIN && !lz4hc)
		return err_say(err, EINVAL, "an erofs image is compressed with 'lz4hc' or 'none'");
	if (!erofs && lz4hc)
		return err_say(err, EINVAL, "'lz4hc' is for images (Hint: --format erofs)");
	return 0;
}

static int make_request(const struct options *options, char tree[PATH_SIZE],
			struct pack_request *ret, struct err *err)
{
	static const char *modules[MODULES_MAX];
	bool all = options->arch && strcmp(options->arch, "all") == 0;
	int r = tree_resolve(options->tree, tree, err);

	if (r < 0)
		return r;
	if (!all) {
		r = arch_named(options->arch, &ret->arch, err);
		if (r < 0)
			return r;
	}
	r = choose_compression(options, &ret->compression, err);
	if (r < 0)
		return r;
	if (all && options->format != PACK_TAR)
		return err_say(err, EINVAL,
			       "an %s is for one arch, not for all (Hint: --format tar)",
			       options->format == PACK_CPIO ? "initramfs" : "image");
	if (ret->arch) {
		r = closure_check_runtime(tree, ret->arch, err);
		if (r < 0)
			return r;
	}
	if (options->minimal) {
		r = read_modules(options->minimal, modules, err);
		if (r < 0)
			return r;
		ret->left_out = modules;
	}
	ret->tree = tree;
	ret->format = options->format;
	ret->output = options->output;
	ret->place = &options->place;
	ret->listener = &listener;
	return 0;
}

static int pack_client(const struct options *options, struct pack_size sizes[PACK_COMPONENTS],
		       struct err *err)
{
	struct client_request client = options->client;
	struct pack_request request = { .compression = options->compression,
					.output = options->output,
					.place = &options->place };
	int r = arch_named(options->arch, &client.arch, err);

	if (r < 0)
		return r;
	client.wanted = options->wanted;
	return client_write(&client, &request, sizes, err);
}

/* Without what takes long: checksums, and starting Python. */
static int check_tree(const struct pack_request *request, struct err *err)
{
	const struct arch *const archs[] = { request->arch, NULL };

	return check_warn(&(struct check_request){ .tree = request->tree,
						   .archs = request->arch ? archs : NULL,
						   .skip = CHECK_SKIP_SUMS | CHECK_SKIP_SYNTAX },
			  request->tree, &listener, err);
}

static int pack_tree(const struct options *options, struct pack_size sizes[PACK_COMPONENTS],
		     struct err *err)
{
	struct pack_request request = { 0 };
	char tree[PATH_SIZE];
	int r = make_request(options, tree, &request, err);

	if (r < 0)
		return r;
	r = pack_write(&request, sizes, err);
	say_progress_end();
	if (r < 0)
		return r;
	return check_tree(&request, err);
}

int cmd_pack(int argc, char **argv)
{
	struct options options = { .place = DESTINATION_NOWHERE };
	struct pack_size sizes[PACK_COMPONENTS];
	struct err err = { 0 };
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	r = destination_open(options.output, DESTINATION_FILE, 0, &options.place, &err);
	if (r < 0)
		return say_err(argv[0], &err);
	r = options.nfs_client ? pack_client(&options, sizes, &err)
			       : pack_tree(&options, sizes, &err);
	if (r == 0 && (options.report || options.flags))
		r = report(sizes, options.flags, &err);
	destination_close(&options.place);
	return r < 0 ? say_err(argv[0], &err) : 0;
}
