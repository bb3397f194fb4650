#include "base/hash.h"

#include <sys/random.h>

uint64_t hash_seed(void)
{
	uint64_t seed;

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed))
		seed = (uintptr_t)&seed;
	return seed;
}

/* Multiplies and folds eight bytes at a time. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)a * b;

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_bytes(uint64_t seed, struct slice bytes)
{
	uint64_t hash = seed ^ bytes.len, word;

	for (size_t at = 0; at < bytes.len; at += sizeof(word)) {
		size_t left = bytes.len - at;

		word = 0;
		memcpy(&word, bytes.data + at, left < sizeof(word) ? left : sizeof(word));
		hash = mix(hash ^ word ^ 0x9e3779b97f4a7c15, seed | 0xd6e8feb86659fd93);
	}
	return mix(hash, 0x9e3779b97f4a7c15);
}
