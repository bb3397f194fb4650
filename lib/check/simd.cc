#include "check/simd.h"

#include <cstring>
#include <new>

#include <simdjson.h>

#include "record/block.h"

/* simdjson's first stage finds where the tokens of a text begin, and checks
 * UTF-8, quotes and control characters, many bytes at a time. Its second stage
 * builds a document, which costs more than the first, and nobody here wants
 * it: a walk over the tokens checks the grammar and finds the fields. The
 * first stage is not quite simdjson's public face, so a version that has none,
 * or whose answers to some samples aren't as expected, is used as a whole, or
 * not at all. */

#define DEEPEST 1024

static_assert(BLOCK_PADDING >= simdjson::SIMDJSON_PADDING, "blocks are padded for simdjson");

struct simd {
	simdjson::dom::parser parser;
	bool by_tokens;
};

/* Where the tokens of a text begin: brackets, colons, commas, opening quotes,
 * and the first bytes of all else that isn't blank. */
struct tokens {
	const char *text = nullptr;
	const uint32_t *at = nullptr;
	size_t n = 0;
	bool escapes = false; /* there are backslashes */

	char operator[](size_t i) const
	{
		return text[at[i]];
	}
};

static bool is_open(char c)
{
	return c == '{' || c == '[';
}

static bool is_close(char c)
{
	return c == '}' || c == ']';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What may stand behind a number or a word. The first stage doesn't say what
 * follows it directly. */
static bool is_end(char c)
{
	switch (c) {
	case ',':
	case '}':
	case ']':
	case ' ':
	case '\t':
	case '\n':
	case '\r':
		return true;
	default:
		return false;
	}
}

static const char *skip_digits(const char *p)
{
	while (is_digit(*p))
		p++;
	return p;
}

/* RFC 8259, section 6. */
static bool is_number(const char *p)
{
	const char *digits;

	p += *p == '-';
	digits = p;
	p = skip_digits(p);
	if (p == digits || (*digits == '0' && p != digits + 1))
		return false;
	if (*p == '.') {
		digits = ++p;
		p = skip_digits(p);
		if (p == digits)
			return false;
	}
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '+' || *p == '-';
		digits = p;
		p = skip_digits(p);
		if (p == digits)
			return false;
	}
	return is_end(*p);
}

static bool is_word(const char *p, const char *word, size_t len)
{
	return memcmp(p, word, len) == 0 && is_end(p[len]);
}

/* A number or a word. */
static bool is_scalar(const char *p)
{
	switch (*p) {
	case 't':
		return is_word(p, "true", 4);
	case 'f':
		return is_word(p, "false", 5);
	case 'n':
		return is_word(p, "null", 4);
	default:
		return is_number(p);
	}
}

/* Four hexadecimal digits, or -1. */
static int hex4(const char *p)
{
	int value = 0;

	for (int i = 0; i < 4; i++) {
		char c = p[i], letter = char(c | 0x20);

		if (is_digit(c))
			value = value << 4 | (c - '0');
		else if (letter >= 'a' && letter <= 'f')
			value = value << 4 | (letter - 'a' + 10);
		else
			return -1;
	}
	return value;
}

/* Bytes of the escape at a backslash; 0 for none that is right. */
static size_t escape_len(const char *p)
{
	int unit;

	if (p[1] != 'u')
		return p[1] && strchr("\"\\/bfnrt", p[1]) ? 2 : 0;
	unit = hex4(p + 2);
	if (unit < 0)
		return 0;
	if (unit < 0xd800 || unit > 0xdfff)
		return 6;
	if (unit > 0xdbff || p[6] != '\\' || p[7] != 'u')
		return 0;
	unit = hex4(p + 8);
	return unit >= 0xdc00 && unit <= 0xdfff ? 12 : 0;
}

/* All backslashes stand inside strings, or the tokens are wrong anyway. */
static bool escapes_are_right(struct slice text, const char *slash)
{
	const char *end = text.data + text.len;

	while (slash) {
		size_t len = escape_len(slash);

		if (!len)
			return false;
		slash += len;
		slash = slash < end ? (const char *)memchr(slash, '\\', size_t(end - slash))
				    : nullptr;
	}
	return true;
}

/* The brackets that end what the walk is inside of. */
struct nest {
	size_t depth = 0;
	char close = 0;
	char outer[DEEPEST];

	bool enter(char open)
	{
		if (depth == DEEPEST)
			return false;
		outer[depth++] = close;
		close = char(open + 2);
		return true;
	}

	void leave()
	{
		close = outer[--depth];
	}
};

/* Moves p behind a name and a colon where those are due. */
static bool take_name(const char *text, const uint32_t *&p, char close)
{
	if (close != '}')
		return true;
	if (text[p[0]] != '"' || text[p[1]] != ':')
		return false;
	p += 2;
	return true;
}

/* The tokens are one object or array, and nothing else. The last one is a
 * bracket that closes: it ends what is scanned, and where anything else is
 * taken at least one more token follows. */
static bool is_document(const tokens &t)
{
	const char *text = t.text;
	const uint32_t *p = t.at, *end = t.at + t.n;
	nest nest;

	if (!t.n || !is_open(text[*p]) || !is_close(text[end[-1]]))
		return false;
	for (;;) {
		char c = text[*p++];

		if (c != '"' && is_open(c)) {
			if (!nest.enter(c))
				return false;
			if (text[*p] != nest.close) {
				if (!take_name(text, p, nest.close))
					return false;
				continue;
			}
		} else if (c != '"' && !is_scalar(text + p[-1])) {
			return false;
		}
		while ((c = text[*p++]) != ',') {
			if (c != nest.close)
				return false;
			nest.leave();
			if (p == end || !nest.depth)
				return p == end && !nest.depth;
		}
		if (!take_name(text, p, nest.close))
			return false;
	}
}

/* From here on the document is valid. The token behind the value at i: */
static size_t skip_value(const tokens &t, size_t i)
{
	size_t depth = 0;

	do {
		char c = t[i++];

		if (is_open(c))
			depth++;
		else if (is_close(c))
			depth--;
	} while (depth);
	return i;
}

/* Of the value at i. */
static struct slice raw_text(const tokens &t, size_t i)
{
	const char *from = t.text + t.at[i];
	size_t next = skip_value(t, i);
	const char *to;

	if (is_open(*from))
		return {from, size_t(t.text + t.at[next - 1] + 1 - from)};
	/* Only blanks stand between a value and the next token. */
	to = t.text + t.at[next];
	while (to[-1] == ' ' || to[-1] == '\t' || to[-1] == '\n' || to[-1] == '\r')
		to--;
	return {from, size_t(to - from)};
}

/* RFC 6901, section 4: digits without leading zeros. */
static bool parse_index(struct slice token, size_t &index)
{
	index = 0;
	if (!token.len || token.len > 9 || (token.len > 1 && token.data[0] == '0'))
		return false;
	for (size_t i = 0; i < token.len; i++) {
		if (!is_digit(token.data[i]))
			return false;
		index = index * 10 + size_t(token.data[i] - '0');
	}
	return true;
}

/* Each of these moves i from a container to the value in it. */
enum step_result { STEP_FOUND, STEP_MISSING, STEP_UNKNOWN };

static step_result step_object(const tokens &t, size_t &i, struct slice name)
{
	size_t next = i + 1;

	while (t[next] == '"') {
		const char *key = t.text + t.at[next] + 1;
		size_t room = t.at[next + 1] - t.at[next] - 1;

		if (t.escapes && memchr(key, '\\', room))
			return STEP_UNKNOWN;
		i = next + 2;
		if (room > name.len && key[name.len] == '"' &&
		    (!name.len || memcmp(key, name.data, name.len) == 0))
			return STEP_FOUND;
		next = skip_value(t, i);
		next += t[next] == ',';
	}
	return STEP_MISSING;
}

static step_result step_array(const tokens &t, size_t &i, struct slice name)
{
	size_t index;

	if (!parse_index(name, index))
		return STEP_MISSING;
	for (i++; t[i] != ']'; i += t[i] == ',') {
		if (!index--)
			return STEP_FOUND;
		i = skip_value(t, i);
	}
	return STEP_MISSING;
}

static step_result step(const tokens &t, size_t &i, struct slice name)
{
	if (t[i] == '{')
		return step_object(t, i, name);
	return t[i] == '[' ? step_array(t, i, name) : STEP_MISSING;
}

static void look_up(const tokens &t, struct simd_field &f)
{
	step_result result = STEP_FOUND;
	size_t i = 0;

	for (size_t k = 0; k < f.n_tokens && result == STEP_FOUND; k++)
		result = step(t, i, f.tokens[k]);
	f.known = result != STEP_UNKNOWN;
	f.raw = result == STEP_FOUND ? raw_text(t, i) : SLICE_NULL;
}

/* Its last parameter has changed its type once: the first value of either
 * means a text that is whole. */
template <typename Parser, typename Mode>
static bool call_stage(Parser &parser, struct slice text,
		       simdjson::error_code (Parser::*stage)(const uint8_t *, size_t,
							     Mode) noexcept)
{
	return (parser.*stage)((const uint8_t *)text.data, text.len, Mode()) == simdjson::SUCCESS;
}

template <typename Parser>
static auto first_stage(Parser &parser, struct slice text, int) -> decltype(&Parser::stage1, true)
{
	return call_stage(parser, text, &Parser::stage1);
}

/* For versions without. */
template <typename Parser> static bool first_stage(Parser &, struct slice, ...)
{
	return false;
}

static bool find_tokens(struct simd *s, struct slice text, tokens &t)
{
	auto &stages = s->parser.implementation;
	size_t room = stages ? stages->capacity() : 0;

	if (room < text.len && s->parser.allocate(text.len + text.len / 2 + 4096))
		return false;
	if (!first_stage(*stages, text, 0))
		return false;
	t.text = text.data;
	t.at = stages->structural_indexes.get();
	t.n = stages->n_structural_indexes;
	return true;
}

using taker = bool(struct simd *s, struct slice text);

static bool takes_tokens(struct simd *s, struct slice text)
{
	tokens t;

	return find_tokens(s, text, t);
}

static bool takes_whole(struct simd *s, struct slice text)
{
	simdjson::dom::element root;

	return !s->parser.parse(text.data, text.len, false).get(root);
}

/* Ends of a text that has begun with a bracket, a quote and letters. The walk
 * doesn't find what is wrong with the bad ones: UTF-8 that is none, or stops
 * early, what may not stand in a string as it is, and no quote that ends it. */
static constexpr struct slice good_end = SLICE_LIT("\"]");
static constexpr struct slice bad_ends[] = {
	SLICE_LIT("\xff\"]"), SLICE_LIT("\xc0\xaf\"]"), SLICE_LIT("\xed\xa0\x80\"]"),
	SLICE_LIT("\"]\xff"), SLICE_LIT("\"]\xe2\x82"), SLICE_LIT("\x01\"]"),
	SLICE_LIT("\n\"]"),   SLICE_LIT("]"),
};

static bool takes_end(struct simd *s, taker *takes, size_t len, struct slice end)
{
	char text[256 + BLOCK_PADDING];

	memset(text, 'x', len);
	memcpy(text, "[\"", 2);
	memcpy(text + len, end.data, end.len);
	/* It would mend what stops early. */
	memset(text + len + end.len, '\xac', BLOCK_PADDING);
	return takes(s, {text, len + end.len});
}

/* It works on 64 bytes at a time. */
static bool refuses_as_expected(struct simd *s, taker *takes)
{
	for (size_t len : {20, 61, 62, 63, 64, 100, 126, 127, 200}) {
		if (!takes_end(s, takes, len, good_end))
			return false;
		for (struct slice end : bad_ends)
			if (takes_end(s, takes, len, end))
				return false;
	}
	return true;
}

/* Tokens must be where they are looked for. */
static bool tells_tokens(struct simd *s)
{
	static const char sample[128] = "{\"a\\\"[\" :[1,\"b\",-2.5e1 ,true]}";
	static const uint32_t expected[] = {0, 1, 8, 9, 10, 11, 12, 15, 16, 23, 24, 28, 29};
	size_t n = sizeof(expected) / sizeof(*expected);
	tokens t;

	return find_tokens(s, {sample, strlen(sample)}, t) && t.n == n &&
	       memcmp(t.at, expected, sizeof(expected)) == 0;
}

struct simd *simd_create(void)
{
	struct simd *s = new (std::nothrow) simd;

	if (!s)
		return NULL;
	s->by_tokens = tells_tokens(s) && refuses_as_expected(s, takes_tokens);
	if (s->by_tokens || refuses_as_expected(s, takes_whole))
		return s;
	delete s;
	return NULL;
}

void simd_destroy(struct simd *s)
{
	delete s;
}

static bool run_whole(struct simd *s, struct slice text, struct simd_field *fields, size_t n)
{
	if (!takes_whole(s, text))
		return false;
	for (size_t i = 0; i < n; i++)
		fields[i].known = false;
	return true;
}

bool simd_run(struct simd *s, struct slice text, struct simd_field *fields, size_t n)
{
	const char *slash;
	tokens t;

	if (!text.len)
		return false;
	if (!s->by_tokens)
		return run_whole(s, text, fields, n);
	if (!find_tokens(s, text, t) || !is_document(t))
		return false;
	slash = (const char *)memchr(text.data, '\\', text.len);
	if (!escapes_are_right(text, slash))
		return false;
	t.escapes = slash;
	for (size_t i = 0; i < n; i++)
		look_up(t, fields[i]);
	return true;
}
