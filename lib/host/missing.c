/* SPDX-License-Identifier: MIT */
/* What takes the place of a file whose library was not there at build time: each function says so
 * in one sentence. The Makefile leaves out the real file and defines WITHOUT_NAME. */
#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "err.h"

#ifdef WITHOUT_INIH
#include "conf.h"
#include "conf_file.h"

int conf_file_read(const char *path, struct conf *ret, struct err *err)
{
	const char *file = path ? path : CONF_FILE_DEFAULT;

	conf_init(ret);
	if (!path && access(file, F_OK) < 0)
		return 0;
	return err_hint(err, err_say(err, ENOSYS, "cannot read %s: built without inih", file),
			"install libinih-dev and build again");
}
#endif

#ifdef WITHOUT_SMARTCOLS
#include "table.h"

struct table *table_new(const char *name, const struct table_column *columns, size_t n_columns)
{
	static char nothing;

	(void)name;
	(void)columns;
	(void)n_columns;
	return (struct table *)&nothing;
}

void table_free(struct table *table)
{
	(void)table;
}

int table_add(struct table *table, const char *const *cells)
{
	(void)table;
	(void)cells;
	return 0;
}

int table_add_below(struct table *table, int parent, const char *const *cells)
{
	(void)parent;
	return table_add(table, cells);
}

int table_print(struct table *const *tables, size_t n_tables, unsigned flags, const char *columns,
		struct err *err)
{
	(void)tables;
	(void)n_tables;
	(void)flags;
	(void)columns;
	return err_hint(err,
			err_say(err, ENOSYS, "cannot print tables: built without libsmartcols"),
			"install libsmartcols-dev and build again");
}
#endif

#ifdef WITHOUT_ARCHIVE
#include "deb.h"

int deb_available(struct err *err)
{
	return err_hint(err, err_say(err, ENOSYS, "cannot read packages: built without libarchive"),
			"install libarchive-dev and build again");
}

int deb_extract(const char *path, const char *dir, struct origins *origins, size_t package,
		struct err *err)
{
	(void)path;
	(void)dir;
	(void)origins;
	(void)package;
	return deb_available(err);
}
#endif

#ifdef WITHOUT_ARCHIVE
#include "initramfs.h"

int initramfs_decompress(const void *bytes, unsigned long n, char **ret_bytes, unsigned long *ret_n,
			 struct err *err)
{
	(void)bytes;
	(void)n;
	(void)ret_bytes;
	(void)ret_n;
	return err_hint(
		err, err_say(err, ENOSYS, "cannot unpack the initramfs: built without libarchive"),
		"install libarchive-dev and build again");
}
#endif

#ifdef WITHOUT_ARCHIVE
#include "pack.h"

const char *pack_component_name(enum pack_component component)
{
	(void)component;
	return "";
}

int pack_write(const struct pack_request *request, struct pack_size ret[PACK_COMPONENTS],
	       struct err *err)
{
	(void)ret;
	return err_hint(
		err,
		err_say(err, ENOSYS, "cannot write %s: built without libarchive", request->output),
		"install libarchive-dev and build again");
}

#include "modules.h"

int modules_copy(const struct modules_request *request, char **ret_list, struct err *err)
{
	(void)ret_list;
	return err_hint(
		err,
		err_say(err, ENOSYS, "cannot read %s: built without libarchive", request->from),
		"install libarchive-dev and build again");
}
#endif

#ifdef WITHOUT_ARCHIVE
#include "publish_source.h"

int publish_add_tar(struct version_writer *writer, const char *file, struct err *err)
{
	(void)writer;
	return err_hint(err, err_say(err, ENOSYS, "cannot read %s: built without libarchive", file),
			"install libarchive-dev and build again");
}
#endif

#ifdef WITHOUT_ARCHIVE
#include "wheel.h"

int wheel_extract(const char *path, const char *dir, struct err *err)
{
	(void)dir;
	return err_hint(err, err_say(err, ENOSYS, "cannot read %s: built without libarchive", path),
			"install libarchive-dev and build again");
}
#endif
