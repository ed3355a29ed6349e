/* SPDX-License-Identifier: MIT */
/* SHA-256 with the instructions that x86 processors have for it: ten times as fast. */
#include "core/sha256.h"

#include "core/sha256_x86.h"

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>

static bool ask(void)
{
	unsigned a, b, c, d;

	/* SSSE3 and SSE4.1 of leaf 1, SHA of leaf 7 */
	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & 1U << 9) || !(c & 1U << 19))
		return false;
	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1U << 29);
}

bool sha256_x86_can(void)
{
	/* a constant of the machine, asked for once: 0 before, then 1 or 2 */
	static int answer;

	if (!answer)
		answer = ask() ? 2 : 1;
	return answer == 2;
}

/* Four rounds; the constants and the message words are added here. */
static inline __attribute__((target("sha,sse4.1,ssse3"), always_inline)) void
rounds(__m128i *abef, __m128i *cdgh, __m128i words, const uint32_t *k)
{
	__m128i sum = _mm_add_epi32(words, _mm_loadu_si128((const __m128i *)k));

	*cdgh = _mm_sha256rnds2_epu32(*cdgh, *abef, sum);
	*abef = _mm_sha256rnds2_epu32(*abef, *cdgh, _mm_shuffle_epi32(sum, 0x0e));
}

/* The next four words of the message schedule, from the sixteen before them. */
static inline __attribute__((target("sha,sse4.1,ssse3"), always_inline)) __m128i
schedule(__m128i w0, __m128i w1, __m128i w2, __m128i w3)
{
	__m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));

	return _mm_sha256msg2_epu32(sum, w3);
}

__attribute__((target("sha,sse4.1,ssse3"))) void
sha256_x86_compress(uint32_t state[8], const uint8_t *block, const uint32_t k[64])
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
	__m128i dcba = _mm_loadu_si128((const __m128i *)state);
	__m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
	__m128i cdab = _mm_shuffle_epi32(dcba, 0xb1), efgh = _mm_shuffle_epi32(hgfe, 0x1b);
	__m128i abef = _mm_alignr_epi8(cdab, efgh, 8), cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
	const __m128i abef_before = abef, cdgh_before = cdgh;
	__m128i w[4];

	for (unsigned i = 0; i < 4; i++) {
		w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(block + 16 * i)), swap);
		rounds(&abef, &cdgh, w[i], k + 4 * i);
	}
	for (unsigned i = 4; i < 16; i++) {
		w[i % 4] = schedule(w[i % 4], w[(i + 1) % 4], w[(i + 2) % 4], w[(i + 3) % 4]);
		rounds(&abef, &cdgh, w[i % 4], k + 4 * i);
	}
	abef = _mm_add_epi32(abef, abef_before);
	cdgh = _mm_add_epi32(cdgh, cdgh_before);
	efgh = _mm_shuffle_epi32(abef, 0x1b); /* now feba */
	cdab = _mm_shuffle_epi32(cdgh, 0xb1); /* now dchg */
	_mm_storeu_si128((__m128i *)state, _mm_blend_epi16(efgh, cdab, 0xf0));
	_mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(cdab, efgh, 8));
}
#else
bool sha256_x86_can(void)
{
	return false;
}

void sha256_x86_compress(uint32_t state[8], const uint8_t *block, const uint32_t k[64])
{
	(void)state;
	(void)block;
	(void)k;
}
#endif
