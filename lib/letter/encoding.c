#include "letter/encoding.h"

#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/text.h"

/* 1970 in .NET's ticks, and ticks per ms. */
#define TICKS_1970   621355968000000000
#define TICKS_PER_MS 10000
#define NS_PER_MS    1000000
/* No clock shows the year 10000: what is later is no time. */
#define YEAR_10000 253402300800000

typedef bool read_fn(struct slice raw, struct buf *scratch, struct letter_value *v);

static bool set_number(struct letter_value *v, int64_t number)
{
	v->kind = number < 0 ? LETTER_NONE : LETTER_NUMBER;
	v->number = number;
	return true;
}

static bool set_time(struct letter_value *v, int64_t ms)
{
	if (ms >= YEAR_10000)
		return false;
	v->kind = ms < 0 ? LETTER_NONE : LETTER_TIME;
	v->number = ms;
	return true;
}

static bool set_text(struct letter_value *v, struct slice text)
{
	v->kind = LETTER_TEXT;
	v->text = text;
	return true;
}

static bool read_text(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	(void)scratch;
	return set_text(v, raw);
}

static bool parse_decimal(struct slice raw, int64_t *number)
{
	bool negative = raw.len && *raw.data == '-';
	int64_t n = 0;

	if (raw.len == negative)
		return false;
	for (size_t i = negative; i < raw.len; i++) {
		char c = raw.data[i];

		if (c < '0' || c > '9' || n > (INT64_MAX - (c - '0')) / 10)
			return false;
		n = 10 * n + (c - '0');
	}
	*number = negative ? -n : n;
	return true;
}

static bool read_decimal(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	int64_t number;

	(void)scratch;
	return parse_decimal(raw, &number) && set_number(v, number);
}

/* Two's complement, 1 to 8 bytes. */
static int64_t big_endian(struct slice raw)
{
	uint64_t n = (signed char)*raw.data < 0 ? UINT64_MAX : 0;

	for (size_t i = 0; i < raw.len; i++)
		n = n << 8 | (unsigned char)raw.data[i];
	return (int64_t)n;
}

static bool read_int32(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	(void)scratch;
	return raw.len == 4 && set_number(v, big_endian(raw));
}

static bool read_int64(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	(void)scratch;
	return raw.len == 8 && set_number(v, big_endian(raw));
}

static bool read_byte_int32(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	if (raw.len == 1)
		return set_number(v, (unsigned char)*raw.data);
	return read_int32(raw, scratch, v);
}

/* Four digits are four bytes, too: digits win. */
static bool read_int32_text(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	return read_decimal(raw, scratch, v) || read_int32(raw, scratch, v);
}

static bool read_int64_text(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	return read_decimal(raw, scratch, v) || read_int64(raw, scratch, v);
}

static bool read_int64_ms(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	(void)scratch;
	return raw.len == 8 && set_time(v, big_endian(raw));
}

static bool read_big_ms(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	(void)scratch;
	return raw.len >= 1 && raw.len <= 8 && set_time(v, big_endian(raw));
}

static bool read_ms(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	int64_t ms;

	(void)scratch;
	return parse_decimal(raw, &ms) && set_time(v, ms);
}

static bool read_int64_text_ms(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	return read_ms(raw, scratch, v) || read_int64_ms(raw, scratch, v);
}

static bool read_ns(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	int64_t ns;

	(void)scratch;
	return parse_decimal(raw, &ns) && set_time(v, ns < 0 ? -1 : ns / NS_PER_MS);
}

static bool read_ticks(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	int64_t ticks;

	(void)scratch;
	return parse_decimal(raw, &ticks) &&
	       set_time(v, ticks < TICKS_1970 ? -1 : (ticks - TICKS_1970) / TICKS_PER_MS);
}

static bool read_iso(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	int64_t ms;

	(void)scratch;
	return clock_parse_iso(raw, &ms) && set_time(v, ms);
}

static bool read_time(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	return read_iso(raw, scratch, v) || read_ms(raw, scratch, v);
}

static bool read_uri(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	const char *slash = memrchr(raw.data, '/', raw.len), *end = raw.data + raw.len;
	const char *from = slash ? slash + 1 : raw.data, *query = memchr(from, '?', end - from);

	(void)scratch;
	return set_text(v, (struct slice){from, (size_t)((query ? query : end) - from)});
}

static bool read_base64(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	size_t from = scratch->len;

	if (!text_decode_base64(scratch, raw))
		return false;
	return set_text(v, (struct slice){scratch->data + from, scratch->len - from});
}

/* Java Object Serialization Specification, 6.4.2: a stream's magic number and
 * version, then contents; a class is described by TC_CLASSDESC and its name, whose
 * length comes first. Nothing else of it is looked at. */
static bool read_java(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	static const char magic[] = {'\xac', '\xed', 0, 5}, described[] = {'\x73', '\x72'};
	const unsigned char *at;
	size_t len, left;

	(void)scratch;
	if (raw.len < sizeof(magic) || memcmp(raw.data, magic, sizeof(magic)) != 0)
		return false;
	at = memmem(raw.data, raw.len, described, sizeof(described));
	if (!at)
		return false;
	at += sizeof(described);
	left = (size_t)((const unsigned char *)raw.data + raw.len - at);
	if (left < 2)
		return false;
	len = (size_t)at[0] << 8 | at[1];
	return len <= left - 2 && set_text(v, (struct slice){(const char *)at + 2, len});
}

/* What stands before the first `mark`. */
static bool read_before(struct slice raw, const char *mark, struct letter_value *v)
{
	const char *end = memmem(raw.data, raw.len, mark, strlen(mark));

	return set_text(v, (struct slice){raw.data, end ? (size_t)(end - raw.data) : raw.len});
}

static bool read_class(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	(void)scratch;
	return read_before(raw, ": ", v);
}

static bool read_type_in(struct slice raw, struct buf *scratch, struct letter_value *v)
{
	(void)scratch;
	return read_before(raw, " in ", v);
}

static const struct {
	read_fn *read;
	const char *name, *takes;
} encodings[ENCODINGS] = {
	[ENCODING_TEXT] = {read_text, "text", "text"},
	[ENCODING_DECIMAL] = {read_decimal, "decimal", "a number in decimal digits"},
	[ENCODING_INT32] = {read_int32, "int32", "4 bytes"},
	[ENCODING_INT64] = {read_int64, "int64", "8 bytes"},
	[ENCODING_BYTE_INT32] = {read_byte_int32, NULL, "1 or 4 bytes"},
	[ENCODING_INT32_TEXT] = {read_int32_text, NULL, "4 bytes or decimal digits"},
	[ENCODING_INT64_TEXT] = {read_int64_text, NULL, "8 bytes or decimal digits"},
	[ENCODING_INT64_MS] = {read_int64_ms, "int64-ms", "8 bytes"},
	[ENCODING_BIG_MS] = {read_big_ms, "bigint-ms", "1 to 8 bytes"},
	[ENCODING_INT64_TEXT_MS] = {read_int64_text_ms, NULL, "8 bytes or decimal digits"},
	[ENCODING_MS] = {read_ms, "ms", "milliseconds in decimal digits"},
	[ENCODING_NS] = {read_ns, "ns", "nanoseconds in decimal digits"},
	[ENCODING_TICKS] = {read_ticks, "ticks", ".NET ticks in decimal digits"},
	[ENCODING_ISO] = {read_iso, "iso", "an ISO 8601 time"},
	[ENCODING_TIME] = {read_time, "time", "an ISO 8601 time or milliseconds"},
	[ENCODING_URI] = {read_uri, "uri", "an address"},
	[ENCODING_BASE64] = {read_base64, "base64", "base64"},
	[ENCODING_JAVA] = {read_java, NULL, "a serialised Java object"},
	[ENCODING_CLASS] = {read_class, "class", "a class name"},
	[ENCODING_TYPE_IN] = {read_type_in, NULL, "a type"},
};

bool encoding_read(enum encoding e, struct slice raw, struct buf *scratch, struct letter_value *v)
{
	*v = (struct letter_value){0};
	return !raw.data || encodings[e].read(raw, scratch, v);
}

const char *encoding_describe(enum encoding e)
{
	return encodings[e].takes;
}

bool encoding_by_name(struct slice name, enum encoding *e)
{
	for (size_t i = 0; i < ENCODINGS; i++)
		if (encodings[i].name && slice_is(name, encodings[i].name)) {
			*e = (enum encoding)i;
			return true;
		}
	return false;
}

void encoding_list(struct buf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < ENCODINGS; i++)
		if (encodings[i].name) {
			buf_addf(out, "%s%s", comma, encodings[i].name);
			comma = ", ";
		}
}
