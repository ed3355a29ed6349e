/* SPDX-License-Identifier: MIT */
/* Any word as the loader's to enter: what is taken is within bounds, and written is the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handoff handoff, again;
	char text[512], word[HANDOFF_TEXT_MAX];

	if (size >= sizeof(text))
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (handoff_parse(text, &handoff) < 0)
		return 0;
	if (handoff.fd < 0 || handoff.parent < 0 || handoff.death_signal < 0 ||
	    handoff.death_signal > 64 || handoff.closed > 7 || handoff.persona > UINT32_MAX)
		abort();
	if (handoff_format(&handoff, word, sizeof(word)) < 0 || handoff_parse(word, &again) < 0 ||
	    again.stack_soft != handoff.stack_soft || again.fd != handoff.fd)
		abort();
	return 0;
}
