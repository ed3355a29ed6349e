/* SPDX-License-Identifier: MIT */
/* Runs when BusyPy is built: prints the filter that every sandbox gets, as the kernel's program,
 * made by libseccomp. So the small program needs no library for it, and no time.
 * What is refused, and why, is this file; busypy-run(1) tells users. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <linux/filter.h>
#include <linux/seccomp.h>

/* Refused with EPERM, as if the caller lacked the right. Without privilege most fail anyway: what
 * this takes away is what the kernel would have to check. */
static const char *const refused[] = {
	/* mounts: a sandbox's view is final */
	"mount",
	"umount",
	"umount2",
	"pivot_root",
	"open_tree",
	"move_mount",
	"fsopen",
	"fsconfig",
	"fsmount",
	"fspick",
	"mount_setattr",
	"chroot",
	"swapon",
	"swapoff",
	"quotactl",
	"quotactl_fd",
	/* other namespaces */
	"setns",
	/* other processes' memory */
	"ptrace",
	"process_vm_readv",
	"process_vm_writev",
	"kcmp",
	"pidfd_getfd",
	"process_madvise",
	/* files by handle: leads around every view */
	"open_by_handle_at",
	"name_to_handle_at",
	/* what all of the kernel has in common: keys, programs in it, traces of it, its own state
	 */
	"add_key",
	"request_key",
	"keyctl",
	"bpf",
	"perf_event_open",
	"userfaultfd",
	"fanotify_init",
	"init_module",
	"finit_module",
	"delete_module",
	"create_module",
	"kexec_load",
	"kexec_file_load",
	"reboot",
	"syslog",
	"acct",
	"nfsservctl",
	"lookup_dcookie",
	"vhangup",
	"settimeofday",
	"stime",
	"clock_settime",
	"clock_settime64",
	"adjtimex",
	"clock_adjtime",
	"clock_adjtime64",
	"iopl",
	"ioperm",
	"modify_ldt",
	"sethostname",
	"setdomainname",
	/* system calls by another way, which no filter sees */
	"io_uring_setup",
	"io_uring_enter",
	"io_uring_register",
};

/* Refused with ENOSYS: the C library then takes an older call, which can be looked into. openat2(2)
 * and clone3(2) hide behind a pointer what is refused below. */
static const char *const unknown[] = { "clone3", "openat2" };

/* The same by number, for a libseccomp that does not know the name: since Linux 5.1 new calls have
 * one number on all archs here, counted from NUMBER_BASE. fchmodat2(2) has a way around it that is
 * looked into; the rest is for mounts, and attributes of files by structures. */
static const unsigned unknown_numbers[] = {
	452, /* fchmodat2 */
	457, /* statmount */
	458, /* listmount */
	463, /* setxattrat */
	467, /* open_tree_attr */
	469, /* file_setattr */
	470, /* listns */
};

/* What came after the last one that was looked at, up to numbers of another kind (32-bit ARM). */
enum { NUMBER_NEW = 471, NUMBER_OTHER = 0xf0000 };

/* Where an arch's numbers begin: MIPS has a range for each of its ABIs. */
#ifdef __NR_Linux
enum { NUMBER_BASE = __NR_Linux };
#else
enum { NUMBER_BASE = 0 };
#endif

static const unsigned long namespaces[] = { CLONE_NEWNS,  CLONE_NEWCGROUP, CLONE_NEWUTS,
					    CLONE_NEWIPC, CLONE_NEWUSER,   CLONE_NEWPID,
					    CLONE_NEWNET };

static void die(const char *what, int r)
{
	(void)fprintf(stderr, "filter: %s: %s\n", what, strerror(r < 0 ? -r : r));
	exit(1);
}

/* A name that this libseccomp or this arch does not know cannot be called either, or is new. */
static void refuse(scmp_filter_ctx filter, const char *name, int code)
{
	int number = seccomp_syscall_resolve_name(name), r;

	if (number == __NR_SCMP_ERROR)
		return;
	r = seccomp_rule_add(filter, SCMP_ACT_ERRNO((uint32_t)code), number, 0);
	if (r < 0 && r != -EDOM)
		die(name, r);
}

/* A call of which all arguments are as compared. */
static void refuse_where(scmp_filter_ctx filter, const char *name,
			 const struct scmp_arg_cmp *compare, unsigned n)
{
	int number = seccomp_syscall_resolve_name(name);
	int r = number == __NR_SCMP_ERROR
			? 0
			: seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EPERM), number, n, compare);

	if (r < 0 && r != -EDOM)
		die(name, r);
}

/* A call with these bits in one of its arguments. */
static void refuse_bits(scmp_filter_ctx filter, const char *name, unsigned argument, uint64_t mask,
			uint64_t bits)
{
	struct scmp_arg_cmp compare = { argument, SCMP_CMP_MASKED_EQ, mask, bits };

	refuse_where(filter, name, &compare, 1);
}

/* Set-id bits: a file of root's sandbox in a writable bind would give its rights to all users. As
 * systemd's RestrictSUIDSGID=, and O_TMPFILE besides. */
static void refuse_set_id(scmp_filter_ctx filter)
{
	static const struct {
		const char *name;
		unsigned mode;
	} modes[] = { { "chmod", 1 }, { "fchmod", 1 },	{ "fchmodat", 2 }, { "creat", 1 },
		      { "mkdir", 1 }, { "mkdirat", 2 }, { "mknod", 1 },	   { "mknodat", 2 } };
	static const uint64_t bits[] = { S_ISUID, S_ISGID };
	static const uint64_t creating[] = { O_CREAT, O_TMPFILE & ~O_DIRECTORY };

	for (size_t i = 0; i < 2; i++) {
		for (size_t j = 0; j < sizeof(modes) / sizeof(modes[0]); j++)
			refuse_bits(filter, modes[j].name, modes[j].mode, bits[i], bits[i]);
		for (size_t j = 0; j < 2; j++) {
			struct scmp_arg_cmp open[] = {
				{ 1, SCMP_CMP_MASKED_EQ, creating[j], creating[j] },
				{ 2, SCMP_CMP_MASKED_EQ, bits[i], bits[i] },
			};

			refuse_where(filter, "open", open, 2);
			open[0].arg++;
			open[1].arg++;
			refuse_where(filter, "openat", open, 2);
		}
	}
}

static void refuse_arguments(scmp_filter_ctx filter)
{
#ifdef __s390__
	const unsigned clone_flags = 1;
#else
	const unsigned clone_flags = 0;
#endif
	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
		refuse_bits(filter, "clone", clone_flags, namespaces[i], namespaces[i]);
		refuse_bits(filter, "unshare", 0, namespaces[i], namespaces[i]);
	}
	refuse_bits(filter, "unshare", 0, 0x80, 0x80); /* CLONE_NEWTIME; of clone(2) a signal's */
	/* Typing for the one who looks at a terminal; the kernel looks at 32 bits. */
	refuse_bits(filter, "ioctl", 1, 0xffffffff, TIOCSTI);
	refuse_bits(filter, "ioctl", 1, 0xffffffff, TIOCLINUX);
	refuse_set_id(filter);
}

/* Other sets of system calls that the same kernel has. */
static void add_archs(scmp_filter_ctx filter)
{
	uint32_t other = seccomp_arch_native() == SCMP_ARCH_X86_64    ? SCMP_ARCH_X86
			 : seccomp_arch_native() == SCMP_ARCH_AARCH64 ? SCMP_ARCH_ARM
			 : seccomp_arch_native() == SCMP_ARCH_S390X   ? SCMP_ARCH_S390
								      : 0;
	int r = other ? seccomp_arch_add(filter, other) : 0;

	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
	if (r == 0)
		r = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree, not a list */
	if (r < 0)
		die("attributes", r);
}

static void print_op(unsigned code, unsigned jt, unsigned jf, unsigned k)
{
	(void)printf("{ %u, %u, %u, %u },\n", code, jt, jf, k);
}

/* Stands before what libseccomp makes: the numbers are looked at first, whatever the arch. */
static void print_numbers(void)
{
	const unsigned n = sizeof(unknown_numbers) / sizeof(unknown_numbers[0]);

	print_op(BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
	for (unsigned i = 0; i < n; i++) /* to the return after the two lines that follow */
		print_op(BPF_JMP | BPF_JEQ | BPF_K, n - i + 1, 0, NUMBER_BASE + unknown_numbers[i]);
	print_op(BPF_JMP | BPF_JGE | BPF_K, 2, 0, NUMBER_OTHER);
	print_op(BPF_JMP | BPF_JGE | BPF_K, 0, 1, NUMBER_BASE + NUMBER_NEW);
	print_op(BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | ENOSYS);
}

static void print(scmp_filter_ctx filter)
{
	FILE *file = tmpfile();
	struct sock_filter op;
	int r = file ? seccomp_export_bpf(filter, fileno(file)) : -errno;

	if (r < 0)
		die("export", r);
	(void)printf("/* Made by lib/sandbox/filter/make.c. */\n");
	print_numbers();
	(void)rewind(file);
	while (fread(&op, sizeof(op), 1, file) == 1)
		print_op(op.code, op.jt, op.jf, op.k);
	(void)fclose(file);
}

int main(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);

	if (!filter)
		die("init", ENOMEM);
	add_archs(filter);
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		refuse(filter, refused[i], EPERM);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		refuse(filter, unknown[i], ENOSYS);
	refuse_arguments(filter);
	print(filter);
	seccomp_release(filter);
	return fflush(stdout) == 0 ? 0 : 1;
}
