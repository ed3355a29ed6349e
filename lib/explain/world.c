/* SPDX-License-Identifier: MIT */
/* Path walk, rights and bookkeeping of a replay; fs/namei.c and do_open_execat() in fs/exec.c. */
#include "explain/world.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/sysroot.h"
#include "core/arch.h"
#include "core/broken.h"
#include "core/err.h"
#include "core/path_size.h"
#include "core/rule.h"
#include "core/str.h"
#include "explain/replay.h"
#include "explain/words.h"
#include "sys/abi32.h"
#include "sys/binfmt.h"
#include "sys/fd.h"
#include "sys/tree.h"

enum {
	RULES_MAX = 512,
	STATUS_CANNOT_RUN = 126,
	STATUS_NOT_FOUND = 127,
	NAME_LENGTH_MAX = 255,
};

#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif
#ifndef ST_NOSYMFOLLOW
#define ST_NOSYMFOLLOW 0x2000
#endif

__attribute__((format(printf, 1, 0))) static char *format(const char *note, va_list args)
{
	char *text = NULL;

	return note && vasprintf(&text, note, args) >= 0 ? text : NULL;
}

int world_step(struct world *world, const char *kind, const char *path, const char *note, ...)
{
	struct replay *out = world->out;
	struct replay_step *step;
	va_list args;

	if (out->n_steps == REPLAY_STEPS_MAX)
		out->n_steps--; /* the last place shows the latest */
	step = &out->steps[out->n_steps];
	free(step->path);
	free(step->note);
	va_start(args, note);
	*step = (struct replay_step){ .parent = world->parent,
				      .kind = kind,
				      .path = strdup(path),
				      .note = format(note, args) };
	va_end(args);
	return (int)out->n_steps++;
}

void world_set(struct world *world, int step, const char *kind, const char *note, ...)
{
	struct replay_step *at = &world->out->steps[step];
	va_list args;

	if (kind)
		at->kind = kind;
	if (!note)
		return;
	free(at->note);
	va_start(args, note);
	at->note = format(note, args);
	va_end(args);
}

static int end(struct world *world, int step, enum replay_end how, int code)
{
	if (how == REPLAY_ERRNO)
		world_set(world, step, NULL, "%s", strerrorname_np(code));
	else if (how == REPLAY_STATUS)
		world_set(world, step, NULL, "exit status %d", code);
	else if (how == REPLAY_SIGNAL)
		world_set(world, step, NULL, "SIGSEGV or SIGBUS");
	else if (how == REPLAY_OTHER)
		world_set(world, step, NULL, "another program");
	world->out->steps[step].failed = true;
	world->out->end = how;
	world->out->code = code;
	return -EIO;
}

int world_fail(struct world *world, int step, int code)
{
	if (!world->started)
		return end(world, step, REPLAY_ERRNO, code);
	return world_exit(world, step, code == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_RUN);
}

int world_exit(struct world *world, int step, int status)
{
	return end(world, step, REPLAY_STATUS, status);
}

int world_other(struct world *world, int step)
{
	return end(world, step, REPLAY_OTHER, 0);
}

int world_signal(struct world *world, int step)
{
	return end(world, step, REPLAY_SIGNAL, 0);
}

int world_cannot_tell(struct world *world, int step)
{
	return end(world, step, REPLAY_UNKNOWN, 0);
}

/* What a walk may do. skip: so many directories the caller has passed, and they are not looked up
 * again. */
struct rights {
	const struct world *world;
	size_t skip;
	bool refused; /* a directory may not be searched, or a link not be followed */
};

static int may_search(const char *real, void *ctx)
{
	struct rights *rights = ctx;

	if (rights->skip) {
		rights->skip--;
		return 0;
	}
	if (!rights->world->here || faccessat(AT_FDCWD, real, X_OK, AT_EACCESS) == 0)
		return 0;
	rights->refused = errno == EACCES;
	return -errno;
}

/* fs.protected_symlinks: in a sticky directory that all may write, only one's own links, and those
 * of the directory's owner, are followed. may_follow_link(). */
static int may_follow(const char *real, const struct stat *link, bool last, void *ctx)
{
	const struct rights *rights = ctx;
	char dir[PATH_SIZE], setting[16];
	struct statvfs fs;
	struct stat st;

	if (!rights->world->here)
		return 0;
	(void)str_copy(dir, sizeof(dir), real); /* as large */
	dir[strlen(dir) - strlen(path_base(dir))] = '\0';
	if (statvfs(dir, &fs) == 0 && (fs.f_flag & ST_NOSYMFOLLOW))
		return -ELOOP;
	if (!last || link->st_uid == geteuid() || stat(dir, &st) < 0 || !(st.st_mode & S_ISVTX) ||
	    !(st.st_mode & S_IWOTH) || st.st_uid == link->st_uid)
		return 0;
	if (fd_read_file(AT_FDCWD, "/proc/sys/fs/protected_symlinks", setting, sizeof(setting)) <
		    0 ||
	    setting[0] == '0')
		return 0;
	return -EACCES;
}

int world_absolute(const struct world *world, const char *path, char *dst, size_t size)
{
	int r = path[0] == '/'
			? str_copy(dst, size, path)
			: path_join(dst, size, str_eq(world->cwd, "/") ? "" : world->cwd, path);

	return r < 0 ? -ENAMETOOLONG : 0;
}

/* The same of what the kernel would not find too long; *ret_skip as in struct rights. */
static int absolute(const struct world *world, const char *path, char *dst, size_t size,
		    size_t *ret_skip)
{
	*ret_skip = 0;
	for (const char *s = path; *s;) {
		size_t n = strcspn(s, "/");

		if (n > NAME_LENGTH_MAX)
			return -ENAMETOOLONG;
		s += n + (s[n] == '/');
	}
	if (strlen(path) >= PATH_SIZE)
		return -ENAMETOOLONG;
	for (const char *s = world->cwd; path[0] != '/' && *s; s++)
		*ret_skip += *s == '/' && s[1];
	return world_absolute(world, path, dst, size);
}

static int explain_walk(const char *path, const struct rights *rights,
			const struct sysroot_trail *trail, int code, struct err *err)
{
	if (code == EACCES && rights->refused)
		return broken_directory(path, trail->at, err);
	if (code == EACCES)
		return broken_link(path, trail->at, err);
	if ((code == ENOENT || code == ENOTDIR) && !str_eq(path, trail->at))
		return broken_way(path, trail->at, code, err);
	return broken_start(path, code, err);
}

static int walk(struct world *world, const char *path, struct found *ret, struct err *err)
{
	struct rights rights = { .world = world };
	struct sysroot_trail trail = { .enter = may_search, .follow = may_follow, .ctx = &rights };
	char whole[2 * PATH_SIZE];
	int r = absolute(world, path, whole, sizeof(whole), &rights.skip);

	if (r < 0)
		return broken_start(path, ENAMETOOLONG, err);
	r = sysroot_walk(world->root, whole, &trail);
	if (r < 0)
		return explain_walk(path, &rights, &trail, -r, err);
	(void)str_copy(ret->at, sizeof(ret->at), trail.at);
	(void)str_copy(ret->real, sizeof(ret->real), trail.real);
	if (lstat(ret->real, &ret->st) < 0)
		return broken_start(path, errno, err);
	return 0;
}

static const char *kind_words(mode_t mode)
{
	return S_ISDIR(mode)	? "a directory"
	       : S_ISFIFO(mode) ? "a named pipe"
	       : S_ISSOCK(mode) ? "a socket"
				: "a device";
}

/* Lets the kernel itself look at the file (since Linux 6.14): writers, security modules. 0, -errno;
 * 0 also where it cannot be asked. Older kernels refuse the flag before they open anything. */
static int ask_kernel(const char *real)
{
	if (syscall(SYS_execveat, AT_FDCWD, real, NULL, NULL, AT_EXECVE_CHECK) == 0)
		return 0;
	return errno == ETXTBSY || errno == EACCES || errno == EPERM ? -errno : 0;
}

/* PID 1's kernel has it open itself. */
static bool has_writer(const struct world *world, const struct found *file)
{
	const struct replay_request *request = world->request;

	return request->has_writer && file->st.st_dev == request->writer_dev &&
	       file->st.st_ino == request->writer_ino;
}

/* may_open() and inode_permission() for MAY_EXEC. */
static int may_execute(const struct world *world, const char *path, const struct found *file,
		       struct err *err)
{
	unsigned mode = file->st.st_mode & 07777;
	struct statvfs fs;
	int r;

	if (!S_ISREG(file->st.st_mode))
		return broken_kind(path, kind_words(file->st.st_mode), err);
	if (!world->here && !(mode & 0111))
		return broken_mode(path, mode, err);
	if (!world->here)
		return has_writer(world, file) ? broken_incomplete(path, err) : 0;
	if (statvfs(file->real, &fs) == 0 && (fs.f_flag & ST_NOEXEC))
		return broken_noexec(path, err);
	if (faccessat(AT_FDCWD, file->real, X_OK, AT_EACCESS) < 0)
		return errno == EACCES ? broken_mode(path, mode, err)
				       : broken_start(path, errno, err);
	r = ask_kernel(file->real);
	return r < 0 ? broken_refused(path, -r, err) : 0;
}

int world_find(struct world *world, int step, const char *path, struct found *ret, struct err *err)
{
	FD_CLEANUP int fd = -1;
	ssize_t n;
	int r;

	/* The kernel opens an empty name too, and gets the working directory. */
	r = *path ? walk(world, path, ret, err) : broken_kind("''", "a directory", err);
	if (r == 0 && !world->reads)
		r = may_execute(world, path, ret, err);
	if (r < 0) {
		(void)world_fail(world, step, -r);
		return r;
	}
	fd = open(ret->real, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	n = fd < 0 ? -errno : fd_read_at(fd, ret->head, sizeof(ret->head), 0);
	if (n < 0 && world->reads) {
		(void)world_fail(world, step, (int)-n);
		return broken_start(path, (int)-n, err);
	}
	if (n < 0) {
		(void)err_set(err, (int)-n, "%s may be executed, but cannot be read", path);
		if (n == -EACCES)
			(void)err_hint(err, 0, "ask again as root");
		(void)world_cannot_tell(world, step);
		return -EAGAIN;
	}
	memset(ret->head + n, 0, sizeof(ret->head) - (size_t)n);
	return 0;
}

/* The first user namespace maps all ids to themselves. */
static bool in_user_namespace(void)
{
	char map[64];
	unsigned inside, outside, n;

	return fd_read_file(AT_FDCWD, "/proc/self/uid_map", map, sizeof(map)) < 0 ||
	       sscanf(map, "%u %u %u", &inside, &outside, &n) != 3 || inside || outside ||
	       n != UINT32_MAX;
}

/* Reads this process's own instance; where there is none to be seen, no entry is asked. */
static int read_rules(struct world *world, struct err *err)
{
	FD_CLEANUP int instance = binfmt_open(false, NULL);
	int n;

	if (instance < 0) {
		if (in_user_namespace())
			(void)world_step(world, "handler", BINFMT_MOUNT_POINT,
					 "cannot be seen here; taken to be empty");
		return 0;
	}
	world->rules_off = binfmt_enabled(instance) == 0;
	world->rules = calloc(RULES_MAX, sizeof(*world->rules));
	if (!world->rules)
		return err_set(err, ENOMEM, "cannot list the handlers");
	n = binfmt_list(instance, world->rules, RULES_MAX, err);
	if (n < 0)
		return n;
	world->n_rules = (size_t)n;
	return 0;
}

/* Programs that the kernel starts before anything is composed. */
static bool is_init(const char *path)
{
	return str_eq(path_base(path), "init") || str_ends(path, "-init");
}

/* In a tree init puts the runtime on /usr and /lib before it starts anything. */
static void compose(struct world *world)
{
	const char *dir = world->request->root, *path = world->request->path;
	struct sysroot *view = world->root;

	if (is_init(path) || !tree_has_runtime(dir, world->kernel) ||
	    sysroot_init_client(view, dir, world->kernel) < 0)
		return;
	world->parent = world_step(world, "view", world->request->root_name,
				   "of %s, as init makes it", world->kernel->name);
	world->in_view = true;
}

static int open_here(struct world *world, struct err *err)
{
	world->compat = compat_arch();
	if (!getcwd(world->cwd, sizeof(world->cwd)) || world->cwd[0] != '/')
		(void)str_copy(world->cwd, sizeof(world->cwd), "/"); /* fits */
	/* By its path it may be out of reach for this user; the kernel starts from where he is. */
	world->root->n_mounts = 0;
	if (!str_eq(world->cwd, "/"))
		(void)sysroot_mount(world->root, world->cwd, "."); /* there is room */
	(void)sysroot_mount(world->root, "", "/");
	return read_rules(world, err);
}

int world_open(struct world *world, const struct replay_request *request, struct replay *out,
	       struct err *err)
{
	int r;

	*world = (struct world){ .request = request,
				 .out = out,
				 .kernel = request->arch,
				 .here = !request->root,
				 .parent = REPLAY_NONE,
				 .cwd = "/" };
	world->root = calloc(1, sizeof(*world->root));
	world->words = calloc(1, sizeof(*world->words));
	if (!world->root || !world->words ||
	    words_start(world->words, request->path, request->arguments) < 0)
		return err_set(err, ENOMEM, "cannot replay");
	r = sysroot_init(world->root, request->root ? request->root : "/");
	if (r < 0)
		return err_set(err, -r, "cannot use %s", request->root);
	if (world->here)
		return open_here(world, err);
	compose(world);
	/* PID 1's kernel is not here to be asked. */
	if (world->kernel != arch_by_name("i386") &&
	    arch_runs_on(arch_by_name("i386"), world->kernel))
		world->compat = arch_by_name("i386");
	return 0;
}

void world_close(struct world *world)
{
	free(world->root);
	free(world->rules);
	if (world->words)
		words_free(world->words);
	free(world->words);
}
