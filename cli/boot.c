/* SPDX-License-Identifier: MIT */
/* busypy boot: starts a tree or an image in QEMU, with the console on this terminal. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/conf_file.h"
#include "base/destination.h"
#include "base/files.h"
#include "base/folder.h"
#include "base/listener.h"
#include "base/tempdir.h"
#include "check/closure.h"
#include "check/level.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/conf.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/nfs.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/x86_level.h"
#include "core/x86_model.h"
#include "image/client.h"
#include "image/pack.h"
#include "image/qemu.h"
#include "source/debian_kernel.h"
#include "sys/below.h"
#include "sys/fd.h"
#include "sys/tree.h"
#include "boot_record.h"
#include "commands.h"
#include "options.h"
#include "say.h"

enum { MEMORY_DEFAULT = 512, EXIT_NOT_POWEROFF = 1, CLIENT_WORDS_MAX = 2048 };

static const char help[] =
	"Usage: busypy boot [OPTION...] TREE|IMAGE\n"
	"       busypy boot [OPTION...] --nfs [SERVER:]/PATH[,OPTIONS]\n"
	"Starts a tree (packed as an initramfs) or an initramfs IMAGE in QEMU, with its console\n"
	"on this terminal. Ctrl-] ends it. With --nfs: a client that mounts the export or tree\n"
	"from a file server, by default this machine.\n"
	"\n"
	"  -a, --arch ARCH      x86_64 or aarch64 (default: this machine's)\n"
	"  -k, --kernel FILE    default: Debian's for that arch, downloaded once\n"
	"      --append WORDS   more words for the kernel's command line\n"
	"      --memory MIB     default: 512\n"
	"      --cpu CPU        as QEMU's -cpu\n"
	"      --accel ACCEL    as QEMU's -accel (default: tcg)\n"
	"      --drive FILE     a raw image as a virtio disk; may be repeated\n"
	"      --net NETDEV     as QEMU's -netdev, 'user' for example (default: none)\n"
	"      --nfs SHARE      start a client of this share, on QEMU's user network\n"
	"      --kernel-modules DIR  with --nfs and --kernel: the modules of that kernel\n"
	"      --log FILE       keep the console's output\n"
	"      --record DIR     run the tree's bin/smoke instead of the inittab, and keep what it\n"
	"                       says in DIR/smoke.ARCH.txt\n"
	"      --timeout SECS   end it then\n"
	"  -J, --json           print how it ended as JSON\n"
	"  -c, --config FILE    configuration, for the mirror\n"
	"  -h, --help           print this\n"
	"\n"
	"Exit status: 0 if it powered itself off, 1 for reboot, halt, panic or timeout, 125 if it\n"
	"could not be started.\n";

struct options {
	const char *what, *arch, *kernel, *append, *log, *record, *config, *nfs, *modules;
	bool json;
	const char *words; /* ours, for the command line; they go before the user's */
	struct qemu_request machine;
};

static int take_number(const struct option_given *given, void *ctx)
{
	unsigned *number = ctx;
	uint64_t value;

	if (str_to_u64(given->text, 10, &value) < 0 || value == 0 || value > 1U << 20)
		return say_error(given->command, "--%s must be a number above 0, not '%s'",
				 given->name, given->text);
	*number = (unsigned)value;
	return 0;
}

static int take_drive(const struct option_given *given, void *ctx)
{
	struct qemu_request *machine = ctx;

	if (machine->n_drives == QEMU_DRIVES_MAX)
		return say_error(given->command, "more than %d drives", QEMU_DRIVES_MAX);
	machine->drives[machine->n_drives++] = given->text;
	return 0;
}

static int parse(int argc, char **argv, struct options *ret)
{
	struct qemu_request *machine = &ret->machine;
	const struct command_option options[] = {
		{ "arch", 'a', .text = &ret->arch },
		{ "kernel", 'k', .text = &ret->kernel },
		{ "append", .text = &ret->append },
		{ "memory", .take = take_number, .ctx = &machine->memory },
		{ "cpu", .text = &machine->cpu },
		{ "accel", .text = &machine->accel },
		{ "drive", .take = take_drive, .ctx = machine },
		{ "net", .text = &machine->net },
		{ "nfs", .text = &ret->nfs },
		{ "kernel-modules", .text = &ret->modules },
		{ "log", .text = &ret->log },
		{ "record", .text = &ret->record },
		{ "timeout", .take = take_number, .ctx = &machine->timeout },
		{ "json", 'J', .flag = &ret->json },
		{ "config", 'c', .text = &ret->config },
		{ 0 },
	};
	int words, r = options_parse(argc, argv, help, options);

	if (r)
		return r;
	words = ret->nfs ? 0 : 1;
	r = options_words(argc, argv, words, words, "one TREE or IMAGE, or --nfs");
	if (r)
		return r;
	if ((ret->nfs && !ret->kernel != !ret->modules) || (!ret->nfs && ret->modules))
		return say_error(argv[0], "--kernel-modules goes with --nfs and --kernel, which "
					  "needs it");
	ret->what = argv[optind];
	return 0;
}

/* A folder of our own with an image in it. */
struct made {
	struct tempdir dir;
	struct destination_place place;
};

static void show_step(const char *step, void *ctx)
{
	(void)ctx;
	say_progress("%s", step);
}

static const struct listener listener = { .step = show_step };

/* A place for an image in a folder of our own. */
static int make_image_place(struct made *made, char image[PATH_SIZE], struct err *err)
{
	int r = tempdir_make(&made->dir, err);

	if (r < 0)
		return r;
	r = files_path(image, err, "%s/image", made->dir.dir);
	return r < 0 ? r : destination_open(image, DESTINATION_FILE, 0, &made->place, err);
}

/* The words for the command line, and an image that understands them. */
static int find_client(struct options *options, const char *kernel, char image[PATH_SIZE],
		       struct made *made, struct err *err)
{
	static char words[CLIENT_WORDS_MAX], mac[sizeof("52:54:00:00:00:00")];
	struct debian_kernel_request request = { .arch = options->machine.arch,
						 .listener = &listener };
	struct client_request client = { .arch = options->machine.arch,
					 .modules = options->modules };
	struct pack_request pack = { .output = image, .place = &made->place };
	struct pack_size sizes[PACK_COMPONENTS];
	char modules[PATH_SIZE];
	struct nfs_share share;
	int r = nfs_share_parse(options->nfs, &share, err);

	if (r < 0)
		return err_wrap(err, r, "--nfs");
	if (!options->modules) {
		r = debian_kernel_find_modules(&request, kernel, modules, err);
		say_progress_end();
		if (r < 0)
			return r;
		client.modules = modules;
	}
	r = make_image_place(made, image, err);
	if (r < 0)
		return r;
	qemu_make_mac(mac);
	options->machine.mac = mac;
	if (!options->machine.net)
		options->machine.net = "user";
	/* 10.0.2.2: this machine, on QEMU's user network. Without port= that of the protocol. */
	(void)snprintf(words, sizeof(words), "root=/dev/nfs nfsroot=%s%s ip=dhcp ",
		       share.server ? "" : "10.0.2.2:", options->nfs);
	options->words = words;
	return client_write(&client, &pack, sizes, err);
}

/* Its programs would end, and PID 1 with them, before they can say why. */
static int warn_of_level(const struct options *options, const char *tree, struct err *err)
{
	char file[PATH_SIZE];
	const char *cpu;
	unsigned needs, has = qemu_x86_level(&options->machine, &cpu);
	int r = level_find(tree, options->machine.arch, &needs, file, err);

	if (r < 0 || !has || needs <= has)
		return r;
	say_warning("boot", "%s needs %s; --cpu %s has %s (Hint: --cpu %s)", file,
		    x86_level_name(needs), cpu, x86_level_name(has),
		    x86_model_example(needs < X86_LEVEL_MAX ? needs : X86_LEVEL_MAX));
	return 0;
}

/* A tree becomes an initramfs in a temporary file; an image is taken as it is. */
static int find_initrd(const struct options *options, char image[PATH_SIZE], struct made *made,
		       struct err *err)
{
	struct pack_request request = { .arch = options->machine.arch,
					.format = PACK_CPIO,
					.output = image,
					.place = &made->place };
	struct pack_size sizes[PACK_COMPONENTS];
	char tree[PATH_SIZE];
	struct stat st;
	int r;

	if (stat(options->what, &st) < 0)
		return err_set(err, errno, "cannot find %s", options->what);
	if (!S_ISDIR(st.st_mode))
		return files_path(image, err, "%s", options->what);
	r = tree_resolve(options->what, tree, err);
	if (r < 0)
		return r;
	r = closure_check_runtime(tree, options->machine.arch, err);
	if (r < 0)
		return r;
	r = warn_of_level(options, tree, err);
	if (r < 0)
		return r;
	r = make_image_place(made, image, err);
	if (r < 0)
		return r;
	request.tree = tree;
	say_progress("packing %s", tree);
	r = pack_write(&request, sizes, err);
	say_progress_end();
	return r;
}

static int find_kernel(const struct options *options, char kernel[PATH_SIZE], struct err *err)
{
	static struct conf conf;
	struct debian_kernel_request request = { .arch = options->machine.arch,
						 .listener = &listener };
	int r;

	if (options->kernel)
		return access(options->kernel, R_OK) < 0
			       ? err_set(err, errno, "cannot read the kernel %s", options->kernel)
			       : files_path(kernel, err, "%s", options->kernel);
	r = conf_file_read(options->config, &conf, err);
	if (r < 0)
		return r;
	request.mirror = conf.mirror;
	r = debian_kernel_find(&request, kernel, err);
	say_progress_end();
	return r;
}

/* Every key goes to the guest while it runs, also ^C. */
static bool raw_terminal(struct termios *ret_before)
{
	struct termios raw;

	if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, ret_before) < 0)
		return false;
	raw = *ret_before;
	cfmakeraw(&raw);
	return tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
}

/* Makes the file anew: what has the name goes, and is not opened. */
static int make_log(int dir, const char *name, const char *path, struct err *err)
{
	int r = below_unlink(dir, name, 0);

	if (r == 0 || r == -ENOENT)
		r = below_create(dir, name, 0644);
	return r < 0 ? err_set(err, -r, "cannot create %s", path) : r;
}

/* The record's folder, and the console's log in it. */
static int open_record(const struct options *options, struct folder *ret, int *ret_log,
		       struct err *err)
{
	DESTINATION_CLEANUP struct destination_place place = DESTINATION_NOWHERE;
	FOLDER_CLEANUP struct folder top = FOLDER_NONE;
	char name[64], path[PATH_SIZE];
	int r = destination_open(options->record, DESTINATION_RECORD, 0, &place, err);

	if (r < 0)
		return r;
	r = folder_take(fd_steal(&place.fd), place.path, &top, err);
	if (r < 0)
		return r;
	r = folder_make(&top, *place.rest ? place.rest : ".", ret, err);
	if (r < 0)
		return r;
	(void)str_copy(ret->path, sizeof(ret->path), options->record); /* as the user says it */
	(void)snprintf(name, sizeof(name), "console.%s.log", options->machine.arch->name);
	r = files_path(path, err, "%s/%s", options->record, name);
	if (r < 0 || options->log)
		return r;
	*ret_log = make_log(ret->fd, name, path, err);
	return *ret_log < 0 ? *ret_log : 0;
}

/* The console's log: --log, else in the record's folder. */
static int open_log(const struct options *options, struct folder *ret_record, int *ret_log,
		    struct err *err)
{
	DESTINATION_CLEANUP struct destination_place place = DESTINATION_NOWHERE;
	int r = options->record ? open_record(options, ret_record, ret_log, err) : 0;

	if (r < 0 || !options->log)
		return r;
	r = destination_open(options->log, DESTINATION_LOG, 0, &place, err);
	if (r < 0)
		return r;
	*ret_log = make_log(place.fd, place.rest, options->log, err);
	return *ret_log < 0 ? *ret_log : 0;
}

static int run(struct options *options, const char *kernel, const char *initrd,
	       struct qemu_result *ret, struct err *err)
{
	char append[4096];
	struct qemu_request *machine = &options->machine;
	FOLDER_CLEANUP struct folder record = FOLDER_NONE;
	FD_CLEANUP int log = -1;
	struct termios before;
	struct text text;
	bool raw;
	int r;

	text_init(&text, append, sizeof(append));
	text_addf(&text, "%s%s%s", options->words ? options->words : "",
		  options->record ? "quiet busypy.run=/bin/smoke " : "",
		  options->append ? options->append : "");
	if (text_check(&text) < 0)
		return err_say(err, E2BIG, "--append is too long");
	r = open_log(options, &record, &log, err);
	if (r < 0)
		return r;
	machine->log = log;
	machine->kernel = kernel;
	machine->initrd = initrd;
	machine->append = append;
	machine->input = STDIN_FILENO;
	machine->output = options->json ? STDERR_FILENO : STDOUT_FILENO;
	raw = raw_terminal(&before);
	r = qemu_run(machine, ret, err);
	if (raw)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before); /* the terminal may be gone */
	if (r < 0)
		return r;
	return options->record ? boot_record_smoke(log, &record, machine->arch->name, err) : 0;
}

static int report(const struct options *options, const struct qemu_result *result)
{
	/* who was ended by us has most likely left a line without an end */
	bool cut = result->verdict == QEMU_QUIT || result->verdict == QEMU_TIMEOUT;

	if (options->json)
		(void)printf("{\"verdict\": \"%s\", \"arch\": \"%s\", \"microseconds\": %" PRIu64
			     "}\n",
			     qemu_verdict_name(result->verdict), options->machine.arch->name,
			     result->wall);
	else
		(void)fprintf(stderr, "%sbusypy: boot: %s after %.2f s\n", cut ? "\n" : "",
			      qemu_verdict_name(result->verdict), (double)result->wall / 1e6);
	return result->verdict == QEMU_POWEROFF ? 0 : EXIT_NOT_POWEROFF;
}

/* Finds what is started, and starts it. */
static int boot(struct options *options, struct made *made, struct qemu_result *ret,
		struct err *err)
{
	char kernel[PATH_SIZE], initrd[PATH_SIZE];
	int r = arch_named(options->arch, &options->machine.arch, err);

	if (r < 0)
		return r;
	r = find_kernel(options, kernel, err);
	if (r < 0)
		return r;
	r = options->nfs ? find_client(options, kernel, initrd, made, err)
			 : find_initrd(options, initrd, made, err);
	if (r < 0)
		return r;
	return run(options, kernel, initrd, ret, err);
}

int cmd_boot(int argc, char **argv)
{
	static struct options options = { .machine = { .memory = MEMORY_DEFAULT } };
	struct made made = { .dir.fd = -1, .place = DESTINATION_NOWHERE };
	struct qemu_result result;
	struct err err = { 0 };
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	r = boot(&options, &made, &result, &err);
	destination_close(&made.place);
	tempdir_drop(&made.dir);
	return r < 0 ? say_err(argv[0], &err) : report(&options, &result);
}
