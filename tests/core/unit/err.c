/* SPDX-License-Identifier: MIT */
/* Errors as sentences. */
#include "core/err.h"

#include <errno.h>

#include "check.h"

int main(void)
{
	char longer[2 * ERR_TEXT_MAX];
	struct err err = { 0 };

	CHECK(err_set(&err, ENOENT, "cannot open %s", "/x") == -ENOENT, "err_set returns -code");
	CHECK_TEXT(err.text, "cannot open /x: No such file or directory", "and says why");
	CHECK(err.code == ENOENT, "and keeps the code");
	CHECK(err_wrap(&err, -5, "tree %d", 1) == -5, "err_wrap returns what it is given");
	CHECK_TEXT(err.text, "tree 1: cannot open /x: No such file or directory",
		   "and puts words before");
	CHECK(err_hint(&err, -5, "try %s", "y") == -5, "err_hint returns what it is given");
	CHECK_TEXT(err.text, "tree 1: cannot open /x: No such file or directory (Hint: try y)",
		   "and puts words behind");
	CHECK(err_say(&err, E2BIG, "%s", "too much") == -E2BIG, "err_say returns -code");
	CHECK_TEXT(err.text, "too much", "and says just that");
	CHECK(err_set(&err, 0, "x") == -EIO && err.code == EIO, "no code is never success");
	CHECK(err_say(&err, 0, "x") == -EIO && err.code == EIO, "nor without its words");
	CHECK(err_set(NULL, EPERM, "x") == -EPERM && err_say(NULL, EPERM, "x") == -EPERM &&
		      err_wrap(NULL, -1, "x") == -1 && err_hint(NULL, -1, "x") == -1,
	      "nobody needs to listen");
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	(void)err_say(&err, EIO, "%s", longer);
	CHECK(strlen(err.text) < ERR_TEXT_MAX, "a long sentence fits");
	CHECK(strcmp(err.text + strlen(err.text) - 3, "...") == 0, "and tells that it was cut");
	(void)err_wrap(&err, -1, "%s", longer);
	(void)err_hint(&err, -1, "%s", longer);
	CHECK(strlen(err.text) < ERR_TEXT_MAX, "also with more around it");
	(void)err_say(&err, EIO, "a%sb",
		      "\x1b[31m\n\xc2\x9b"
		      "\xff"
		      "\xc3\xbc\x7f");
	CHECK_TEXT(err.text,
		   "a\\x1b[31m\\x0a\\xc2\\x9b\\xff\xc3\xbc\\x7f"
		   "b",
		   "no control reaches a terminal");
	memset(longer, '\x1b', sizeof(longer) - 1);
	(void)err_say(&err, EIO, "%s", longer);
	CHECK(strcmp(err.text + strlen(err.text) - 7, "\\x1b...") == 0, "many are cut between two");
	for (size_t i = 0; i + 2 < sizeof(longer); i += 2)
		memcpy(longer + i, "\xc3\xbc", 2);
	longer[sizeof(longer) - 2] = '\0';
	(void)err_say(&err, EIO, "%s", longer);
	CHECK(strcmp(err.text + strlen(err.text) - 5, "\xc3\xbc...") == 0,
	      "no character is halved");
	(void)err_say(&err, EIO, "x%s", longer);
	CHECK(strcmp(err.text + strlen(err.text) - 5, "\xc3\xbc...") == 0, "wherever it begins");
	return done();
}
