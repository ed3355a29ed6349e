/* SPDX-License-Identifier: MIT */
/* What a client without a root reads: ip=, nfsroot=, DHCP's answers. */
#include <errno.h>

#include "core/dhcp.h"
#include "core/err.h"
#include "core/ip4.h"
#include "core/nfs.h"
#include "core/str.h"
#include "check.h"

static const char *as_text(uint32_t address)
{
	static char bytes[32];
	struct text text;

	text_init(&text, bytes, sizeof(bytes));
	ip4_add(&text, address);
	return bytes;
}

static int parse(const char *s, uint32_t *ret)
{
	return ip4_parse(s, strlen(s), ret);
}

static void check_addresses(void)
{
	static const char *const wrong[] = { "",	  "1",	    "1.2.3",	  "1.2.3.4.5",
					     "1.2.3.256", "1..2.3", "1.2.3.4 ",	  "0x1.2.3.4",
					     ".1.2.3.4",  "1.2.3.", "0001.2.3.4", "-1.2.3.4" };
	uint32_t address = 7;

	CHECK(parse("10.0.2.15", &address) == 0 && address == 0x0a00020f, "an address");
	CHECK_TEXT(as_text(address), "10.0.2.15", "an address as text");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK(parse(wrong[i], &address) == -EINVAL && address == 0x0a00020f, wrong[i]);
	CHECK(ip4_class_mask(0x0a000001) == 0xff000000 &&
		      ip4_class_mask(0xac100001) == 0xffff0000 &&
		      ip4_class_mask(0xc0a80001) == 0xffffff00,
	      "the masks of classes");
}

static struct ip4_word word;

static const char *read_word(const char *value)
{
	static struct err err;

	err.text[0] = '\0';
	(void)ip4_word_parse(value, &word, &err);
	return err.text;
}

static void check_words(void)
{
	static const char *const wrong[][2] = {
		{ "10.0.0.300", "ip=: '10.0.0.300' cannot be the client" },
		{ "nonsense", "ip=: 'nonsense' cannot be the client" },
		{ "10.0.0.1:x", "ip=: 'x' cannot be the server" },
		{ "::10.1", "ip=: '10.1' cannot be the gateway" },
		{ ":::255", "ip=: '255' cannot be the netmask" },
		{ "::::a_b", "ip=: 'a_b' cannot be the host" },
		{ ":::::../x", "ip=: '../x' cannot be the device" },
		{ "::::::maybe", "ip=: 'maybe' cannot be the autoconf" },
		{ ":::::::1", "ip=: '1' cannot be the resolver" },
		{ "::::-a", "ip=: '-a' cannot be the host" },
		{ "::::.a", "ip=: '.a' cannot be the host" },
		{ "::::a~", "ip=: 'a~' cannot be the host" },
		{ "::::a@", "ip=: 'a@' cannot be the host" },
		{ "::::a[", "ip=: 'a[' cannot be the host" },
		{ "::::a/", "ip=: 'a/' cannot be the host" },
		{ "::::a;", "ip=: 'a;' cannot be the host" },
		{ ":::::.a", "ip=: '.a' cannot be the device" },
		{ ":::::a/b", "ip=: 'a/b' cannot be the device" },
		{ ":::::interface0123456", "ip=: 'interface0123456' cannot be the device" },
	};
	char long_host[IP4_HOST_MAX + 1], name[IP4_HOST_MAX];

	memset(long_host, 'a', sizeof(long_host));
	CHECK(ip4_host(long_host, IP4_HOST_MAX, name) == -EINVAL, "a host that is too long");
	CHECK(ip4_host("", 0, name) == -EINVAL, "no host");
	CHECK(ip4_host("a\0b", 3, name) == -EINVAL, "a NUL in a host");
	CHECK(ip4_host("Node-1.X", 8, name) == 0, "a host with a domain");
	CHECK_TEXT(name, "Node-1.X", "a host with a domain");
	CHECK_TEXT(read_word(""), "", "no value");
	CHECK(word.ask && !word.client, "no value: ask");
	CHECK_TEXT(read_word("dhcp"), "", "dhcp");
	CHECK(word.ask && !word.client, "dhcp");
	CHECK_TEXT(read_word("off"), "", "off");
	CHECK(!word.ask, "off");
	CHECK_TEXT(read_word("10.0.2.15:10.0.2.2:10.0.2.1:255.255.255.0:node-1:eth0:none:"
			     "10.0.2.3:10.0.2.4:10.0.2.5"),
		   "", "all fields");
	CHECK(word.client == 0x0a00020f && word.server == 0x0a000202 &&
		      word.gateway == 0x0a000201 && word.mask == 0xffffff00 && !word.ask &&
		      word.resolvers[0] == 0x0a000203 && word.resolvers[1] == 0x0a000204,
	      "all fields");
	CHECK_TEXT(word.host, "node-1", "all fields");
	CHECK_TEXT(word.device, "eth0", "all fields");
	CHECK_TEXT(read_word(":::::eth1:dhcp"), "", "DHCP on one interface");
	CHECK(word.ask && !word.client, "DHCP on one interface");
	CHECK_TEXT(word.device, "eth1", "DHCP on one interface");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		CHECK_TEXT(read_word(wrong[i][0]), wrong[i][1], wrong[i][0]);
}

static struct nfs_share share;

static const char *read_share(const char *given)
{
	static struct err err;

	err.text[0] = '\0';
	(void)nfs_share_parse(given, &share, &err);
	return err.text;
}

static const char *data_of(const char *given, unsigned flags)
{
	static char data[NFS_DATA_MAX];

	CHECK_TEXT(read_share(given), "", given);
	return nfs_mount_data(&share, 0x0a00020f, flags, data) < 0 ? "too long" : data;
}

static void check_shares(void)
{
	static char given[2 * NFS_SOURCE_MAX + 2 * NFS_DATA_MAX];
	char source[NFS_SOURCE_MAX], start[65], wanted[128];
	struct text text;

	CHECK_TEXT(read_share("10.0.2.2:/srv/export/,ro,port=1"), "", "a share");
	CHECK(share.server == 0x0a000202, "a share");
	CHECK_TEXT(share.path, "/srv/export", "a share's path");
	CHECK_TEXT(share.options, "ro,port=1", "a share's options");
	CHECK(nfs_source(&share, 0, "versions/1", source) == 0, "a source");
	CHECK_TEXT(source, "10.0.2.2:/srv/export/versions/1", "a source");
	CHECK_TEXT(read_share("/"), "", "the server's root");
	CHECK(nfs_source(&share, 0, "versions/1", source) == 0, "the server's root");
	CHECK_TEXT(source, "0.0.0.0:/versions/1", "the server's root");
	CHECK_TEXT(read_share("/tftpboot/%s"), "", "an address in the path");
	CHECK(nfs_source(&share, 0x0a00020f, "", source) == 0, "an address in the path");
	CHECK_TEXT(source, "0.0.0.0:/tftpboot/10.0.2.15", "an address in the path");
	CHECK_TEXT(read_share("server:/x"), "'server' is no IPv4 address", "a server's name");
	CHECK_TEXT(read_share("x"), "'x' is not [SERVER:]/PATH[,OPTIONS]", "no path");
	CHECK_TEXT(read_share(""), "'' is not [SERVER:]/PATH[,OPTIONS]", "nothing");
	memset(given, 'x', sizeof(given) - 1);
	given[0] = '/';
	memset(start, 0, sizeof(start));
	memcpy(start, given, 64);
	text_init(&text, wanted, sizeof(wanted));
	text_addf(&text, "'%s...' is too long", start);
	CHECK_TEXT(read_share(given), wanted, "a path that is too long");
	given[100] = ',';
	CHECK_TEXT(read_share(given), wanted, "options that are too long");
}

static void check_data(void)
{
	char data[NFS_DATA_MAX];

	CHECK_TEXT(data_of("1.2.3.4:/x", 0), "addr=1.2.3.4,vers=4.2,clientaddr=10.0.2.15,proto=tcp",
		   "no options");
	CHECK_TEXT(data_of("1.2.3.4:/x", NFS_V3),
		   "addr=1.2.3.4,vers=3,mountaddr=1.2.3.4,nolock,mountproto=tcp,proto=tcp",
		   "no options, version 3");
	CHECK_TEXT(data_of("1.2.3.4:/x,vers=3,ro,mountport=9,noatime", NFS_FIXED),
		   "addr=1.2.3.4,mountaddr=1.2.3.4,nolock,mountproto=tcp,port=2049,proto=tcp,"
		   "nocto,actimeo=3600,vers=3,mountport=9",
		   "version 3 of what never changes");
	CHECK_TEXT(data_of("1.2.3.4:/x,nfsvers=4.1,port=2,actimeo=5,proto=tcp", NFS_FIXED),
		   "addr=1.2.3.4,clientaddr=10.0.2.15,nfsvers=4.1,port=2,actimeo=5,proto=tcp",
		   "given options stand");
	CHECK_TEXT(data_of("1.2.3.4:/x,v3,mountproto=udp,mountport=1,port=2,udp", 0),
		   "addr=1.2.3.4,mountaddr=1.2.3.4,nolock,v3,mountproto=udp,mountport=1,port=2,udp",
		   "version 3 by its short word");
	CHECK_TEXT(data_of("1.2.3.4:/x,nfsvers=3,tcp", 0),
		   "addr=1.2.3.4,mountaddr=1.2.3.4,nolock,mountproto=tcp,nfsvers=3,tcp",
		   "version 3 by its long word");
	CHECK_TEXT(data_of("1.2.3.4:/x,v4.1,porto=1,por,vers=5,nfsvers=9", NFS_V3),
		   "addr=1.2.3.4,clientaddr=10.0.2.15,proto=tcp,v4.1,porto=1,por,vers=5,nfsvers=9",
		   "words that only begin alike");
	CHECK_TEXT(read_share("1.2.3.4:/x"), "", "no address of our own");
	CHECK(nfs_mount_data(&share, 0, 0, data) == 0, "no address of our own");
	CHECK_TEXT(data, "addr=1.2.3.4,vers=4.2,proto=tcp", "no address of our own");
	CHECK_TEXT(data_of("1.2.3.4:/x,,", NFS_SOFT),
		   "addr=1.2.3.4,vers=4.2,clientaddr=10.0.2.15,proto=tcp,soft,timeo=50,retrans=2",
		   "soft");
}

static const struct dhcp_ask ask = { .mac = { 2, 0, 0, 0, 0, 9 },
				     .id = 0x12345678,
				     .wanted = 0x0a00020f,
				     .server = 0x0a000202,
				     .host = "node" };

/* An answer made of a request's bytes, with these options. */
static size_t make_answer(uint8_t packet[DHCP_PACKET_MAX], const char *options, size_t n)
{
	(void)dhcp_build(DHCP_DISCOVER, &ask, packet);
	packet[0] = 2;
	memcpy(packet + 16, "\x0a\x00\x02\x0f\x0a\x00\x02\x04", 8);
	memcpy(packet + 240, options, n);
	return 240 + n;
}

#define ANSWER(packet, options) make_answer(packet, options, sizeof(options) - 1)

static void check_requests(void)
{
	static const char head[] = "\x35\x01\x03\x3d\x07\x01\x02\x00\x00\x00\x00\x09"
				   "\x32\x04\x0a\x00\x02\x0f\x36\x04\x0a\x00\x02\x02";
	char host[IP4_HOST_MAX + 1] = "";
	uint8_t packet[DHCP_PACKET_MAX];
	size_t n = dhcp_build(DHCP_REQUEST, &ask, packet);

	CHECK(n >= 300 && n <= sizeof(packet), "a request's length");
	CHECK(memcmp(packet, "\x01\x01\x06\x00\x12\x34\x56\x78\x00\x00\x80", 11) == 0,
	      "a request's head asks for a broadcast");
	CHECK(memcmp(packet + 240, head, sizeof(head) - 1) == 0, "a request's options");
	CHECK(memmem(packet, n, "\x0c\x04node\xff", 7), "a request's last options");
	n = dhcp_build(DHCP_DISCOVER, &(struct dhcp_ask){ .host = "" }, packet);
	CHECK(!memmem(packet + 240, n - 240, "\x0c\x04", 2), "a client without a name");
	memset(host, 'h', sizeof(host) - 1);
	n = dhcp_build(DHCP_DISCOVER, &(struct dhcp_ask){ .host = host }, packet);
	CHECK(!memmem(packet, n, "hhhh", 4), "a name that no option holds");
}

static void check_answers(void)
{
	uint8_t packet[DHCP_PACKET_MAX];
	struct dhcp_answer got;
	size_t n = ANSWER(packet, "\x35\x01\x05\x36\x04\x0a\x00\x02\x02\x01\x04\xff\xff\xff\x00"
				  "\x03\x08\x0a\x00\x02\x02\x0a\x00\x02\x63\x06\x04\x0a\x00\x02\x03"
				  "\x0c\x03n-1\x11\x05/root\x33\x04\x00\x01\x51\x80\x00\xff");

	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && got.type == DHCP_ACK, "an answer");
	CHECK(got.address == 0x0a00020f && got.next == 0x0a000204 && got.server == 0x0a000202 &&
		      got.mask == 0xffffff00 && got.router == 0x0a000202 &&
		      got.resolvers[0] == 0x0a000203 && !got.resolvers[1] && got.lease_s == 86400,
	      "an answer's numbers");
	CHECK_TEXT(got.host, "n-1", "an answer's host");
	CHECK_TEXT(got.root_path, "/root", "an answer's root path");
	for (size_t cut = 0; cut < 240; cut++)
		CHECK(cut % 40 || dhcp_parse(packet, cut, &ask, &got) == -ENOMSG, "a short packet");
	packet[4]++;
	CHECK(dhcp_parse(packet, n, &ask, &got) == -ENOMSG, "another exchange");
	packet[4]--;
	packet[28]++;
	CHECK(dhcp_parse(packet, n, &ask, &got) == -ENOMSG, "another client");
	n = ANSWER(packet, "\x36\x04\x0a\x00\x02\x02\xff");
	CHECK(dhcp_parse(packet, n, &ask, &got) == -ENOMSG, "no type: BOOTP");
	n = ANSWER(packet, "\x35\x01\x02\x36\x04\x0a");
	CHECK(dhcp_parse(packet, n, &ask, &got) == -EINVAL, "an option that is cut");
	n = ANSWER(packet, "\x35\x01\x02\x0c\x04\x1b[2J\xff");
	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && !got.host[0], "a host that is no name");
	n = ANSWER(packet, "\x35\x01\x02\x11\x04\x1b[2J\xff");
	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && !got.root_path[0], "control characters");
	n = ANSWER(packet, "\x34\x01\x01\xff");
	memcpy(packet + 108, "\x35\x01\x02\xff", 4);
	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && got.type == DHCP_OFFER,
	      "options in the file's name");
	n = ANSWER(packet, "\x35\x01\x06\xff");
	memset(packet + 16, 0, 4);
	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && got.type == DHCP_NAK, "a refusal");
	n = ANSWER(packet, "\x35\x01\x05\xff");
	memset(packet + 16, 0, 4);
	CHECK(dhcp_parse(packet, n, &ask, &got) == -EINVAL, "no address");
	packet[0] = 1;
	CHECK(dhcp_parse(packet, n, &ask, &got) == -ENOMSG, "a request");
	packet[0] = 2;
	packet[236]++;
	CHECK(dhcp_parse(packet, n, &ask, &got) == -ENOMSG, "BOOTP without a cookie");
	n = ANSWER(packet, "\x35\x01\x07\xff");
	CHECK(dhcp_parse(packet, n, &ask, &got) == -ENOMSG, "a type of requests");
	n = ANSWER(packet, "\x35\x01\x02\x0c");
	CHECK(dhcp_parse(packet, n, &ask, &got) == -EINVAL, "an option without a length");
	n = ANSWER(packet, "\x35\x01\x02");
	CHECK(dhcp_parse(packet, n, &ask, &got) == 0, "no end");
}

/* Options of a strange length, or elsewhere, or that nobody asked for. */
static void check_odd_answers(void)
{
	uint8_t packet[DHCP_PACKET_MAX];
	struct dhcp_answer got;
	size_t n =
		ANSWER(packet, "\x35\x01\x02\x34\x02\x01\x01\x33\x02\x00\x01\x01\x03\xff\xff\xff"
			       "\x0c\x04n-1\0\x0f\x02\x64\0\x11\x06/root\0\x11\x02/\x7f\x2a\x01\x00"
			       "\x35\x02\x05\x05\xff");

	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && got.type == DHCP_OFFER && !got.lease_s &&
		      !got.mask,
	      "odd lengths");
	CHECK_TEXT(got.host, "n-1", "a NUL after the host");
	CHECK_TEXT(got.domain, "d", "a NUL after the domain");
	CHECK_TEXT(got.root_path, "/root", "a NUL after the path, and a path that is none");
	n = ANSWER(packet, "\x35\x01\x02\x0c\x02\0\0\x11\x01\0\xff");
	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && !got.host[0] && !got.root_path[0],
	      "nothing but NULs");
	n = ANSWER(packet, "\x34\x01\x02\xff");
	memcpy(packet + 44, "\x35\x01\x02\xff", 4);
	CHECK(dhcp_parse(packet, n, &ask, &got) == 0 && got.type == DHCP_OFFER,
	      "options in the server's name");
	n = ANSWER(packet, "\x34\x01\x03\xff");
	memset(packet + 108, 0x0c, 128);
	CHECK(dhcp_parse(packet, n, &ask, &got) == -EINVAL, "unsound options in the file's name");
}

int main(void)
{
	check_addresses();
	check_words();
	check_shares();
	check_data();
	check_requests();
	check_answers();
	check_odd_answers();
	return done();
}
