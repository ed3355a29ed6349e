/* SPDX-License-Identifier: MIT */
/* Gives up capabilities, and looks whether they are gone. */
#include "sys/priv.h"

#include <errno.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAPS_MAX = 64 };

int priv_get(struct priv *ret)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	ret->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	ret->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	ret->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
	return 0;
}

static int set(const struct priv *priv)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = {
		{ (uint32_t)priv->effective, (uint32_t)priv->permitted,
		  (uint32_t)priv->inheritable },
		{ (uint32_t)(priv->effective >> 32), (uint32_t)(priv->permitted >> 32),
		  (uint32_t)(priv->inheritable >> 32) },
	};

	return syscall(SYS_capset, &head, data) < 0 ? -errno : 0;
}

int priv_raise(uint64_t mask)
{
	struct priv priv;
	int r = priv_get(&priv);

	if (r < 0)
		return r;
	priv.effective = mask;
	return set(&priv);
}

int priv_clear(void)
{
	struct priv priv;
	int r = priv_get(&priv);

	if (r < 0)
		return r;
	/* The kernel drops an ambient capability with the permitted one. */
	priv.effective = 0;
	priv.permitted = 0;
	r = set(&priv);
	if (r < 0)
		return r;
	r = priv_get(&priv);
	if (r < 0)
		return r;
	return priv.effective || priv.permitted ? -EPERM : 0;
}

bool priv_ambient(const struct priv *priv)
{
	/* Ambient capabilities are always permitted and inheritable, too. */
	uint64_t possible = priv->permitted & priv->inheritable;

	for (unsigned long cap = 0; cap < CAPS_MAX; cap++) {
		if ((possible >> cap & 1) &&
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, cap, 0UL, 0UL) == 1)
			return true;
	}
	return false;
}

bool priv_bounded(uint64_t mask)
{
	for (unsigned long cap = 0; cap < CAPS_MAX; cap++) {
		if ((mask >> cap & 1) && prctl(PR_CAPBSET_READ, cap, 0UL, 0UL, 0UL) != 1)
			return false;
	}
	return true;
}

uint64_t priv_bounding(void)
{
	uint64_t mask = 0;

	for (unsigned long cap = 0; cap < CAPS_MAX; cap++) {
		int r = prctl(PR_CAPBSET_READ, cap, 0UL, 0UL, 0UL);

		if (r < 0) /* after the kernel's last capability */
			break;
		if (r == 1)
			mask |= 1ULL << cap;
	}
	return mask;
}

int priv_bound(uint64_t mask)
{
	for (unsigned long cap = 0; cap < CAPS_MAX; cap++) {
		if ((mask >> cap & 1) || prctl(PR_CAPBSET_DROP, cap, 0UL, 0UL, 0UL) == 0)
			continue;
		if (errno == EINVAL) /* after the kernel's last capability */
			break;
		/* Who may not drop may have nothing to drop. */
		if (prctl(PR_CAPBSET_READ, cap, 0UL, 0UL, 0UL) != 0)
			return -EPERM;
	}
	return 0;
}

bool priv_no_new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0UL, 0UL, 0UL, 0UL) == 1;
}

enum priv_gain priv_gain(const struct priv *priv, uint64_t mask)
{
	if (priv_no_new_privs())
		return PRIV_NO_NEW_PRIVS;
	if (priv_ambient(priv))
		return PRIV_AMBIENT;
	return priv_bounded(mask) ? PRIV_GAINED : PRIV_REDUCED;
}

int priv_set_no_new_privs(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) < 0 ? -errno : 0;
}

int priv_hold_user(void)
{
	return getuid() == 0 || geteuid() == 0 ? 0 : priv_set_no_new_privs();
}

bool priv_filtered(void)
{
	int mode = prctl(PR_GET_SECCOMP, 0UL, 0UL, 0UL, 0UL);

	return mode > 0 || (mode < 0 && errno != EINVAL); /* EINVAL: a kernel without filters */
}
