/* SPDX-License-Identifier: MIT */
/* Calls that start programs, in every way that Python has to write them. */
#include "core/pycalls.h"

#include "core/called.h"
#include "check.h"

/* The programs of all calls, "LINE:PROGRAM PROGRAM;..." */
static void finds_in(const char *source, size_t n, const char *wanted, const char *what)
{
	struct pycalls calls = { .bytes = source, .n = n };
	struct called called;
	char shown[512] = "";
	unsigned line;

	while (pycalls_next(&calls, &called, &line)) {
		size_t at = strlen(shown);

		(void)snprintf(shown + at, sizeof(shown) - at, "%u:", line);
		for (size_t i = 0; i < called.n; i++) {
			strcat(shown, i ? " " : "");
			strcat(shown, called.names[i]);
		}
		strcat(shown, ";");
	}
	CHECK_TEXT(shown, wanted, what);
}

static void finds(const char *source, const char *wanted, const char *what)
{
	finds_in(source, strlen(source), wanted, what);
}

static void test_names(void)
{
	finds("import subprocess\nsubprocess.run(['git'])", "2:git;", "a module's function");
	finds("import os, subprocess as sp\nsp.call(['git'])", "2:git;", "another name");
	finds("from subprocess import run, Popen as P\nrun(['a'])\nP(['b'])\nPopen(['c'])",
	      "2:a;3:b;", "names of functions");
	finds("from subprocess import (\n run,\n)\nrun(['a'])", "4:a;", "in brackets");
	finds("from x import run\nrun(['a'])", "", "another module's");
	finds("from subprocess import PIPE\nPIPE(['a'])", "", "another name of that module");
	finds("from subprocess import PIPE as run\nrun(['a'])", "", "and of its names by ours");
	finds("from subprocess import run as as, call as c\nrun(['a'])\nc(['b'])", "3:b;",
	      "odd ones");
	finds("from . import subprocess\nimport\nfrom subprocess\nrun(['a'])", "", "no import");
	finds("self.run(['a']); x.subprocess.run(['b']); subprocess.runs(['c'])", "", "no name");
	finds("subprocess.run\nsubprocess\nsubprocess.", "", "no call");
	finds("from subprocess import run\ndef run(x): pass", "", "no call, but a definition");
	finds("# subprocess.run(['a'])\n'subprocess.run([1])'", "", "no Python at all");
}

static void test_words(void)
{
	finds("subprocess.run(('a', x), check=True)", "1:a;", "a tuple");
	finds("subprocess.run(['sudo', 'a', *x])", "1:sudo a;", "a list");
	finds("subprocess.run(['a'] + x)", "1:a;", "the beginning of one");
	finds("subprocess.run([x, 'a'])", "", "not its first word");
	finds("subprocess.run([f(1, [2]), 'a'])", "", "which may be anything");
	finds("subprocess.run(['a' + x]); subprocess.run([f'{x}a']); subprocess.run([])", "",
	      "nor is it half known");
	finds("subprocess.run('a'); subprocess.run(('b'))", "1:a;1:b;", "one name");
	finds("subprocess.run('a -x')", "", "which has no blanks");
	finds("subprocess.run('a' if x else 'b'); subprocess.run('a%s' % x)", "", "nor goes on");
	finds("subprocess.run(args=['a'], shell=False)", "1:a;", "by its keyword");
	finds("subprocess.run(\n  stdin=x == 1,\n  args=('a',))", "1:a;", "behind others");
	finds("subprocess.run('a b'.split()); subprocess.run(shlex.split('c d' + x))", "1:a;1:c;",
	      "a text that is split");
	finds("subprocess.run('a b'.split(x)); subprocess.run(shlex.join('a'))", "", "or not");
	finds("subprocess.run(\"'a b' c\".split()); subprocess.run('a'.lower())", "", "or odd");
	finds("subprocess.run(x, ['a'])", "", "another argument");
	finds("subprocess.run(x == 1, ['a']); subprocess.run(x =", "", "nor one that is compared");
	finds("subprocess.run(shlex, 1, 2, 3); subprocess.run(shlex.split); "
	      "subprocess.run(shlex.split[0]); subprocess.run(shlex.split(x))",
	      "", "no text that is split");
	finds("subprocess.run('a'.split); subprocess.run('a'.split[0]); subprocess.run('a'", "1:a;",
	      "nor here");
	finds("subprocess.run('a b c d e f g h i j k l m n o p q r'.split())", "1:a;",
	      "many words");
	finds("subprocess.run(['a'", "1:a;", "a list that is cut");
	finds("subprocess.run(('a'", "1:a;", "or a text");
	finds("subprocess.run(('a') + x); subprocess.run(['a'], *x)", "1:a;", "and what follows");
	finds("subprocess.run(f(g(x), 'y')['z'])\nos.system('a')", "2:a;", "and none is lost");
	finds("subprocess.run(['sh', '-c', 'a | b'])", "1:sh a b;", "a shell");
	finds("subprocess.run(['', 'a']); subprocess.run(['sudo', '', 'b'])", "1:sudo;",
	      "no empty word is a program");
}

static void test_shell(void)
{
	finds("subprocess.run('a x | b', shell=True)", "1:a b;", "shell=True");
	finds("subprocess.run('a x', shell=x); subprocess.run('a', **x)", "", "or who knows");
	finds("subprocess.run('a', **x, shell=True); subprocess.run('a', *x, y)", "",
	      "whatever follows");
	finds("os.system('a x', *y)", "1:a;", "but where it is always a shell");
	finds("subprocess.run(['a'], **x); subprocess.run(['a'], shell=True)", "1:a;", "a list");
	finds("os.system(f'{x'); os.system(F'a {x}'); os.system(rb'b')", "1:a;1:b;", "prefixes");
	finds("os.system(['a'])", "", "no list");
	finds("os.system('a ' + x)", "1:a;", "a text that goes on");
	finds("os.system('a' + x); os.system(x + 'a')", "", "not in its first word");
	finds("os.system('a %s; b' % x)", "1:a b;", "with places for others");
	finds("os.system(f'{x} y; a {{z}} {y}')", "1:a;", "an f-string");
	finds("os.system(f'a; {x'); os.system(f'b; {')", "1:a;1:b;", "or what is none");
	finds("os.system('a {x}; b')", "1:a b;", "and what another kind of formatting fills");
	finds("os.system('a '\n 'b; '\n \"c\")", "1:a c;", "in parts");
	finds("os.system('''\na x\nb\n''')", "1:a b;", "over lines");
	finds("os.system('a\\tx\\nb\\x20; \\'c\\' \\\n d')", "1:a c;", "escapes");
	finds("os.system('a\\", "1:a\\;", "one before nothing");
	finds_in("os.system('a; b\\\0')", 19, "1:a;", "one before a NUL");
	finds_in("os.system('a \0; b')", 19, "1:a b;", "a NUL");
	finds("os.popen(r'a'); subprocess.getoutput('b'); asyncio.create_subprocess_shell('c')",
	      "1:a;1:b;1:c;", "all that take one");
}

static void test_files(void)
{
	finds("os.execvp('a', x); os.execl('/bin/b', 'c')", "1:a;1:/bin/b;", "exec");
	finds("os.spawnlp(os.P_WAIT, 'a', 'b')", "1:a;", "spawn");
	finds("shutil.which('a'); shutil.which(cmd='b')", "1:a;", "which");
	finds("from shutil import which\nif which('a'): pass", "2:a;", "by its name");
	finds("await asyncio.create_subprocess_exec('a', '-x')", "1:a;", "asyncio");
	finds("os.execvp(x, ['a']); os.execv(sys.executable, x)", "", "not known");
	finds("os.execvp(['a'], x)", "", "nor a list");
	finds_in("os\0.system('a')\nos.system('b')", 30, "2:b;", "nor a name that a NUL ends");
	finds("os.system(", "", "cut");
	finds("os.system('a'", "1:a;", "or nearly");
}

int main(void)
{
	char many[4096] = "", list[8192] = "subprocess.run(['a'";

	test_names();
	test_words();
	test_shell();
	test_files();
	for (int i = 0; i < 40; i++)
		(void)snprintf(many + strlen(many), 64, "import os as o%d\n", i);
	strcat(many, "o3.system('a'); o39.system('b')");
	finds(many, "41:a;", "more names than are followed");
	for (int i = 0; i < 40; i++)
		strcat(list, ", 'x'");
	strcat(list, "])\nos.system('b')");
	finds(list, "1:a;2:b;", "more words than are read");
	memset(list, 'x', sizeof(list) - 1);
	memcpy(list, "os.system('", 11);
	list[sizeof(list) - 1] = '\0';
	finds(list, "", "a text that is too long");
	memcpy(list, "run(['x', 'y", 12);
	memcpy(list, "subprocess.run(['x', 'y", 23);
	finds(list, "1:x;", "or behind the first");
	(void)snprintf(list, sizeof(list), "import os as %0*d\n%0*d.system('a')\nos.system('b')",
		       PYCALLS_NAME_MAX - 1, 0, PYCALLS_NAME_MAX - 1, 0);
	finds(list, "2:a;3:b;", "the longest name");
	(void)snprintf(list, sizeof(list), "import os as %0*d\n%0*d.system('a')\nos.system('b')",
		       PYCALLS_NAME_MAX, 0, PYCALLS_NAME_MAX, 0);
	finds(list, "3:b;", "a name that is too long");
	return done();
}
