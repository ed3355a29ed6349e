/* SPDX-License-Identifier: MIT */
/* The plans of PID 1, as text. */
#include "core/boot.h"

#include "core/err.h"
#include "core/plan.h"
#include "core/view.h"
#include "check.h"

static struct plan plan;
static char text[8192];

static const char *formatted(void)
{
	return plan.failed == 0 && plan_format(&plan, text, sizeof(text)) == 0 ? text : "failed";
}

static const char *mount_plan(enum boot_mount which)
{
	boot_plan(which, &plan);
	return formatted();
}

static const char *view_of(unsigned flags)
{
	struct view view = { .kind = VIEW_BOOT, .flags = flags, .tree = "/", .arch = "riscv64" };
	static struct err err;

	return view_plan(&view, NULL, &plan, &err) == 0 ? formatted() : err.text;
}

int main(void)
{
	CHECK_TEXT(mount_plan(BOOT_PROC),
		   "here\nmkdir /proc mode=0555\nmount proc /proc nosuid,nodev,noexec\n", "/proc");
	CHECK_TEXT(mount_plan(BOOT_SYS),
		   "here\nmkdir /sys mode=0555\nmount sysfs /sys nosuid,nodev,noexec\n", "/sys");
	CHECK_TEXT(mount_plan(BOOT_DEV),
		   "here\nmkdir /dev mode=0755\nmount devtmpfs /dev data=mode=0755 nosuid\n"
		   "symlink /dev/fd data=/proc/self/fd\nsymlink /dev/stdin data=/proc/self/fd/0\n"
		   "symlink /dev/stdout data=/proc/self/fd/1\n"
		   "symlink /dev/stderr data=/proc/self/fd/2\n",
		   "/dev");
	CHECK_TEXT(mount_plan(BOOT_PTS),
		   "here\nmkdir /dev/pts mode=0755\n"
		   "mount devpts /dev/pts data=mode=0620,ptmxmode=0666,gid=5 nosuid,noexec\n",
		   "/dev/pts");
	CHECK_TEXT(mount_plan(BOOT_SHM),
		   "here\nmkdir /dev/shm mode=1777\n"
		   "mount tmpfs /dev/shm data=mode=1777 nosuid,nodev\n",
		   "/dev/shm");
	CHECK_TEXT(mount_plan(BOOT_RUN),
		   "here\nmkdir /run mode=0755\nmount tmpfs /run data=mode=0755 nosuid,nodev\n",
		   "/run");
	CHECK_TEXT(mount_plan(BOOT_TMP),
		   "here\nmkdir /tmp mode=1777\nmount tmpfs /tmp data=mode=1777 nosuid,nodev\n",
		   "/tmp");
	boot_plan_plain_dev(&plan);
	CHECK(strstr(formatted(), "mount tmpfs /dev data=mode=0755 nosuid\n") &&
		      strstr(text, "symlink /dev/ptmx data=pts/ptmx\n"),
	      "/dev without devtmpfs");
	CHECK_TEXT(view_of(0),
		   "here\nmkdir /usr mode=0755\nmkdir /lib mode=0755\n"
		   "bind /etc/python/riscv64/usr /usr ro,nosuid,nodev,private\n"
		   "bind /etc/clib/riscv64 /lib ro,nosuid,nodev,private\n",
		   "/usr and /lib");
	CHECK_TEXT(view_of(VIEW_OVERLAY),
		   "here\nmkdir /usr mode=0755\nmkdir /lib mode=0755\n"
		   "mkdir /run/busypy mode=0755\nmkdir /run/busypy/overlay mode=0755\n"
		   "mkdir /run/busypy/overlay/usr mode=0755\n"
		   "mkdir /run/busypy/overlay/usr/upper mode=0755\n"
		   "mkdir /run/busypy/overlay/usr/work mode=0755\n"
		   "mount overlay /usr data=lowerdir=/etc/python/riscv64/usr,"
		   "upperdir=/run/busypy/overlay/usr/upper,workdir=/run/busypy/overlay/usr/work "
		   "nosuid,nodev\n"
		   "mkdir /run/busypy/overlay/lib mode=0755\n"
		   "mkdir /run/busypy/overlay/lib/upper mode=0755\n"
		   "mkdir /run/busypy/overlay/lib/work mode=0755\n"
		   "mount overlay /lib data=lowerdir=/etc/clib/riscv64,"
		   "upperdir=/run/busypy/overlay/lib/upper,workdir=/run/busypy/overlay/lib/work "
		   "nosuid,nodev\n",
		   "/usr and /lib that can be written to");
	return done();
}
