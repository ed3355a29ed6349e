/* SPDX-License-Identifier: MIT */
/* Which programs a command starts: as a shell reads it, and as words. */
#include "core/called.h"

#include "check.h"

static void is(const struct called *called, const char *wanted, const char *what)
{
	char shown[1100] = "";

	for (size_t i = 0; i < called->n; i++) {
		strcat(shown, i ? " " : "");
		strcat(shown, called->names[i]);
	}
	CHECK_TEXT(shown, wanted, what);
}

static void shell(const char *text, const char *wanted, const char *what)
{
	struct called called = { 0 };

	called_add_shell(&called, text, strlen(text), false);
	is(&called, wanted, what);
}

/* words, parted by '|' */
static void words(const char *text, const char *wanted, const char *what)
{
	struct called called = { 0 };
	const char *list[40];
	char copy[512];
	size_t n = 0;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	for (char *word = strtok(copy, "|"); word; word = strtok(NULL, "|"))
		list[n++] = word;
	called_add_words(&called, list, n);
	is(&called, wanted, what);
}

static void test_commands(void)
{
	shell("", "", "nothing");
	shell("git status", "git", "a command");
	shell("a | b && c || d; e & f\ng", "a b c d e f g", "several");
	shell("(a; b) | { c; }", "a b c", "in brackets");
	shell("a a2; a a3", "a", "each once");
	shell("A=1 B= git x", "git", "assignments");
	shell("if a; then b; else c; fi; while ! d; do e; done", "a b c d e", "plain grammar");
	shell("for i in 1; do a; done", "", "what is not plain is not looked at");
	shell("a; case x in y) b;; esac", "a", "from there on");
	shell("cd /x && echo y; [ -e z ] || exit 1", "", "the shell's own");
	shell("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 "
	      "32 33",
	      "", "too many words");
	shell("a;b;c;d;e;f;g;h;i", "a b c d e f g h", "more than there is room for");
}

static void test_words(void)
{
	shell("'my prog' x", "my prog", "single quotes");
	shell("'a\\b' x", "a\\b", "where a backslash is one");
	shell("\"my \\\"prog\" x", "my \"prog", "double quotes");
	shell("\"$HOME/a\" x; $b y; c* z; d", "d", "what is not known");
	shell("\"`a`\"; b", "b", "in quotes, too");
	shell("a $(b)", "", "a command within is not followed");
	shell("`a`", "", "nor the other way");
	shell("a\\ b c", "a b", "a backslash");
	shell("a\\\n b", "a", "and one before a line's end");
	shell("a 'b", "", "a quote that is open");
	shell("'' b", "", "a program without a name");
	shell("# a\nb # c\nd#e", "b d#e", "comments");
	shell(">x a 2>&1 <y b | 2>/dev/null c >>z", "a c", "redirections");
	shell("cat <<E\na\nE", "", "a here-document");
	shell("a2>x b; a >x", "a2 a", "a digit that ends a word");
	shell("a <", "a", "a redirection to nothing");
	shell("a >\tx\tb", "a", "tabs");
	shell("a'b'\"c\" d", "abc", "a word in parts");
	shell("\"a\\", "", "a backslash before nothing");
	shell("a\\", "a\\", "or outside of quotes");
	shell("a $; b # c", "a b", "the last bytes");
	shell("a; $", "a", "a dollar before nothing");
	shell("=x; a/b=c; A-B=c", "=x a/b=c A-B=c", "no assignments");
	shell("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 "
	      "32 33>x",
	      "", "too many words, and a redirection");
	shell("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 "
	      "32 '33'; a",
	      "", "too many words, of which the last is quoted");
}

static void test_open(void)
{
	struct called called = { 0 };

	called_add_shell(&called, "a x; pre", 8, true);
	is(&called, "a", "a word that goes on");
	called.n = 0;
	called_add_shell(&called, "a ", 2, true);
	is(&called, "a", "an argument that does");
	called.n = 0;
	called_add_shell(&called, "a\0b; c", 6, false);
	is(&called, "c", "a NUL");
	called.n = 0;
	called_add_shell(&called, "a >\0x b; c", 10, false);
	is(&called, "a c", "one where a redirection's file would be");
}

static void test_wrappers(void)
{
	words("git|status", "git", "words");
	words("\1|x", "", "not known");
	words("sudo|git|x", "sudo git", "behind sudo");
	words("sudo|-nu|root|A=1|git", "sudo git", "and its options");
	words("sudo|-uroot|--preserve-env=X|git", "sudo git", "with what belongs to them");
	words("sudo|--user|root|git", "sudo", "not behind those that are not known");
	words("sudo|-e|file", "sudo", "nor those that start nothing");
	words("sudo|\1|git", "sudo", "nor words that are not");
	words("sudo", "sudo", "nothing behind it");
	words("env|-i|-u|X|A=1|nice|-n|5|git", "env nice git", "behind several");
	words("env|-S|git x", "env", "a text for env");
	words("timeout|-k|5|10|git", "timeout git", "an operand");
	words("timeout|--|10|git", "timeout git", "behind two dashes");
	words("sh|-c|git x; hg", "sh git hg", "a shell's text");
	words("/bin/bash|-ec|git", "/bin/bash git", "by its path");
	words("sh|script", "sh", "a shell's script");
	words("sh|x|-c", "sh", "with an argument");
	words("sh|-x|y|z", "sh", "and an option");
	words("sh|-c", "sh", "or with none");
	shell("exec git x; command hg; command -v svn; time bzr", "git hg bzr", "in a shell");
	shell("sudo A=1 sh -c 'cvs x'", "sudo sh cvs", "and from there");
}

int main(void)
{
	char large[2048], name[CALLED_NAME_MAX + 8];
	struct called called = { 0 };
	const char *word = name;

	test_commands();
	test_words();
	test_open();
	test_wrappers();
	memset(large, 'x', sizeof(large));
	called_add_shell(&called, large, sizeof(large), false);
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	called_add_words(&called, &word, 1);
	CHECK(called.n == 0, "words that are too long");
	return done();
}
