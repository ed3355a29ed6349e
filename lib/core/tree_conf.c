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

int tree_conf_set(struct tree_conf *conf, const char *section, const char *key, const char *value,
		  bool *ret_at_value, struct err *err)
{
	*ret_at_value = false;
	if (section[0])
		return err_say(err, EINVAL, "a tree's configuration has no sections, not even '%s'",
			       section);
	if (!str_eq(key, "programs"))
		return err_say(err, EINVAL, "unknown key '%s'", key);
	*ret_at_value = true;
	return tree_conf_programs(value, &conf->programs, err);
}
