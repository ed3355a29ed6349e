/* SPDX-License-Identifier: MIT */
/* Ends of zip archives, behind what a program may have before them. */
#include "core/zip_end.h"

#include <errno.h>
#include <stdlib.h>

#include "check.h"

struct file {
	uint8_t bytes[70 * 1024];
	size_t n;
};

static void put(struct file *file, const void *bytes, size_t n)
{
	memcpy(file->bytes + file->n, bytes, n);
	file->n += n;
}

static void put_entry(struct file *file, const char *name, size_t extra)
{
	uint8_t head[46] = { 'P', 'K', 1, 2 };
	uint8_t more[16] = { 0 };

	head[28] = (uint8_t)strlen(name);
	head[30] = (uint8_t)extra;
	put(file, head, sizeof(head));
	put(file, name, strlen(name));
	put(file, more, extra);
}

static void put_end(struct file *file, size_t size, size_t at, size_t comment)
{
	uint8_t end[22] = { 'P', 'K', 5, 6 };
	static const uint8_t zeros[1024];

	end[12] = (uint8_t)size;
	end[13] = (uint8_t)(size >> 8);
	end[16] = (uint8_t)at;
	end[17] = (uint8_t)(at >> 8);
	end[20] = (uint8_t)comment;
	put(file, end, sizeof(end));
	put(file, zeros, comment);
}

/* What Python finds in the file. */
static void is(const struct file *file, const char *wanted, const char *what)
{
	size_t n = file->n < ZIP_END_TAIL ? file->n : ZIP_END_TAIL;
	struct zip_end end;

	if (zip_end_find(file->bytes + file->n - n, n, file->n, &end) < 0)
		CHECK_TEXT("no archive", wanted, what);
	else
		CHECK_TEXT(zip_end_has_main(file->bytes + end.at, end.size) ? "a program"
									    : "an archive",
			   wanted, what);
}

static void make(struct file *file, const char *before, const char *name, size_t extra,
		 size_t comment)
{
	size_t at;

	file->n = 0;
	put(file, before, strlen(before));
	at = file->n;
	put_entry(file, "a/__main__.py", extra);
	put_entry(file, name, 0);
	put_end(file, file->n - at, at, comment);
}

int main(void)
{
	static struct file file;

	make(&file, "", "__main__.py", 0, 0);
	is(&file, "a program", "an archive alone");
	make(&file, "#!/usr/bin/python3\n", "__main__.pyc", 7, 0);
	is(&file, "a program", "behind a first line, compiled, with more in an entry");
	make(&file, "#!/usr/bin/python3\n", "__main__.pyx", 0, 0);
	is(&file, "an archive", "without a program");
	make(&file, "", "__main_x.py", 0, 0);
	is(&file, "an archive", "another name, as long");
	make(&file, "", "__main_x.pyc", 0, 0);
	is(&file, "an archive", "another compiled one");
	make(&file, "", "__main__.py", 0, 0);
	file.bytes[2] = 3;
	is(&file, "an archive", "a first entry that is none");
	make(&file, "", "__main__.p", 0, 0);
	is(&file, "an archive", "a shorter name");
	make(&file, "", "__main__.py", 0, 200);
	is(&file, "a program", "a comment at the end");
	make(&file, "x", "__main__.py", 0, 0);
	file.bytes[file.n - 22 + 16] = 0;
	is(&file, "a program", "offsets that do not count what is before");
	file.bytes[file.n - 22 + 16] = 200;
	is(&file, "no archive", "a directory that would begin before the file");
	file.bytes[file.n - 22 + 15] = 200;
	is(&file, "no archive", "a directory that is larger than the file");
	make(&file, "", "__main__.py", 0, 0);
	file.bytes[file.n - 22] = 'Q';
	is(&file, "no archive", "no end");
	file.n = 21;
	is(&file, "no archive", "fewer bytes than an end");
	file.n = 0;
	put_entry(&file, "__main__.py", 0);
	CHECK(!zip_end_has_main(file.bytes, file.n - 1), "a name that is cut");
	file.n = 0;
	put_entry(&file, "a", 7);
	CHECK(!zip_end_has_main(file.bytes, file.n - 1), "an entry that is cut");
	CHECK(!zip_end_has_main(file.bytes, 45) && !zip_end_has_main(file.bytes, 0), "no entry");
	file.n = 0;
	put_end(&file, 0, 0, 0);
	file.n = sizeof(file.bytes);
	is(&file, "no archive", "an end further from the end than it may be");
	CHECK(zip_end_find(file.bytes, 22, 21, &(struct zip_end){ 0 }) == -EINVAL,
	      "more bytes than the file has");
	return done();
}
