/* SPDX-License-Identifier: MIT */
/* Starts a virtual machine with the console on our own descriptors, and tells how it ended. */
#ifndef BUSYPY_IMAGE_QEMU_H
#define BUSYPY_IMAGE_QEMU_H

#include <stddef.h>
#include <stdint.h>

struct arch;
struct err;

enum { QEMU_DRIVES_MAX = 8 };

enum qemu_verdict {
	QEMU_POWEROFF, /* the guest switched itself off */
	QEMU_REBOOT,
	QEMU_PANIC,
	QEMU_HALT,    /* it stopped and stayed on */
	QEMU_TIMEOUT, /* we ended it */
	QEMU_QUIT     /* the user ended it, by the escape character */
};

struct qemu_request {
	const struct arch *arch;
	const char *kernel, *initrd; /* initrd may be NULL */
	const char *append;	     /* NULL, or words for the kernel's command line */
	unsigned memory;	     /* MiB */
	const char *cpu, *accel;     /* NULL: what suits the arch */
	const char *net;	     /* NULL: none; else what -netdev takes, id=n0 added */
	const char *mac;	     /* of its interface; NULL: QEMU's, the same for all machines */
	const char *drives[QEMU_DRIVES_MAX];
	size_t n_drives;
	int log;	  /* descriptor that gets a copy of all console output, or -1 */
	int input;	  /* descriptor with what is typed, or -1 */
	int output;	  /* descriptor that the console's output goes to, or -1 */
	unsigned timeout; /* seconds, 0 is none */
};

struct qemu_result {
	enum qemu_verdict verdict;
	uint64_t wall; /* microseconds from start to end */
};

/* Ctrl-] on the input ends the machine. */
enum { QEMU_ESCAPE = 0x1d };

/* A random address for an interface: machines on one network, or of one server, must differ. */
void qemu_make_mac(char ret[18]);

/* "poweroff", ... Static storage. */
const char *qemu_verdict_name(enum qemu_verdict verdict);

/* The processor's level of x86-64, core/x86_level.h; 0 where it cannot be told. ret_cpu is what is
 * given to -cpu. */
unsigned qemu_x86_level(const struct qemu_request *request, const char **ret_cpu);

/* Runs the machine to its end. -ENOENT with a sentence if QEMU is not installed, or knows nothing
 * of this arch. */
int qemu_run(const struct qemu_request *request, struct qemu_result *ret, struct err *err);

#endif
