/* What the tests of the transform command share. */
#ifndef REDRIVE_UNIT_TRANSFORM_H
#define REDRIVE_UNIT_TRANSFORM_H

#include "expect.h"

#include "mend/transform.h"

#define SHORT_MS  200
#define MEDIUM_MS 500	/* what must happen before is sure to */
#define LONG_MS	  60000 /* never waited for */
#define MAX	  100

#define EACH(do) "while read -r l; do " do "; done"

static inline struct transform *create(const char *command, int64_t timeout_ms)
{
	return transform_create(&(struct transform_options){
		.command = command, .timeout_ms = timeout_ms, .max_bytes = MAX});
}

/* Its answer must be `want`. */
static inline void expect_answer(struct transform *t, const char *value, const char *want)
{
	struct slice answer = SLICE_NULL;
	struct error err = {0};
	enum mend_result result = transform_run(t, slice_of(value), &answer, &err);

	EXPECT(result == MEND_DONE, "%s: %d, %s %s", value, result, transform_message(t), err.text);
	EXPECT(slice_is(answer, want), "%s: %.*s", value, (int)answer.len, answer.data);
}

static inline void expect_refusal(struct transform *t, const char *value, const char *want)
{
	struct slice answer;
	struct error err = {0};
	enum mend_result result = transform_run(t, slice_of(value), &answer, &err);

	EXPECT(result == MEND_REFUSED, "%s: %d %s", value, result, err.text);
	EXPECT(strstr(transform_message(t), want), "%s: %s", want, transform_message(t));
}

static inline void expect_unsure(struct transform *t, const char *want)
{
	EXPECT(transform_settle(t) == MEND_UNSURE, "want: %s", want);
	EXPECT(strstr(transform_message(t), want), "%s: %s", want, transform_message(t));
	assert_false(transform_is_unsure(t));
}

static inline void expect_settled(struct transform *t)
{
	assert_false(transform_is_unsure(t));
	EXPECT(transform_settle(t) == MEND_DONE, "%s", transform_message(t));
}

/* What it takes to see the message. */
static inline int64_t timeout_of(const char *message)
{
	if (message && strstr(message, "200 ms"))
		return SHORT_MS;
	return message && strstr(message, "500 ms") ? MEDIUM_MS : LONG_MS;
}

#endif
