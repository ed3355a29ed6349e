/* SPDX-License-Identifier: MIT */
/* QEMU's names of processors. tests/cli/explain asks QEMU itself. */
#include "core/x86_model.h"

#include "core/x86_level.h"
#include "check.h"

int main(void)
{
	static const struct {
		const char *cpu;
		unsigned level;
	} cpus[] = {
		{ "qemu64", 1 },
		{ "qemu64-v1", 1 },
		{ "Opteron_G5-v1", 2 },
		{ "Haswell-noTSX-IBRS", 3 },
		{ "EPYC-IBPB", 3 },
		{ "EPYC-Rome-v2", 3 },
		{ "Cascadelake-Server-noTSX", 4 },
		{ "Icelake-Server-v12", 4 },
		{ "x86-64-v2", 2 },
		{ "x86-64-v2-AES", 2 },
		{ "x86-64-v5", 0 },
		{ "max", 0 },
		{ "host", 0 },
		{ "", 0 },
		{ "-v1", 0 },
		{ "v1", 0 },
		{ "12", 0 },
		{ "kvm64-1", 0 },
		{ "Haswell,-avx2", 0 },
		{ "Haswell-v", 0 },
		{ "haswell", 0 },
		{ "a name that is longer than any name of a model can ever be", 0 },
	};

	for (size_t i = 0; i < sizeof(cpus) / sizeof(cpus[0]); i++)
		CHECK(x86_model_level(cpus[i].cpu) == cpus[i].level,
		      cpus[i].cpu[0] ? cpus[i].cpu : "an empty name");
	for (unsigned level = 1; level <= X86_LEVEL_MAX; level++)
		CHECK(x86_model_level(x86_model_example(level)) == level, "an example is one");
	return done();
}
