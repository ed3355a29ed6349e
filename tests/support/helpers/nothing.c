/* SPDX-License-Identifier: MIT */
/* nothing SCRIPT [WORD]: an interpreter that does next to nothing, so that what it takes to start
 * a script can be measured. With the word "where" it says whether it is in a view, or beside the
 * host, with "wait" it says so and stays until its standard input ends; for the self-test it
 * answers as Python would. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void say(const char *words)
{
	ssize_t ignored = write(STDOUT_FILENO, words, strlen(words));

	(void)ignored; /* nobody else to tell */
}

static void say_where(void)
{
	static const char beside[] = "/run/busypy/";
	char exe[sizeof(beside)] = "";

	if (readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0 && strcmp(exe, beside) == 0)
		say("beside\n");
	else
		say(access("/.busypy/view", F_OK) == 0 ? "view\n" : "host\n");
}

static void answer_selftest(void)
{
	struct utsname name;
	char line[128];

	(void)uname(&name); /* cannot fail */
	(void)snprintf(line, sizeof(line), "busypy-selftest ok %s 0\n", name.machine);
	say(line);
}

int main(int argc, char **argv)
{
	const char *script = argc > 1 ? strrchr(argv[1], '/') : NULL;
	char byte;

	if (script && strcmp(script, "/selftest") == 0)
		answer_selftest();
	if (argc < 3)
		return 0;
	say_where();
	if (strcmp(argv[2], "wait") == 0) {
		while (read(STDIN_FILENO, &byte, 1) > 0)
			;
	}
	return 0;
}
