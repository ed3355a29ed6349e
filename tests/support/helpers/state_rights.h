/* SPDX-License-Identifier: MIT */
/* The verbs of state.c that change what a process may do, and how verbs read their numbers. */
#ifndef BUSYPY_TESTS_HELPERS_STATE_RIGHTS_H
#define BUSYPY_TESTS_HELPERS_STATE_RIGHTS_H

#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { WORDS_MAX = 3 };

static unsigned long number(const char *text)
{
	return strtoul(text, NULL, 0);
}

/* Splits "1,2,3" into numbers; missing ones are those before. */
static void numbers(const char *text, unsigned long *ret, int n)
{
	for (int i = 0; i < n; i++) {
		ret[i] = *text ? number(text) : ret[i - 1];
		text += strcspn(text, ",");
		text += *text == ',';
	}
}

static int do_uid(const char *value)
{
	unsigned long id[WORDS_MAX];

	numbers(value, id, WORDS_MAX);
	return setresuid((uid_t)id[0], (uid_t)id[1], (uid_t)id[2]);
}

static int do_gid(const char *value)
{
	unsigned long id[WORDS_MAX];

	numbers(value, id, WORDS_MAX);
	return setresgid((gid_t)id[0], (gid_t)id[1], (gid_t)id[2]);
}

static int do_groups(const char *value)
{
	unsigned long id[WORDS_MAX];
	gid_t list[WORDS_MAX];

	if (!*value)
		return setgroups(0, NULL);
	numbers(value, id, WORDS_MAX);
	for (int i = 0; i < WORDS_MAX; i++)
		list[i] = (gid_t)id[i];
	return setgroups(WORDS_MAX, list);
}

/* caps=EFFECTIVE,PERMITTED,INHERITABLE, as masks */
static int do_caps(const char *value)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];
	unsigned long mask[WORDS_MAX];

	numbers(value, mask, WORDS_MAX);
	for (int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(mask[0] >> 32 * i);
		data[i].permitted = (uint32_t)(mask[1] >> 32 * i);
		data[i].inheritable = (uint32_t)(mask[2] >> 32 * i);
	}
	return (int)syscall(SYS_capset, &head, data);
}

static int do_ambient(const char *value)
{
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, number(value), 0UL, 0UL);
}

static int do_unbound(const char *value)
{
	return prctl(PR_CAPBSET_DROP, number(value), 0UL, 0UL, 0UL);
}

/* A filter that allows everything; or kills for what it does not know, as one does that was written
 * years ago: seccomp=statx for statx(2) and all calls since Linux 5.1. */
static int do_seccomp(const char *value)
{
	struct sock_filter old[] = {
		{ BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr) },
		{ BPF_JMP | BPF_JEQ | BPF_K, 1, 0, SYS_statx },
		{ BPF_JMP | BPF_JGE | BPF_K, 0, 1, SYS_pidfd_send_signal },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS },
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW },
	};
	struct sock_fprog filter = { 5, old };

	if (strcmp(value, "statx") != 0)
		filter = (struct sock_fprog){ 1, old + 4 };
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter);
}

static int do_keyring(const char *value)
{
	return syscall(SYS_keyctl, 1 /* join */, value) < 0 ? -1 : 0;
}

#endif
