/* SPDX-License-Identifier: MIT */
/* What the calling process may do, and giving it up; capabilities(7). Raw capget(2) and capset(2):
 * libcap allocates and is not there for musl. */
#ifndef BUSYPY_SYS_PRIV_H
#define BUSYPY_SYS_PRIV_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* One bit per capability, as in /proc/PID/status. */
struct priv {
	uint64_t effective, permitted, inheritable;
};

/* The two that entering a template takes (setns(2), mount namespaces). */
#define PRIV_ENTER ((1ULL << 18) | (1ULL << 21)) /* CAP_SYS_CHROOT, CAP_SYS_ADMIN */

int priv_get(struct priv *ret);

/* Sets the effective set to mask, which must be permitted; 0 or -errno. */
int priv_raise(uint64_t mask);

/* Empties the effective, permitted and ambient sets, keeps the inheritable one, and reads back
 * that nothing is left; 0 or -errno. */
int priv_clear(void);

/* True if the process has any ambient capability. */
bool priv_ambient(const struct priv *priv);

/* True if the bounding set holds all of mask. */
bool priv_bounded(uint64_t mask);

/* The bounding set, and cutting it down to mask (needs CAP_SETPCAP); 0 or -errno. */
uint64_t priv_bounding(void);
int priv_bound(uint64_t mask);

/* Whether the exec of a file with capabilities gives them to this process, and why not. */
enum priv_gain {
	PRIV_GAINED,
	PRIV_NO_NEW_PRIVS, /* is set */
	PRIV_AMBIENT,	   /* would be cleared by it: the caller must not do that */
	PRIV_REDUCED	   /* the bounding set lacks one of mask */
};
enum priv_gain priv_gain(const struct priv *priv, uint64_t mask);

bool priv_no_new_privs(void);
int priv_set_no_new_privs(void);

/* The same for whoever is not uid 0, whatever capabilities it has: nosuid on every mount does not
 * cover those that the host makes later. It would take a changed user away from root's. */
int priv_hold_user(void);

/* True if a seccomp filter looks at this process's system calls: one that is older than a call may
 * kill for it. */
bool priv_filtered(void);

#endif
