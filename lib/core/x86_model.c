/* SPDX-License-Identifier: MIT */
/* QEMU, target/i386/cpu.c: builtin_x86_defs, by what query-cpu-model-expansion says of each. */
#include "core/x86_model.h"

#include <stdbool.h>
#include <string.h>

#include "core/str.h"
#include "core/x86_level.h"

enum { NAME_SIZE = 48 };

static const struct {
	const char *name;
	unsigned level;
} models[] = {
	{ "qemu64", 1 },	   { "Nehalem", 2 },
	{ "Haswell", 3 },	   { "Skylake-Server", 4 },
	{ "Broadwell", 3 },	   { "Cascadelake-Server", 4 },
	{ "ClearwaterForest", 3 }, { "Conroe", 1 },
	{ "Cooperlake", 4 },	   { "Denverton", 2 },
	{ "Dhyana", 3 },	   { "EPYC", 3 },
	{ "EPYC-Genoa", 4 },	   { "EPYC-Milan", 3 },
	{ "EPYC-Rome", 3 },	   { "EPYC-Turin", 4 },
	{ "GraniteRapids", 4 },	   { "Icelake-Server", 4 },
	{ "IvyBridge", 2 },	   { "KnightsMill", 3 },
	{ "Opteron_G1", 1 },	   { "Opteron_G2", 1 },
	{ "Opteron_G3", 1 },	   { "Opteron_G4", 2 },
	{ "Opteron_G5", 2 },	   { "Penryn", 1 },
	{ "SandyBridge", 2 },	   { "SapphireRapids", 4 },
	{ "SierraForest", 3 },	   { "Skylake-Client", 3 },
	{ "Snowridge", 2 },	   { "Westmere", 2 },
	{ "core2duo", 1 },	   { "kvm64", 1 },
	{ "phenom", 1 },
};

/* Cuts an ending off; a number follows where digits is set. */
static void cut(char *name, const char *ending, bool digits)
{
	size_t n = strlen(name), m = strlen(ending);

	while (digits && n && name[n - 1] >= '0' && name[n - 1] <= '9')
		n--;
	if (digits && !name[n])
		return;
	if (n > m && memcmp(name + n - m, ending, m) == 0)
		name[n - m] = '\0';
}

unsigned x86_model_level(const char *cpu)
{
	char name[NAME_SIZE];
	unsigned level;

	if (strchr(cpu, ',') || str_copy(name, sizeof(name), cpu) < 0)
		return 0;
	cut(name, "-AES", false);
	level = x86_level_by_name(name);
	if (level)
		return level;
	cut(name, "-v", true);
	cut(name, "-IBRS", false);
	cut(name, "-IBPB", false);
	cut(name, "-noTSX", false);
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++) {
		if (str_eq(models[i].name, name))
			return models[i].level;
	}
	return 0;
}

const char *x86_model_example(unsigned level)
{
	return models[level - 1].name; /* the table begins with them */
}
