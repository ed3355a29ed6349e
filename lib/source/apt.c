/* SPDX-License-Identifier: MIT */
/* Writes what apt-get reads, runs it, and reads what it says. */
#include "source/apt.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/exact.h"
#include "base/files.h"
#include "base/program.h"
#include "core/err.h"
#include "core/package.h"
#include "core/path_size.h"
#include "core/str.h"
#include "core/suite.h"
#include "source/apt_lists.h"

#define KEYRING "/usr/share/keyrings/debian-archive-keyring.gpg"

enum { OUTPUT_MAX = 16 * 1024 * 1024 };
_Static_assert((int)APT_WORD_SIZE == 3 * (int)PACKAGE_WORD_MAX, "name, arch and version fit");

int apt_words_add(struct apt_words *words, const char *name, const char *arch, const char *version,
		  struct err *err)
{
	struct text text;

	if (words->n == APT_WORDS_MAX)
		return err_set(err, E2BIG, "too many packages");
	text_init(&text, words->text[words->n], APT_WORD_SIZE);
	text_add(&text, name);
	if (!str_eq(arch, "all"))
		text_addf(&text, ":%s", arch);
	if (version)
		text_addf(&text, "=%s", version);
	if (text.overflow)
		return err_set(err, E2BIG, "%s", name);
	words->words[words->n] = words->text[words->n];
	words->n++;
	return 0;
}

int apt_available(const char *keyring, struct err *err)
{
	if (!program_exists("apt-get"))
		return err_say(err, ENOENT,
			       "apt-get is not installed here (Hint: --from host and --from DIR do "
			       "without)");
	if (keyring && access(keyring, R_OK) < 0)
		return err_set(err, errno, "cannot read the keys of --keyring, %s", keyring);
	if (!keyring && access(KEYRING, R_OK) < 0)
		return err_say(err, errno,
			       "cannot read Debian's keys, " KEYRING
			       ": %s (Hint: install debian-archive-keyring)",
			       strerror(errno));
	return 0;
}

/* How this machine reaches the network (proxies, certificates, timeouts): the only thing that is
 * taken over from its own configuration, as lines of apt.conf. Caller frees; "" if apt says
 * nothing. */
static char *host_network(void)
{
	static const char *const argv[] = { "apt-config", "dump", NULL };
	static const char *const kept[] = { "Acquire::http", "Acquire::https", "Acquire::ftp",
					    "Acquire::Retries", "Acquire::ForceIPv" };
	FILES_FREE char *output = NULL;
	char complaint[ERR_TEXT_MAX];
	char *text = NULL;
	size_t n;
	FILE *out;

	if (program_run(&(struct program){ .argv = argv, .output_max = OUTPUT_MAX }, &output,
			complaint, NULL) != 0)
		return strdup("");
	out = open_memstream(&text, &n);
	for (const char *line = output; out && *line;) {
		size_t length = strcspn(line, "\n");

		for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
			if (str_starts(line, kept[i]))
				(void)fprintf(out, "%.*s\n", (int)length, line);
		}
		line += length + (line[length] == '\n');
	}
	if (!out || fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}

static void print_conf(const struct apt *apt, const char *network, FILE *out)
{
	(void)fprintf(out,
		      "Dir \"%s\";\n"
		      "Dir::State \"state\";\n"
		      "Dir::State::status \"%s/status\";\n"
		      "Dir::Cache \"cache\";\n"
		      "Dir::Etc \"etc\";\n"
		      "Dir::Log \"log\";\n"
		      "APT::Architecture \"%s\";\n"
		      "#clear APT::Architectures;\n",
		      apt->dir, apt->dir, apt->archs[0]);
	for (size_t i = 0; i < apt->n_archs; i++)
		(void)fprintf(out, "APT::Architectures:: \"%s\";\n", apt->archs[i]);
	/* The lists of other archs stay for their next update; a failed update is a failure; root
	 * must not become _apt, who cannot write into the cache of ours; ten archs' lists are 450
	 * MB unless they stay compressed, and apt's own caches of them as much again. What the
	 * signed Release says bounds every other file, and this the Release itself, bytes. */
	(void)fprintf(out,
		      "APT::Get::List-Cleanup \"false\";\n"
		      "APT::Update::Error-Mode \"any\";\n"
		      "APT::Sandbox::User \"root\";\n"
		      "Acquire::Languages \"none\";\n"
		      "Acquire::MaxReleaseFileSize \"16777216\";\n"
		      "Acquire::GzipIndexes \"true\";\n"
		      "Acquire::PDiffs \"false\";\n"
		      "Dir::Cache::pkgcache \"\";\n"
		      "Dir::Cache::srcpkgcache \"\";\n"
		      "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled \"false\";\n"
		      "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled \"false\";\n"
		      "%s",
		      network);
}

static int write_new(const char *path, const char *text, struct err *err)
{
	int r = exact_remove(path, err);

	if (r < 0)
		return r;
	return exact_write(path, text, strlen(text), 0644, err);
}

/* Which of several versions is taken depends on nothing but the versions: packages of backports,
 * too, count without being asked for one by one. */
static const char preferences[] = "Package: *\nPin: release a=*\nPin-Priority: 500\n";

/* In brackets of sources.list(5). */
static int check_keyring(const char *keyring, struct err *err)
{
	if (keyring[0] == '/' && !keyring[strcspn(keyring, " \t\r\n\"[],#")])
		return 0;
	return err_say(err, EINVAL, "%s: apt cannot read keys from a file of that name", keyring);
}

static int write_sources(const struct apt *apt, struct err *err)
{
	char base[SUITE_NAME_SIZE];
	const char *const suites[] = { apt->suite, base };
	const char *keyring = apt->keyring ? apt->keyring : KEYRING;
	char path[PATH_SIZE], text[3 * PATH_SIZE];
	struct text sources;
	int r = check_keyring(keyring, err);

	if (r < 0)
		return r;
	suite_base(apt->suite, base);
	text_init(&sources, text, sizeof(text));
	for (size_t i = 0; i < 2 && suites[i][0]; i++)
		text_addf(&sources, "deb [signed-by=%s%s] %s %s main\n", keyring,
			  apt->expired ? " check-valid-until=no" : "", apt->mirror, suites[i]);
	if (sources.overflow)
		return err_set(err, E2BIG, "the mirror's name");
	r = files_path(path, err, "%s/etc/preferences", apt->dir);
	if (r < 0)
		return r;
	r = write_new(path, preferences, err);
	if (r < 0)
		return r;
	r = files_path(path, err, "%s/etc/sources.list", apt->dir);
	return r < 0 ? r : write_new(path, text, err);
}

int apt_configure(struct apt *apt, struct err *err)
{
	static const char *const dirs[] = { "state/lists/partial", "cache/archives/partial",
					    "etc/apt.conf.d",	   "etc/preferences.d",
					    "etc/trusted.gpg.d",   "log" };
	FILES_FREE char *network = NULL, *text = NULL;
	char path[PATH_SIZE];
	size_t n;
	FILE *out;
	int r;

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		r = files_path(path, err, "%s/%s", apt->dir, dirs[i]);
		if (r < 0)
			return r;
		r = exact_mkdirs(path, err);
		if (r < 0)
			return r;
	}
	r = files_path(path, err, "%s/status", apt->dir);
	if (r < 0)
		return r;
	r = write_new(path, "", err);
	if (r < 0)
		return r;
	r = write_sources(apt, err);
	if (r < 0)
		return r;
	r = files_path(apt->conf, err, "%s/apt.conf", apt->dir);
	if (r < 0)
		return r;
	network = host_network();
	out = network ? open_memstream(&text, &n) : NULL;
	if (!out)
		return err_set(err, ENOMEM, "cannot configure apt");
	print_conf(apt, network, out);
	if (fclose(out) != 0)
		return err_set(err, ENOMEM, "cannot configure apt");
	return write_new(apt->conf, text, err);
}

/* Runs apt-get with words of its own and then those given, if any. */
static int run(const struct apt *apt, const char *const *own, const struct apt_words *words,
	       const char *dir, char **ret_output, struct err *err)
{
	char variable[PATH_SIZE + 16];
	const char *env[] = { variable, NULL };
	size_t n_own = 0, n = words ? words->n : 0;
	const char **argv;
	struct program program = { .env = env,
				   .dir = dir,
				   .complaint = "E: ",
				   .output_max = ret_output ? OUTPUT_MAX : 0 };
	int r;

	while (own[n_own])
		n_own++;
	argv = calloc(n_own + n + 3, sizeof(*argv));
	if (!argv)
		return err_set(err, ENOMEM, "cannot run apt-get");
	argv[0] = "apt-get";
	argv[1] = "-qq";
	for (size_t i = 0; i < n_own; i++)
		argv[2 + i] = own[i];
	for (size_t i = 0; i < n; i++)
		argv[2 + n_own + i] = words->words[i];
	(void)snprintf(variable, sizeof(variable), "APT_CONFIG=%s", apt->conf); /* fits */
	program.argv = argv;
	r = program_do(&program, ret_output, "apt", err);
	free(argv);
	return r;
}

int apt_update(const struct apt *apt, struct err *err)
{
	static const char *const own[] = { "update", NULL };
	int r;

	if (apt_lists_young(apt))
		return 1;
	apt_lists_forget(apt); /* what an update leaves that fails is nobody's */
	r = run(apt, own, NULL, NULL, NULL, err);
	if (r == 0)
		apt_lists_note(apt);
	return r;
}

int apt_lists(const struct apt *apt, char **ret, struct err *err)
{
	static const char *const own[] = { "indextargets", "--format",
					   "$(ARCHITECTURE) $(FILENAME)", "Created-By: Packages",
					   NULL };

	return run(apt, own, NULL, NULL, ret, err);
}

int apt_find(const struct apt *apt, const struct apt_words *words, struct package *ret,
	     struct err *err)
{
	static const char *const own[] = { "--print-uris", "download", NULL };
	FILES_FREE char *output = NULL;
	size_t found = 0;
	int r = run(apt, own, words, NULL, &output, err);

	if (r < 0)
		return r;
	for (const char *line = output; *line;) {
		size_t length = strcspn(line, "\n");
		struct package package;

		r = package_parse_uri(line, length, &package);
		if (r < 0 || (r > 0 && found == words->n))
			return err_say(err, EINVAL, "apt: cannot understand '%.*s'", (int)length,
				       line);
		if (r > 0) {
			(void)str_copy(package.suite, sizeof(package.suite), apt->suite); /* fits */
			ret[found++] = package;
		}
		line += length + (line[length] == '\n');
	}
	if (found != words->n)
		return err_say(err, ENOENT, "apt: found %zu of %zu packages", found, words->n);
	return 0;
}

/* Reads what `apt-get install --print-uris` says. Caller frees *ret. */
static int take_installs(const char *output, struct package **ret, size_t *ret_n, struct err *err)
{
	struct package *packages;
	size_t n = 1;
	int r = 0;

	for (const char *s = output; (s = strchr(s, '\n')); s++)
		n++;
	packages = calloc(n, sizeof(*packages));
	if (!packages)
		return err_set(err, ENOMEM, "cannot list packages");
	*ret_n = 0;
	for (const char *line = output; r >= 0 && *line;) {
		size_t length = strcspn(line, "\n");

		r = package_parse_install(line, length, &packages[*ret_n]);
		if (r < 0)
			(void)err_say(err, EINVAL, "apt: cannot understand '%.*s'", (int)length,
				      line);
		else
			*ret_n += (size_t)r;
		line += length + (line[length] == '\n');
	}
	if (r < 0) {
		free(packages);
		return r;
	}
	*ret = packages;
	return 0;
}

int apt_resolve(const struct apt *apt, const char *arch, const char *status,
		const struct apt_words *words, struct package **ret, size_t *ret_n, struct err *err)
{
	FILES_FREE char *output = NULL;
	char path[PATH_SIZE], of_status[PATH_SIZE + 32], of_arch[64];
	const char *own[] = { "-y",
			      "--no-install-recommends",
			      "--print-uris",
			      "-o",
			      of_status,
			      "-o",
			      of_arch,
			      "install",
			      NULL };
	int r = files_path(path, err, "%s/status.%s", apt->dir, arch);

	if (r < 0)
		return r;
	r = write_new(path, status, err);
	if (r < 0)
		return r;
	(void)snprintf(of_status, sizeof(of_status), "Dir::State::status=%s", path); /* fits */
	(void)snprintf(of_arch, sizeof(of_arch), "APT::Architecture=%s", arch);
	r = run(apt, own, words, NULL, &output, err);
	if (r < 0)
		return r;
	return take_installs(output, ret, ret_n, err);
}

int apt_download(const struct apt *apt, const struct apt_words *words, const char *to,
		 struct err *err)
{
	static const char *const own[] = { "download", NULL };

	return run(apt, own, words, to, NULL, err);
}
