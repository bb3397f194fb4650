/* Checkpoints: what is written comes back and fits, and of what others have
 * written nothing is taken that could not have been written here.
 *
 * The first byte says whether the rest is metadata to read, or the parts of a
 * checkpoint to write. */
#include "fuzz.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "job/checkpoint.h"

/* Of a job's name, as the command line takes it. */
#define LONGEST_NAME 200

static void check_sane(const struct checkpoint *c, uint64_t offset)
{
	REQUIRE(c->job && text_is_utf8(slice_of(c->job)));
	REQUIRE(c->records == offset && c->at >= 0);
	REQUIRE(c->place.input <= c->inputs);
	REQUIRE(c->place.offset <= INT64_MAX && c->place.line <= INT64_MAX);
	REQUIRE(!c->file == checkpoint_is_complete(c));
	REQUIRE(!c->file || text_is_utf8(slice_of(c->file)));
	REQUIRE(c->bytes <= INT64_MAX && c->bytes_total <= INT64_MAX);
	for (unsigned i = checkpoint_prints(c); i < CHECKPOINT_PRINTS; i++)
		REQUIRE(!c->prints[i]);
}

static bool read_copy(struct checkpoint *c, struct slice metadata, uint64_t offset)
{
	struct error err = {0};
	char *copy = mem_dup(metadata);
	bool fine = checkpoint_read(c, (struct slice){copy, metadata.len}, offset, &err) == 0;

	free(copy);
	if (fine)
		check_sane(c, offset);
	else
		REQUIRE(err.kind == ERROR_INPUT && fuzz_is_clean(err.text));
	return fine;
}

static void check_same(const struct checkpoint *a, const struct checkpoint *b)
{
	REQUIRE(strcmp(a->job, b->job) == 0);
	REQUIRE(a->id == b->id && a->run == b->run && a->at == b->at);
	REQUIRE(a->inputs == b->inputs && a->damaged == b->damaged);
	REQUIRE(source_place_compare(&a->place, &b->place) == 0 && a->place.line == b->place.line);
	REQUIRE(checkpoint_is_complete(a) || identity_same(&a->identity, &b->identity));
	REQUIRE(memcmp(a->prints, b->prints, checkpoint_prints(a) * sizeof(*a->prints)) == 0);
	REQUIRE(a->chain == b->chain);
	REQUIRE(a->bytes == b->bytes && a->bytes_total == b->bytes_total);
}

/* A name that is cut is the beginning of what it was. */
static void check_file(const char *was, const char *is)
{
	if (was && is && text_is_utf8(slice_of(was)))
		REQUIRE(strncmp(was, is, strlen(is)) == 0);
}

static void check_torn(struct slice text, size_t where)
{
	struct checkpoint c;

	REQUIRE(!read_copy(&c, (struct slice){text.data, where % text.len}, 0));
	checkpoint_finish(&c);
}

/* Written, read, and written again: by then nothing is left to cut. */
static void round_trip(const struct checkpoint *c, size_t where)
{
	struct buf first = {0}, second = {0};
	struct checkpoint again;

	checkpoint_write(&first, c);
	REQUIRE(text_is_utf8(buf_slice(&first)));
	REQUIRE(first.len <= CHECKPOINT_MAX || strlen(c->job) > LONGEST_NAME);
	REQUIRE(read_copy(&again, buf_slice(&first), c->records));
	check_same(c, &again);
	check_file(c->file, again.file);
	checkpoint_write(&second, &again);
	REQUIRE(slice_equal(buf_slice(&first), buf_slice(&second)));
	check_torn(buf_slice(&first), where);
	checkpoint_finish(&again);
	buf_finish(&first);
	buf_finish(&second);
}

static void read_metadata(struct slice in)
{
	struct checkpoint c;

	if (read_copy(&c, in, in.len * UINT64_C(1000003)))
		round_trip(&c, in.len * 7);
	checkpoint_finish(&c);
}

static uint64_t take_number(struct slice *in)
{
	struct slice bytes = fuzz_take(in, 8);
	uint64_t number = 0;

	memcpy(&number, bytes.data, bytes.len);
	return number;
}

/* Few small ones, else there would never be one with few prints. */
static unsigned take_count(struct slice *in)
{
	unsigned shift = fuzz_take_byte(in) % 32;

	return (unsigned)take_number(in) >> shift;
}

static void take_place(struct slice *in, struct checkpoint *c)
{
	c->inputs = take_count(in);
	c->place.input = take_count(in);
	if (c->place.input > c->inputs)
		c->place.input = c->inputs;
	c->place.member = take_count(in);
	c->place.offset = take_number(in) >> 1;
	c->place.line = take_number(in) >> 1;
}

static char *take_job(struct slice *in)
{
	struct slice part = fuzz_take(in, fuzz_take_byte(in) % (LONGEST_NAME + 1));
	char *name = fuzz_text(part);

	for (char *at = name; *at; at++)
		*at = "abcdefghijklmnopqrstuvwxyz0123._-"[(unsigned char)*at % 33];
	return name;
}

static void write_parts(struct slice in)
{
	struct checkpoint c = {.at = (int64_t)(take_number(&in) >> 1)};
	size_t where = take_count(&in);
	bool missing = fuzz_take_byte(&in) & 1;

	c.id = take_number(&in);
	c.run = take_number(&in);
	c.records = take_number(&in) >> 1;
	take_place(&in, &c);
	c.identity.size = take_number(&in) >> 1;
	c.identity.head = take_count(&in);
	c.identity.tail = take_count(&in);
	c.chain = take_count(&in);
	c.bytes = take_number(&in) >> 1;
	c.bytes_total = take_number(&in) >> 1;
	c.damaged = take_count(&in);
	for (unsigned i = 0; i < checkpoint_prints(&c); i++)
		c.prints[i] = c.chain * (i + 1);
	c.job = take_job(&in);
	c.file = missing ? NULL : fuzz_text(in);
	round_trip(&c, where);
	checkpoint_finish(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_input(data, size);

	if (fuzz_take_byte(&in) % 2)
		write_parts(in);
	else
		read_metadata(in);
	return 0;
}
