#include "kafka/limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/macros.h"

void limits_init(struct limits *l)
{
	*l = (struct limits){.batch_bytes = UINT64_MAX,
			     .client_bytes = UINT64_MAX,
			     .before_ms = INT64_MAX,
			     .after_ms = INT64_MAX};
}

static void set_batch_bytes(struct limits *l, const char *value)
{
	l->batch_bytes = strtoull(value, NULL, 10);
	l->known = true;
}

static void set_before(struct limits *l, const char *value)
{
	l->before_ms = strtoll(value, NULL, 10);
}

static void set_after(struct limits *l, const char *value)
{
	l->after_ms = strtoll(value, NULL, 10);
}

static void set_time_type(struct limits *l, const char *value)
{
	l->broker_time = strcmp(value, "LogAppendTime") == 0;
}

static void set_policy(struct limits *l, const char *value)
{
	l->needs_key = strstr(value, "compact") != NULL;
	l->expires = strstr(value, "delete") != NULL;
}

static const struct {
	const char *name;
	void (*set)(struct limits *l, const char *value);
} entries[] = {
	{"max.message.bytes", set_batch_bytes},
	{"message.timestamp.before.max.ms", set_before},
	{"message.timestamp.after.max.ms", set_after},
	{"message.timestamp.type", set_time_type},
	{"cleanup.policy", set_policy},
};

void limits_set(struct limits *l, const char *name, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(entries); i++)
		if (strcmp(name, entries[i].name) == 0)
			entries[i].set(l, value);
}

static bool fits(const struct limits *l, const struct record *r)
{
	/* Few records are large enough to be measured. */
	return r->value.len <= l->batch_bytes / 4 || record_batch_size(r) <= l->batch_bytes;
}

static bool time_is_right(const struct limits *l, int64_t timestamp)
{
	int64_t age;

	if (timestamp == RECORD_NO_TIMESTAMP || l->broker_time)
		return true;
	age = clock_wall_ms() - timestamp;
	return age <= l->before_ms && -age <= l->after_ms;
}

enum fault limits_check(const struct limits *l, const struct record *r, char *message, size_t size)
{
	if (!fits(l, r)) {
		snprintf(message, size,
			 "%" PRIu64 " bytes with its overhead, the topic's limit is "
			 "%" PRIu64,
			 record_batch_size(r), l->batch_bytes);
		return FAULT_TOO_LARGE;
	}
	if (r->key.len + r->value.len > l->client_bytes) {
		snprintf(message, size, "%zu bytes, the property message.max.bytes allows %" PRIu64,
			 r->key.len + r->value.len, l->client_bytes);
		return FAULT_TOO_LARGE;
	}
	if (l->needs_key && !r->key.data) {
		snprintf(message, size, "the topic is compacted: each record needs a key");
		return FAULT_MISSING_KEY;
	}
	if (r->timestamp == 0) {
		snprintf(message, size, "librdkafka can't send the timestamp 0: it means now");
		return FAULT_INVALID_TIMESTAMP;
	}
	if (!time_is_right(l, r->timestamp)) {
		snprintf(message, size,
			 "the topic takes timestamps from %" PRId64 " ms ago to %" PRId64
			 " ms ahead",
			 l->before_ms, l->after_ms);
		return FAULT_INVALID_TIMESTAMP;
	}
	return FAULT_NONE;
}
