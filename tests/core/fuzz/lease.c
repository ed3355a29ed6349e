/* SPDX-License-Identifier: MIT */
/* Any bytes as a lease and as a version's record; what is taken comes back the same. */
#include "core/lease.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_lease(const char *bytes, size_t size)
{
	struct lease lease = { 0 }, again = { 0 };
	char text[LEASE_SIZE_MAX];

	if (lease_parse(bytes, size, &lease, NULL) < 0)
		return;
	if (lease_format(&lease, text, sizeof(text)) < 0 ||
	    lease_parse(text, strlen(text), &again, NULL) < 0 ||
	    strcmp(lease.host, again.host) != 0 || strcmp(lease.version, again.version) != 0 ||
	    strcmp(lease.boot, again.boot) != 0 || lease.uptime != again.uptime ||
	    lease.x86_level != again.x86_level || strchr(lease.host, '/') ||
	    strchr(lease.version, '/') || lease.host[0] == '.')
		abort();
}

static void check_record(const char *bytes, size_t size)
{
	struct version_record record = { 0 }, again = { 0 };
	char text[VERSION_RECORD_MAX], id[VERSION_ID_SIZE], date[VERSION_DATE_SIZE];

	if (version_record_parse(bytes, size, &record, NULL) < 0)
		return;
	if (version_record_format(&record, text, sizeof(text)) < 0 ||
	    version_record_parse(text, strlen(text), &again, NULL) < 0 ||
	    strcmp(record.id, again.id) != 0 || record.published != again.published ||
	    strcmp(record.manifest, again.manifest) != 0 || record.bytes != again.bytes)
		abort();
	version_id_default(record.published, record.manifest, id);
	version_date(record.published, date);
	if (!version_id_valid(id) || strchr(record.id, '/'))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *copy = malloc(size ? size : 1);

	if (!copy)
		return 0;
	memcpy(copy, data, size); /* so that reading one byte too many is seen */
	check_lease(copy, size);
	check_record(copy, size);
	free(copy);
	return 0;
}
