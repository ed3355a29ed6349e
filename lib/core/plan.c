/* SPDX-License-Identifier: MIT */
/* Plans as data and as text; pure. */
#include "core/plan.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "core/path_size.h"
#include "core/str.h"

void plan_init(struct plan *plan)
{
	plan->n_ops = 0;
	plan->text_used = 0;
	plan->failed = 0;
}

static const char *keep(struct plan *plan, const char *s)
{
	size_t n;
	char *copy;

	if (!s)
		return NULL;
	n = strlen(s) + 1;
	if (n > sizeof(plan->text) - plan->text_used)
		return NULL;
	copy = plan->text + plan->text_used;
	memcpy(copy, s, n);
	plan->text_used += n;
	return copy;
}

static bool dst_valid(const char *dst)
{
	char absolute[PATH_SIZE];
	struct text text;

	if (str_eq(dst, "."))
		return true;
	text_init(&text, absolute, sizeof(absolute));
	text_addf(&text, "/%s", dst);
	return text_check(&text) == 0 && dst[0] && path_canonical(absolute);
}

static int add(struct plan *plan, const struct op *op)
{
	struct op copy = *op;

	if (op->dst && !dst_valid(op->dst))
		return -EINVAL;
	if (plan->n_ops == PLAN_OPS_MAX)
		return -E2BIG;
	copy.src = keep(plan, op->src);
	copy.dst = keep(plan, op->dst);
	copy.data = keep(plan, op->data);
	if ((op->src && !copy.src) || (op->dst && !copy.dst) || (op->data && !copy.data))
		return -E2BIG;
	plan->ops[plan->n_ops++] = copy;
	return 0;
}

void plan_add(struct plan *plan, const struct op *op)
{
	if (!plan->failed)
		plan->failed = add(plan, op);
}

void plan_add_from(struct plan *plan, const struct op *op, const char *dir, const char *name)
{
	char src[PATH_SIZE];
	struct op copy = *op;

	if (plan->failed)
		return;
	plan->failed = path_join(src, sizeof(src), dir, name);
	copy.src = src;
	plan_add(plan, &copy);
}

const char *op_name(enum op_type type)
{
	switch (type) {
	case OP_SLAVE:
		return "slave";
	case OP_ROOT:
		return "root";
	case OP_TREE:
		return "tree";
	case OP_HERE:
		return "here";
	case OP_MKDIR:
		return "mkdir";
	case OP_SYMLINK:
		return "symlink";
	case OP_FILE:
		return "file";
	case OP_BIND:
		return "bind";
	case OP_RBIND:
		return "rbind";
	case OP_OVERLAY:
		return "overlay";
	case OP_MOUNT:
		return "mount";
	case OP_UMOUNT:
		return "umount";
	case OP_COVER:
		return "cover";
	case OP_PRUNE:
		return "prune";
	case OP_FLAGS:
		return "flags";
	case OP_PIVOT:
		return "pivot";
	}
	return "?";
}

static const struct {
	unsigned flag;
	const char *name;
} flag_names[] = {
	{ OP_RDONLY, "ro" },	   { OP_NOSUID, "nosuid" },   { OP_NODEV, "nodev" },
	{ OP_NOEXEC, "noexec" },   { OP_PRIVATE, "private" }, { OP_OPTIONAL, "optional" },
	{ OP_NOLINKS, "nolinks" },
};

/* Escaped as in /proc/self/mountinfo (octal), so that a line stays a line and a word a word. */
static void add_escaped(struct text *text, const char *s)
{
	for (; *s; s++) {
		if (*s == '\\' || (unsigned char)*s <= ' ' || *s == 0x7f)
			text_addf(text, "\\%03o", (unsigned char)*s);
		else
			text_add_bytes(text, s, 1);
	}
}

static void add_word(struct text *text, const char *before, const char *s)
{
	text_add(text, before);
	add_escaped(text, s);
}

static void format_op(struct text *text, const struct op *op)
{
	const char *sep = " ";

	text_add(text, op_name(op->type));
	if (op->src)
		add_word(text, " ", op->src);
	if (op->dst)
		add_word(text, " /", str_eq(op->dst, ".") ? "" : op->dst);
	if (op->type == OP_MKDIR || op->type == OP_FILE)
		text_addf(text, " mode=%04o", op->mode);
	if (op->data)
		add_word(text, " data=", op->data);
	for (size_t i = 0; i < sizeof(flag_names) / sizeof(flag_names[0]); i++) {
		if (!(op->flags & flag_names[i].flag))
			continue;
		text_add(text, sep);
		text_add(text, flag_names[i].name);
		sep = ",";
	}
	text_add(text, "\n");
}

int plan_format(const struct plan *plan, char *dst, size_t size)
{
	struct text text;

	text_init(&text, dst, size);
	for (size_t i = 0; i < plan->n_ops; i++)
		format_op(&text, &plan->ops[i]);
	return text_check(&text);
}
