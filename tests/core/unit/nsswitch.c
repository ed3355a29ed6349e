/* SPDX-License-Identifier: MIT */
/* core/nsswitch: which services are asked besides the files. */
#include "core/nsswitch.h"

#include <errno.h>
#include <string.h>

#include "check.h"

static void others(const char *bytes, int number, const char *names)
{
	char got[64];

	CHECK(nsswitch_others(bytes, strlen(bytes), "passwd", got, sizeof(got)) == number,
	      "how many");
	CHECK_TEXT(got, names, "their names");
}

int main(void)
{
	char small[8];

	others("", 0, "");
	others("passwd: files", 0, "");
	others("group: sss\npasswd:\tfiles systemd\n", 1, "'systemd'");
	others("# passwd: ldap\n passwd : sss files [NOTFOUND=return] ldap # nis\n", 2,
	       "'sss', 'ldap'");
	others("passwd: [!UNAVAIL=return]sss[SUCCESS=continue] files sss sssd", 2, "'sss', 'sssd'");
	others("passwd_compat: nis\npasswd: files\npasswd: nis\n", 0, "");
	others("passwd", 0, "");
	others("passwd: [NOTFOUND", 0, "");
	others("passwd: f file filesx", 3, "'f', 'file', 'filesx'");
	others("passwd  ", 0, "");
	others("passwd: ldap mdns ldaps", 3, "'ldap', 'mdns', 'ldaps'");
	others("passwd: a\001b", 1, "'a\001b'");
	CHECK(nsswitch_others("passwd: systemd", 15, "passwd", small, sizeof(small)) == -E2BIG,
	      "no room");
	return done();
}
