/* Dead letters out of literal headers, and what they are read as. Include expect.h first. */
#ifndef REDRIVE_UNIT_LETTERS_H
#define REDRIVE_UNIT_LETTERS_H

#include <inttypes.h>

#include "base/clock.h"
#include "kafka/received.h"
#include "letter/letter.h"

#define H(name, value)                                                                             \
	{                                                                                          \
		{name, sizeof(name) - 1},                                                          \
		{                                                                                  \
			value, sizeof(value) - 1                                                   \
		}                                                                                  \
	}
#define H_NULL(name)                                                                               \
	{                                                                                          \
		{name, sizeof(name) - 1},                                                          \
		{                                                                                  \
			NULL, 0                                                                    \
		}                                                                                  \
	}

/* An array of them and its length. */
#define HEADERS(...)                                                                               \
	(const struct header[]){__VA_ARGS__}, ARRAY_SIZE(((const struct header[]){__VA_ARGS__}))

/* 2023-11-14T22:13:20.000Z */
#define RECEIVED_AT INT64_C(1700000000000)

/* A record with those headers, which stay the caller's. */
static inline struct received received_of(const struct header *headers, size_t n)
{
	return (struct received){.record = {.key = SLICE_LIT("customer-B"),
					    .value = SLICE_LIT("{\"orderId\":\"ORD-0012\"}"),
					    .headers = headers,
					    .n_headers = n,
					    .timestamp = RECEIVED_AT},
				 .partition = 3,
				 .offset = 42};
}

#define RECEIVED(...) received_of(HEADERS(__VA_ARGS__))

/* Adds "spring topic=orders partition=3 when=2026-01-02T03:04:05.000Z", and nothing for
 * fields without a value; "alive" for what is no dead letter. */
static inline void show_letter(struct buf *out, const struct letter *l)
{
	char iso[CLOCK_ISO_SIZE];

	buf_add_str(out, l->dead ? system_name(l->system) : "alive");
	for (size_t i = 0; i < LETTER_FIELDS; i++) {
		const struct letter_value *v = &l->fields[i];

		if (v->kind == LETTER_NONE)
			continue;
		buf_addf(out, " %s=", letter_field_key((enum letter_field)i));
		if (v->kind == LETTER_TEXT)
			buf_add_slice(out, v->text);
		else if (v->kind == LETTER_NUMBER)
			buf_addf(out, "%" PRId64, v->number);
		else
			buf_add_str(out, clock_iso(v->number, iso));
	}
}

static inline void expect_letter(const struct letter *l, const char *name, const char *want)
{
	struct buf got = {0};

	show_letter(&got, l);
	EXPECT(slice_is(buf_slice(&got), want), "%s: got\n%s\nwant\n%s", name, got.data, want);
	buf_finish(&got);
}

#endif
