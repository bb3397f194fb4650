#include "check/simd.h"

#include <cinttypes>
#include <cstdio>
#include <new>
#include <string_view>

#include <simdjson.h>

#include "record/block.h"

using simdjson::dom::element;
using simdjson::dom::element_type;

static_assert(BLOCK_PADDING >= simdjson::SIMDJSON_PADDING, "blocks are padded for simdjson");

struct simd {
	simdjson::dom::parser parser;
};

struct simd *simd_create(void)
{
	return new (std::nothrow) simd;
}

void simd_destroy(struct simd *s)
{
	delete s;
}

/* RFC 6901, section 4: digits without leading zeros. */
static bool parse_index(std::string_view token, size_t &index)
{
	index = 0;
	if (token.empty() || token.size() > 9 || (token.size() > 1 && token[0] == '0'))
		return false;
	for (char c : token) {
		if (c < '0' || c > '9')
			return false;
		index = index * 10 + size_t(c - '0');
	}
	return true;
}

static bool step(element &at, std::string_view token)
{
	size_t index;

	if (at.is_object())
		return at.get_object().value_unsafe().at_key(token).get(at) == simdjson::SUCCESS;
	if (at.is_array() && parse_index(token, index))
		return at.get_array().value_unsafe().at(index).get(at) == simdjson::SUCCESS;
	return false;
}

static void set_digits(struct simd_field &f, int length)
{
	f.kind = JSON_KIND_NUMBER;
	f.text = {f.digits, size_t(length)};
}

static void describe(struct simd_field &f, const element &at)
{
	std::string_view text;

	f.text = SLICE_NULL;
	switch (at.type()) {
	case element_type::STRING:
		text = at.get_string().value_unsafe();
		f.kind = JSON_KIND_STRING;
		f.text = {text.data(), text.size()};
		break;
	case element_type::INT64:
		set_digits(f, snprintf(f.digits, sizeof(f.digits), "%" PRId64,
				       at.get_int64().value_unsafe()));
		/* -0 is an integer here and loses its sign. */
		if (f.digits[0] == '0')
			f.text = SLICE_NULL;
		break;
	case element_type::UINT64:
		set_digits(f, snprintf(f.digits, sizeof(f.digits), "%" PRIu64,
				       at.get_uint64().value_unsafe()));
		break;
	case element_type::DOUBLE:
		f.kind = JSON_KIND_NUMBER;
		break;
	case element_type::BOOL:
		f.kind = JSON_KIND_BOOLEAN;
		break;
	case element_type::NULL_VALUE:
		f.kind = JSON_KIND_NULL;
		break;
	case element_type::ARRAY:
		f.kind = JSON_KIND_ARRAY;
		break;
	case element_type::OBJECT:
		f.kind = JSON_KIND_OBJECT;
		break;
	}
}

static void look_up(struct simd_field &f, element at)
{
	f.kind = JSON_KIND_MISSING;
	f.text = SLICE_NULL;
	for (size_t i = 0; i < f.n_tokens; i++)
		if (!step(at, std::string_view(f.tokens[i].data, f.tokens[i].len)))
			return;
	describe(f, at);
}

bool simd_run(struct simd *s, struct slice text, struct simd_field *fields, size_t n)
{
	element root;

	if (s->parser.parse(text.data, text.len, false).get(root) != simdjson::SUCCESS)
		return false;
	for (size_t i = 0; i < n; i++)
		look_up(fields[i], root);
	return true;
}
