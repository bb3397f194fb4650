#include "judge.h"

#include <stdlib.h>

#include "base/macros.h"
#include "base/mem.h"
#include "fuzz.h"
#include "route/route.h"
#include "slow.h"

/* Fields whose text both tiers must see alike. The first are key, timestamp and header. */
static const char *const fields[] = {"id", "/at", "/customer/name", "/0", "/a/1/b", ""};

enum { KEY, TIMESTAMP, HEADER };

struct judge {
	struct check *check;
	struct route *route;
	struct json_checker *slow;
	size_t numbers[ARRAY_SIZE(fields)]; /* in check */
	struct pointer pointers[ARRAY_SIZE(fields)];
	bool required, timed;
};

static void want_fields(struct judge *j)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		REQUIRE(check_want(j->check, fields[i], &j->numbers[i], NULL) == 0);
		REQUIRE(pointer_init(&j->pointers[i], fields[i], NULL) == 0);
		REQUIRE(slow_checker_want(j->slow, &j->pointers[i]) == i);
	}
}

struct judge *judge_create(unsigned options)
{
	static const char *const required[] = {"/id"}, *const fixed[] = {"origin=fuzz", "empty"},
				 *const from[] = {"customer=/customer/name"};
	struct judge *j = mem_alloc(1, sizeof(*j));

	j->required = options & 1;
	j->timed = options & 2;
	j->check = check_create(required, j->required, NULL);
	REQUIRE(j->check);
	j->slow = slow_checker_create();
	want_fields(j);
	j->route = route_create(
		&(struct route_options){.key = fields[KEY],
					.headers = fixed,
					.n_headers = 2,
					.headers_from = from,
					.n_headers_from = 1,
					.timestamp_from = j->timed ? fields[TIMESTAMP] : NULL},
		j->check, NULL);
	REQUIRE(j->route);
	return j;
}

void judge_destroy(struct judge *j)
{
	route_destroy(j->route);
	check_destroy(j->check);
	slow_checker_destroy(j->slow);
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++)
		pointer_finish(&j->pointers[i]);
	free(j);
}

static const struct json_field *field(const struct judge *j, size_t i)
{
	return check_field(j->check, j->numbers[i]);
}

static void compare_fields(const struct judge *j)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		const struct json_field *fast = field(j, i), *slow = slow_field(j->slow, i);

		REQUIRE(fast->kind == slow->kind);
		REQUIRE(fast->kind <= JSON_KIND_NULL || fast->text.data);
		REQUIRE(fast->kind <= JSON_KIND_NULL || slice_equal(fast->text, slow->text));
	}
	REQUIRE(field(j, ARRAY_SIZE(fields) - 1)->kind != JSON_KIND_MISSING);
}

static void check_header(const struct judge *j, const struct record *r)
{
	const struct json_field *f = field(j, HEADER);
	const struct header *h = r->headers + r->n_headers - 1;

	REQUIRE(slice_is(r->headers[r->n_headers - 1 - (f->kind != JSON_KIND_MISSING)].name,
			 "empty"));
	if (f->kind == JSON_KIND_MISSING)
		return;
	REQUIRE(slice_is(h->name, "customer"));
	REQUIRE(!h->value.data == (f->kind == JSON_KIND_NULL));
	REQUIRE(!h->value.data || slice_equal(h->value, f->text));
}

static bool is_scalar(enum json_kind kind)
{
	return kind == JSON_KIND_STRING || kind == JSON_KIND_NUMBER || kind == JSON_KIND_BOOLEAN;
}

static void check_routed(const struct judge *j, const struct record *was, const struct record *r)
{
	REQUIRE(is_scalar(field(j, KEY)->kind));
	REQUIRE(fuzz_equal(r->key, field(j, KEY)->text));
	REQUIRE(fuzz_equal(r->value, was->value));
	REQUIRE(r->block == was->block);
	REQUIRE(!j->timed || r->timestamp >= 0);
	REQUIRE(j->timed || r->timestamp == was->timestamp);
	REQUIRE(r->n_headers == was->n_headers + 2 + (field(j, HEADER)->kind != JSON_KIND_MISSING));
	for (size_t i = 0; i < was->n_headers; i++) {
		REQUIRE(fuzz_equal(r->headers[i].name, was->headers[i].name));
		REQUIRE(fuzz_equal(r->headers[i].value, was->headers[i].value));
	}
	check_header(j, r);
	REQUIRE(record_batch_size(r) > r->key.len + r->value.len);
}

/* The only reasons why a record with a valid value isn't routed. */
static void check_refusal(const struct judge *j, const struct verdict *v)
{
	REQUIRE(fuzz_is_clean(v->message));
	switch (v->fault) {
	case FAULT_MISSING_KEY:
		REQUIRE(!is_scalar(field(j, KEY)->kind));
		break;
	case FAULT_MISSING_FIELD:
		REQUIRE(j->timed && field(j, TIMESTAMP)->kind <= JSON_KIND_NULL);
		break;
	default:
		REQUIRE(v->fault == FAULT_INVALID_TIMESTAMP);
		REQUIRE(j->timed && field(j, TIMESTAMP)->kind > JSON_KIND_NULL);
		break;
	}
}

static enum fault route(struct judge *j, const struct record *r)
{
	struct record routed = *r;
	struct verdict v;
	bool fine = route_record(j->route, &routed, &v);

	REQUIRE(fine == (v.fault == FAULT_NONE));
	if (fine)
		check_routed(j, r, &routed);
	else
		check_refusal(j, &v);
	return v.fault;
}

enum fault judge_record(struct judge *j, const struct record *r)
{
	enum fault slow = slow_run(j->slow, r->value);
	struct verdict v;
	bool fine = check_record(j->check, r, &v);

	REQUIRE(fine == (v.fault == FAULT_NONE));
	REQUIRE(v.fault == slow || (v.fault == FAULT_MISSING_FIELD && slow == FAULT_NONE));
	REQUIRE(fine || fuzz_is_clean(v.message));
	if (slow != FAULT_NONE)
		return slow;
	compare_fields(j);
	REQUIRE(fine == (!j->required || field(j, KEY)->kind > JSON_KIND_NULL));
	return fine ? route(j, r) : v.fault;
}

enum fault judge_text(struct judge *j, struct slice text)
{
	struct slice padded = fuzz_pad(text);
	struct record r = {.value = padded, .timestamp = RECORD_NO_TIMESTAMP, .json = true};
	enum fault fault = judge_record(j, &r);

	free((char *)padded.data);
	return fault;
}
