/* SPDX-License-Identifier: MIT */
/* busypy boot: starts a tree or an image in QEMU, with the console on this terminal. */
#include <errno.h>
#include <fcntl.h>
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
#include "base/listener.h"
#include "check/closure.h"
#include "core/arch.h"
#include "core/arch_list.h"
#include "core/conf.h"
#include "core/destination.h"
#include "core/err.h"
#include "core/nfs.h"
#include "core/path_size.h"
#include "core/str.h"
#include "image/client.h"
#include "image/pack.h"
#include "image/qemu.h"
#include "source/debian_kernel.h"
#include "sys/tree.h"
#include "boot_record.h"
#include "commands.h"
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

enum long_only {
	OPT_APPEND = 256,
	OPT_MEMORY,
	OPT_CPU,
	OPT_ACCEL,
	OPT_DRIVE,
	OPT_NET,
	OPT_NFS,
	OPT_MODULES,
	OPT_LOG,
	OPT_RECORD,
	OPT_TIMEOUT
};

struct options {
	const char *what, *arch, *kernel, *append, *log, *record, *config, *nfs, *modules;
	bool json;
	const char *words; /* ours, for the command line; they go before the user's */
	struct qemu_request machine;
};

static int number(const char *command, const char *option, const char *text, unsigned *ret)
{
	uint64_t value;

	if (str_to_u64(text, 10, &value) < 0 || value == 0 || value > 1U << 20)
		return say_error(command, "%s must be a number above 0, not '%s'", option, text);
	*ret = (unsigned)value;
	return 0;
}

static int take_long(const char *command, int option, struct options *ret)
{
	struct qemu_request *machine = &ret->machine;

	switch (option) {
	case OPT_APPEND:
		ret->append = optarg;
		return 0;
	case OPT_MEMORY:
		return number(command, "--memory", optarg, &machine->memory);
	case OPT_CPU:
		machine->cpu = optarg;
		return 0;
	case OPT_ACCEL:
		machine->accel = optarg;
		return 0;
	case OPT_DRIVE:
		if (machine->n_drives == QEMU_DRIVES_MAX)
			return say_error(command, "more than %d drives", QEMU_DRIVES_MAX);
		machine->drives[machine->n_drives++] = optarg;
		return 0;
	case OPT_NET:
		machine->net = optarg;
		return 0;
	case OPT_NFS:
		ret->nfs = optarg;
		return 0;
	case OPT_MODULES:
		ret->modules = optarg;
		return 0;
	case OPT_LOG:
		ret->log = optarg;
		return 0;
	case OPT_RECORD:
		ret->record = optarg;
		return 0;
	case OPT_TIMEOUT:
		return number(command, "--timeout", optarg, &machine->timeout);
	default:
		return say_usage(command);
	}
}

static int parse(int argc, char **argv, struct options *ret)
{
	static const struct option longs[] = {
		{ "arch", required_argument, NULL, 'a' },
		{ "kernel", required_argument, NULL, 'k' },
		{ "append", required_argument, NULL, OPT_APPEND },
		{ "memory", required_argument, NULL, OPT_MEMORY },
		{ "cpu", required_argument, NULL, OPT_CPU },
		{ "accel", required_argument, NULL, OPT_ACCEL },
		{ "drive", required_argument, NULL, OPT_DRIVE },
		{ "net", required_argument, NULL, OPT_NET },
		{ "nfs", required_argument, NULL, OPT_NFS },
		{ "kernel-modules", required_argument, NULL, OPT_MODULES },
		{ "log", required_argument, NULL, OPT_LOG },
		{ "record", required_argument, NULL, OPT_RECORD },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ "json", no_argument, NULL, 'J' },
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, r = 0;

	while (r == 0 && (option = getopt_long(argc, argv, "a:k:Jc:h", longs, NULL)) != -1) {
		switch (option) {
		case 'a':
			ret->arch = optarg;
			break;
		case 'k':
			ret->kernel = optarg;
			break;
		case 'J':
			ret->json = true;
			break;
		case 'c':
			ret->config = optarg;
			break;
		case 'h':
			(void)fputs(help, stdout);
			exit(0);
		default:
			r = take_long(argv[0], option, ret);
		}
	}
	if (r == 0 && optind + !ret->nfs != argc)
		return say_error(argv[0], "needs one TREE or IMAGE, or --nfs (Hint: see 'busypy "
					  "boot --help')");
	if (r == 0 && ((ret->nfs && !ret->kernel != !ret->modules) || (!ret->nfs && ret->modules)))
		return say_error(argv[0], "--kernel-modules goes with --nfs and --kernel, which "
					  "needs it");
	ret->what = argv[optind];
	return r;
}

static void show_step(const char *step, void *ctx)
{
	(void)ctx;
	say_progress("%s", step);
}

static const struct listener listener = { .step = show_step };

static int make_image_file(char image[PATH_SIZE], struct err *err)
{
	int r = files_temporary(image, "busypy-boot.", err);
	int fd = r < 0 ? -1 : mkstemp(image);

	if (r < 0)
		return r;
	if (fd < 0)
		return err_set(err, errno, "cannot create %s", image);
	(void)close(fd); /* only the name was wanted: pack replaces it */
	return 0;
}

/* The words for the command line, and an image that understands them. */
static int find_client(struct options *options, const char *kernel, char image[PATH_SIZE],
		       bool *ret_temporary, struct err *err)
{
	static char words[CLIENT_WORDS_MAX], mac[sizeof("52:54:00:00:00:00")];
	struct debian_kernel_request request = { .arch = options->machine.arch,
						 .listener = &listener };
	struct client_request client = { .arch = options->machine.arch,
					 .modules = options->modules };
	struct pack_request pack = { .output = image };
	struct pack_size sizes[PACK_COMPONENTS];
	char modules[PATH_SIZE];
	struct nfs_share share;
	int r = nfs_share_parse(options->nfs, &share, err);

	if (r < 0)
		return err_wrap(err, r, "--nfs");
	if (!options->modules) {
		r = debian_kernel_find_modules(&request, kernel, modules, err);
		client.modules = modules;
		say_progress_end();
	}
	if (r == 0)
		r = make_image_file(image, err);
	if (r < 0)
		return r;
	*ret_temporary = true;
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

/* A tree becomes an initramfs in a temporary file; an image is taken as it is. */
static int find_initrd(const struct options *options, char image[PATH_SIZE], bool *ret_temporary,
		       struct err *err)
{
	struct pack_request request = { .arch = options->machine.arch,
					.format = PACK_CPIO,
					.output = image };
	struct pack_size sizes[PACK_COMPONENTS];
	char tree[PATH_SIZE];
	struct stat st;
	int r;

	if (stat(options->what, &st) < 0)
		return err_set(err, errno, "cannot find %s", options->what);
	if (!S_ISDIR(st.st_mode))
		return files_path(image, err, "%s", options->what);
	r = tree_resolve(options->what, tree, err);
	if (r == 0)
		r = closure_check_runtime(tree, options->machine.arch, err);
	if (r == 0)
		r = make_image_file(image, err);
	if (r < 0)
		return r;
	*ret_temporary = true;
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
	request.mirror = conf.mirror;
	if (r == 0)
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

static int open_log(const struct options *options, const char *record, int *ret, struct err *err)
{
	const char *path = options->log ? options->log : record;

	*ret = -1;
	if (!path)
		return 0;
	*ret = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return *ret < 0 ? err_set(err, errno, "cannot create %s", path) : 0;
}

static int run(struct options *options, const char *kernel, const char *initrd,
	       struct qemu_result *ret, struct err *err)
{
	char append[4096], raw_log[PATH_SIZE];
	struct qemu_request *machine = &options->machine;
	struct termios before;
	struct text text;
	bool raw;
	int r = 0;

	text_init(&text, append, sizeof(append));
	text_addf(&text, "%s%s%s", options->words ? options->words : "",
		  options->record ? "quiet busypy.run=/bin/smoke " : "",
		  options->append ? options->append : "");
	if (text_check(&text) < 0)
		return err_say(err, E2BIG, "--append is too long");
	if (options->record) {
		r = destination_check(options->record, DESTINATION_RECORD, 0, err);
		if (r == 0)
			r = files_mkdirs(options->record, err);
		if (r == 0)
			r = files_path(raw_log, err, "%s/console.%s.log", options->record,
				       machine->arch->name);
	}
	if (r == 0)
		r = open_log(options, options->record ? raw_log : NULL, &machine->log, err);
	if (r < 0)
		return r;
	machine->kernel = kernel;
	machine->initrd = initrd;
	machine->append = append;
	machine->input = STDIN_FILENO;
	machine->output = options->json ? STDERR_FILENO : STDOUT_FILENO;
	raw = raw_terminal(&before);
	r = qemu_run(machine, ret, err);
	if (raw)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &before); /* the terminal may be gone */
	if (r == 0 && options->record)
		r = boot_record_smoke(machine->log, options->record, machine->arch->name, err);
	if (machine->log >= 0)
		(void)close(machine->log);
	return r;
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

int cmd_boot(int argc, char **argv)
{
	static struct options options = { .machine = { .memory = MEMORY_DEFAULT, .log = -1 } };
	static char kernel[PATH_SIZE], initrd[PATH_SIZE];
	struct qemu_result result;
	struct err err = { 0 };
	bool temporary = false;
	int r = parse(argc, argv, &options);

	if (r)
		return r;
	r = arch_named(options.arch, &options.machine.arch, &err);
	if (r == 0)
		r = find_kernel(&options, kernel, &err);
	if (r == 0)
		r = options.nfs ? find_client(&options, kernel, initrd, &temporary, &err)
				: find_initrd(&options, initrd, &temporary, &err);
	if (r == 0)
		r = run(&options, kernel, initrd, &result, &err);
	if (temporary)
		(void)unlink(initrd); /* ours, and nobody else's */
	return r < 0 ? say_err(argv[0], &err) : report(&options, &result);
}
