/* SPDX-License-Identifier: MIT */
/* Keys and values of a tree's own configuration; pure. */
#include "core/tree_conf.h"

#include <errno.h>

#include "core/err.h"
#include "core/str.h"

const char *tree_conf_programs_name(int programs)
{
	return programs == PROGRAMS_HOST ? "host" : programs == PROGRAMS_TREE ? "tree" : "";
}

int tree_conf_programs(const char *value, int *ret, struct err *err)
{
	if (!str_eq(value, "tree") && !str_eq(value, "host"))
		return err_say(err, EINVAL, "'programs' must be 'tree' or 'host', not '%s'", value);
	*ret = str_eq(value, "host") ? PROGRAMS_HOST : PROGRAMS_TREE;
	return 0;
}

static const char *const starts[] = {
	[START_UNSAID] = "",
	[START_PLAIN] = "plain",
	[START_AUTO] = "auto",
	[START_IMAGE] = "image",
};

const char *tree_conf_start_name(int start)
{
	return start >= START_UNSAID && start <= START_IMAGE ? starts[start] : "";
}

int tree_conf_start(const char *value, int *ret, struct err *err)
{
	for (int i = START_PLAIN; i <= START_IMAGE; i++) {
		if (!str_eq(value, starts[i]))
			continue;
		*ret = i;
		return 0;
	}
	return err_say(err, EINVAL, "'start' must be 'plain', 'auto' or 'image', not '%s'", value);
}

int tree_conf_set(struct tree_conf *conf, const char *section, const char *key, const char *value,
		  bool *ret_at_value, struct err *err)
{
	*ret_at_value = false;
	if (section[0])
		return err_say(err, EINVAL, "a tree's configuration has no sections, not even '%s'",
			       section);
	if (!str_eq(key, "programs") && !str_eq(key, "start"))
		return err_say(err, EINVAL, "unknown key '%s'", key);
	*ret_at_value = true;
	return str_eq(key, "start") ? tree_conf_start(value, &conf->start, err)
				    : tree_conf_programs(value, &conf->programs, err);
}
