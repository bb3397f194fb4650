#include "base/unescape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/text.h"

/* A vector, which compilers split where the processor has none so wide. */
typedef signed char chunk __attribute__((vector_size(16)));

#define CHUNK sizeof(chunk)

/* Of a chunk's comparisons, those before the first that is true. */
static inline size_t count_false(chunk results)
{
#ifdef __SSE2__
	return (size_t)__builtin_ctz((unsigned)_mm_movemask_epi8((__m128i)results) | 1u << CHUNK);
#else
	size_t n = 0;

	while (n < CHUNK && !results[n])
		n++;
	return n;
#endif
}

/* Those before the first quote, backslash, control character or byte beyond ASCII; the
 * latter are negative. */
static inline size_t count_plain(chunk bytes)
{
	return count_false((bytes < 0x20) | (bytes == '"') | (bytes == '\\'));
}

static inline bool is_plain(char c)
{
	return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

static inline const char *copy_plain(char **out, const char *p, const char *end)
{
	char *to = *out;
	size_t n = CHUNK;

	for (; n == CHUNK && (size_t)(end - p) >= CHUNK; p += n, to += n) {
		chunk bytes;

		memcpy(&bytes, p, CHUNK);
		memcpy(to, &bytes, CHUNK);
		n = count_plain(bytes);
	}
	if (n == CHUNK)
		while (p < end && is_plain(*p))
			*to++ = *p++;
	*out = to;
	return p;
}

static int hex_digit(char c)
{
	char letter = (char)(c | 0x20);

	if (c >= '0' && c <= '9')
		return c - '0';
	return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* The number behind a "\u" at p, or -1 when there is none. */
static int32_t code_unit(const char *p, const char *end)
{
	int32_t unit = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (int i = 2; i < 6; i++) {
		int digit = hex_digit(p[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

static char *put_utf8(char *to, uint32_t c)
{
	if (c < 0x80) {
		*to++ = (char)c;
		return to;
	}
	if (c < 0x800) {
		*to++ = (char)(0xc0 | c >> 6);
	} else {
		if (c < 0x10000) {
			*to++ = (char)(0xe0 | c >> 12);
		} else {
			*to++ = (char)(0xf0 | c >> 18);
			*to++ = (char)(0x80 | (c >> 12 & 63));
		}
		*to++ = (char)(0x80 | (c >> 6 & 63));
	}
	*to++ = (char)(0x80 | (c & 63));
	return to;
}

static bool is_cut(const char *p, const char *end)
{
	return end - p > 1 && end - p < 6 && p[1] == 'u';
}

/* RFC 8259, section 7: what is beyond the first 65,536 stands there as a pair. */
static const char *copy_unicode(char **out, const char *p, const char *end, unsigned *flags)
{
	int32_t unit = code_unit(p, end), low = -1;
	uint32_t c = (uint32_t)unit;

	if (unit < 0) {
		*flags |= UNESCAPE_NO_JSON;
		return is_cut(p, end) ? end : p + 1;
	}
	p += 6;
	if (unit >= 0xd800 && unit < 0xdc00)
		low = code_unit(p, end);
	if (low >= 0xdc00 && low < 0xe000) {
		c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
		p += 6;
	} else if (unit >= 0xd800 && unit < 0xe000) {
		*flags |= UNESCAPE_NO_JSON;
		c = 0xfffd;
	}
	if (!c)
		*flags |= UNESCAPE_NUL;
	*out = put_utf8(*out, c);
	return p;
}

/* A character beyond ASCII, or a control character. */
static const char *copy_character(char **out, const char *p, const char *end, unsigned *flags)
{
	size_t n = text_utf8_length(p, (size_t)(end - p));

	if (!n)
		*flags |= UNESCAPE_NO_UTF8;
	else if (n == 1)
		*flags |= UNESCAPE_NO_JSON;
	n += !n;
	memcpy(*out, p, n);
	*out += n;
	return p + n;
}

static const char escapes[256] = {
	['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
	['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

/* What is rare, and writes through pointers. */
static const char *copy_rare(char **out, const char *p, const char *end, unsigned *flags)
{
	return *p == '\\' ? copy_unicode(out, p, end, flags) : copy_character(out, p, end, flags);
}

/* As unescape, one place after the other. */
static const char *unescape_slowly(char **out, const char *p, const char *end, unsigned *flags)
{
	char *to = *out;

	for (;;) {
		char c;

		p = copy_plain(&to, p, end);
		if (p == end || *p == '"')
			break;
		c = *p == '\\' && end - p > 1 ? escapes[(unsigned char)p[1]] : '\0';
		if (c) {
			*to++ = c;
			p += 2;
			continue;
		}
		*out = to;
		p = copy_rare(out, p, end, flags);
		to = *out;
	}
	*out = to;
	return p;
}

#ifdef __SSE2__
/* JSON in a JSON string has an escape every few bytes, and to look for each from the last one
 * on takes longer than all the rest: here they are looked for in a block at once. */
#define BLOCK 64

/* A bit for each byte of a block. */
struct found {
	uint64_t backslash, quote;
	uint64_t other; /* control characters, and bytes beyond ASCII */
};

static inline uint64_t mask_of(chunk results)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8((__m128i)results);
}

static inline struct found find_special(const char *p)
{
	struct found found = {0};

	for (size_t i = 0; i < BLOCK; i += CHUNK) {
		chunk bytes;

		memcpy(&bytes, p + i, CHUNK);
		found.backslash |= mask_of(bytes == '\\') << i;
		found.quote |= mask_of(bytes == '"') << i;
		found.other |= mask_of(bytes < 0x20) << i;
	}
	return found;
}

/* n bytes of a block; those up to the end of a second chunk may be read and written, too: most
 * runs are shorter, and how long each is can't be foreseen. */
static inline char *copy_run(char *to, const char *p, size_t n)
{
	memcpy(to, p, 2 * CHUNK);
	for (size_t i = 2 * CHUNK; i < n; i += CHUNK)
		memcpy(to + i, p + i, CHUNK);
	return to + n;
}

/* Nothing is special in the block but quotes with a backslash before each. */
static inline bool has_only_quotes(struct found found)
{
	return found.backslash << 1 == found.quote && !(found.backslash >> (BLOCK - 1)) &&
	       !found.other;
}

/* Takes such a block: each run begins with the quote that the last one's backslash is for. */
static inline char *take_quotes(char *to, const char *p, uint64_t backslash)
{
	size_t at = 0;

	for (; backslash; backslash &= backslash - 1) {
		size_t n = (size_t)__builtin_ctzll(backslash);

		to = copy_run(to, p + at, n - at);
		at = n + 1;
	}
	return copy_run(to, p + at, BLOCK - at);
}

/* Takes a block, up to the quote that ends the text (*ended), or to what is rare. */
static inline const char *take_block(char **out, const char *p, bool *ended)
{
	struct found found = find_special(p);
	uint64_t special = found.backslash | found.quote | found.other;
	char *to = *out;
	size_t at = 0;

	if (has_only_quotes(found)) {
		*out = take_quotes(to, p, found.backslash);
		return p + BLOCK;
	}
	while (special) {
		size_t n = (size_t)__builtin_ctzll(special);
		char c = p[n] == '\\' ? escapes[(unsigned char)p[n + 1]] : '\0';

		to = copy_run(to, p + at, n - at);
		at = n;
		if (!c) {
			*ended = true;
			break;
		}
		*to++ = c;
		at += 2;
		/* What is escaped stands for itself; that may be in the next block. */
		special &= n + 1 < BLOCK ? ~(UINT64_C(3) << n) : 0;
	}
	if (!*ended && at < BLOCK) {
		to = copy_run(to, p + at, BLOCK - at);
		at = BLOCK;
	}
	*out = to;
	return p + at;
}

/* Names and numbers are short, and plain. Returns where the text ends, or NULL. */
static inline const char *take_short(char **out, const char *p, const char *end)
{
	chunk bytes;
	size_t n;

	if ((size_t)(end - p) < CHUNK)
		return NULL;
	memcpy(&bytes, p, CHUNK);
	memcpy(*out, &bytes, CHUNK);
	n = count_plain(bytes);
	if (n == CHUNK || p[n] != '"')
		return NULL;
	*out += n;
	return p + n;
}

const char *unescape(char **out, const char *p, const char *end, unsigned *flags)
{
	const char *quote = take_short(out, p, end);

	if (quote)
		return quote;
	while ((size_t)(end - p) >= BLOCK + 2 * CHUNK) {
		bool ended = false;

		p = take_block(out, p, &ended);
		if (ended && *p == '"')
			return p;
		if (ended)
			p = copy_rare(out, p, end, flags);
	}
	return unescape_slowly(out, p, end, flags);
}
#else
const char *unescape(char **out, const char *p, const char *end, unsigned *flags)
{
	return unescape_slowly(out, p, end, flags);
}
#endif
