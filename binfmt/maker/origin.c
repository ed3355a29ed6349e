/* SPDX-License-Identifier: MIT */
/* What an image's head says of where it is from: by this the restorer judges whether it fits. */
#include <elf.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "core/start_image.h"
#include "core/start_judge.h"
#include "core/str.h"
#include "maker.h"
#include "python.h"
#include "sys/raw.h"

#ifdef __x86_64__
#define ARCH_HERE EM_X86_64
#else
#define ARCH_HERE EM_AARCH64
#endif

extern const char *Py_GetVersion(void);

static void read_boot(char *ret, size_t size)
{
	long fd = RAW_4(__NR_openat, AT_FDCWD, "/proc/sys/kernel/random/boot_id",
			O_RDONLY | O_CLOEXEC, 0);

	if (fd < 0)
		return;
	if (RAW_3(__NR_read, fd, ret, size - 1) < 0)
		ret[0] = '\0';
	(void)RAW_1(__NR_close, fd);
}

/* Of the environment that start_kind_words() says. */
static uint32_t locale_of(void)
{
	const char *lang = getenv("LANG"), *all = getenv("LC_ALL");

	if (all && str_eq(all, "C"))
		return START_LOCALE_ALL_C;
	if (!lang || str_eq(lang, "C") || str_eq(lang, "POSIX"))
		return START_LOCALE_C;
	return str_eq(lang, "C.UTF-8") ? START_LOCALE_UTF8 : START_LOCALE_MACHINE;
}

/* Of the options that start_kind_words() says, too. */
static uint32_t kind_of(const struct birth *birth)
{
	uint32_t kind = locale_of();

	for (long i = 1; i < birth->argc - 1; i++)
		(void)start_kind_add(birth->argv[i] + 1, &kind);
	return kind;
}

void maker_fill_head(const struct birth *birth, const char *id, struct start_head *head)
{
	const char *version = Py_GetVersion(), *type = setlocale(LC_CTYPE, NULL);
	struct utsname name;

	memcpy(head->magic, START_IMAGE_MAGIC, sizeof(START_IMAGE_MAGIC));
	head->version = START_IMAGE_VERSION;
	head->arch = ARCH_HERE;
	head->kind = kind_of(birth);
	maker_kept.unbuffered = head->kind & START_UNBUFFERED;
	head->flags = maker_kept.coerced ? START_HEAD_COERCED : 0U;
	for (version += 2; *version >= '0' && *version <= '9'; version++)
		head->python = head->python * 10 + (uint32_t)(*version - '0');
	maker_kept.minor = head->python;
	head->entry = (uint64_t)(uintptr_t)maker_entry;
	head->vdso = start_aux(birth->auxv, AT_SYSINFO_EHDR, 0);
	head->heap_end = (uint64_t)RAW_1(__NR_brk, 0);
	head->stack_soft = maker_kept.stack_soft;
	start_machine_read(birth->auxv, &head->machine);
	raw_cpu(head->machine.cpu, START_CPU_WORDS);
	read_boot(head->boot, sizeof(head->boot));
	if (RAW_1(__NR_uname, &name) == 0)
		maker_copy(head->release, sizeof(head->release), name.release, "release");
	maker_copy(head->locale, sizeof(head->locale), type, "locale");
	maker_copy(head->program, sizeof(head->program), birth->argv[0], "program");
	maker_copy(head->id, sizeof(head->id), id, "id");
}
