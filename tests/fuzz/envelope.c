/* The envelope: what is written comes back, what is damaged is refused.
 *
 * The first byte says whether the rest is a line to read, lines of a file, or
 * the parts of a record to write. */
#include "fuzz.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "judge.h"
#include "record/checksum.h"
#include "record/envelope.h"
#include "record/thorough.h"
#include "walk.h"

#define MOST_HEADERS 8

static void check_same(const struct record *a, const struct record *b)
{
	REQUIRE(fuzz_equal(a->key, b->key));
	REQUIRE(fuzz_equal(a->value, b->value));
	REQUIRE(a->timestamp == b->timestamp);
	REQUIRE(a->n_headers == b->n_headers);
	for (size_t i = 0; i < a->n_headers; i++) {
		REQUIRE(fuzz_equal(a->headers[i].name, b->headers[i].name));
		REQUIRE(fuzz_equal(a->headers[i].value, b->headers[i].value));
	}
	REQUIRE(record_batch_size(a) == record_batch_size(b));
}

static bool read_copy(struct envelope *e, struct slice line, struct error *err)
{
	char *copy = mem_dup(line);
	bool fine;

	*err = (struct error){0};
	fine = envelope_read(e, (struct slice){copy, line.len}, err) == 0;
	free(copy);
	REQUIRE(fine || (err->kind == ERROR_INPUT && fuzz_is_clean(err->text)));
	return fine;
}

static void check_same_text(const char *a, const char *b)
{
	REQUIRE(!a == !b);
	REQUIRE(!a || strcmp(a, b) == 0);
}

static void check_same_envelope(const struct envelope *a, const struct envelope *b)
{
	check_same(&a->record, &b->record);
	check_same_text(a->topic, b->topic);
	check_same_text(a->error_type, b->error_type);
	REQUIRE(a->writer == b->writer);
	REQUIRE(a->partition == b->partition && a->kafka_offset == b->kafka_offset);
	REQUIRE(a->job_id == b->job_id && a->input == b->input && a->number == b->number);
	REQUIRE(a->line == b->line && a->offset == b->offset);
}

/* Both ways to read a line agree: what is read at a glance is what jansson makes of it. */
static void check_thorough(const struct envelope *e, struct slice line, bool fine)
{
	struct envelope thorough = {0};
	char *copy = mem_dup(line);
	struct error err;

	buf_reserve(&thorough.bytes, line.len);
	REQUIRE((thorough_read(&thorough, (struct slice){copy, line.len}, &err) == 0) == fine);
	if (fine)
		check_same_envelope(e, &thorough);
	free(copy);
	envelope_finish(&thorough);
}

/* Whoever takes other tools' lines, too, reads ours alike. */
static void check_any(const struct envelope *e, struct slice line, bool fine)
{
	struct envelope any = {0};
	struct error err = {0};
	bool taken = envelope_read_any(&any, line, &err) == 0;

	REQUIRE(taken || (err.kind == ERROR_INPUT && fuzz_is_clean(err.text)));
	REQUIRE((any.writer == ENVELOPE_FOREIGN) == (any.tool != NULL));
	if (taken && any.tool)
		REQUIRE(any.record.timestamp >= RECORD_NO_TIMESTAMP);
	else if (taken)
		REQUIRE(fine);
	if (taken && !any.tool)
		check_same_envelope(e, &any);
	envelope_finish(&any);
}

/* Whoever needs the record alone gets the same one. */
static void check_alone(struct slice line)
{
	struct envelope any = {0}, alone = {0};
	bool taken = envelope_read_any(&any, line, NULL) == 0;
	bool as_well = envelope_read_record(&alone, line, NULL) == 0;

	/* Behind the record nothing is looked at where the checksum is right. */
	REQUIRE(as_well == taken || (as_well && checksum_seals(line)));
	if (taken && as_well) {
		check_same(&alone.record, &any.record);
		check_same_text(alone.topic, any.topic);
		REQUIRE(alone.writer == any.writer);
	}
	envelope_finish(&any);
	envelope_finish(&alone);
}

static void check_refused(struct slice line)
{
	struct envelope e = {0};
	struct error err;

	REQUIRE(!read_copy(&e, line, &err));
	envelope_finish(&e);
}

/* A torn line, and one with a wrong byte before its checksum. */
static void check_damage(struct slice line, unsigned where, unsigned bits)
{
	struct slice torn = {line.data, where % line.len};
	char *wrong = mem_dup(line);

	check_refused(torn);
	wrong[where % (line.len - 20)] ^= (char)(bits % 255 + 1);
	check_refused((struct slice){wrong, line.len});
	free(wrong);
}

static struct slice check_line(const struct buf *out)
{
	struct slice line = {out->data, out->len - 1};
	struct judge *judge = judge_create(0);

	REQUIRE(out->len && out->data[line.len] == '\n');
	REQUIRE(!memchr(line.data, '\n', line.len));
	REQUIRE(text_is_utf8(line));
	REQUIRE(judge_text(judge, line) == FAULT_MISSING_KEY);
	judge_destroy(judge);
	return line;
}

/* Written, read, and written again. */
static void round_trip(const struct record *r, const struct envelope_notes *notes, unsigned where,
		       unsigned bits)
{
	struct buf first = {0}, second = {0};
	struct envelope e = {0};
	struct error err;
	struct slice line;

	envelope_write(&first, r, notes);
	line = check_line(&first);
	REQUIRE(read_copy(&e, line, &err));
	check_same(r, &e.record);
	check_alone(line);
	REQUIRE(!e.topic == !notes->topic);
	REQUIRE(!e.topic || strcmp(e.topic, notes->topic) == 0);
	envelope_write(&second, &e.record, notes);
	REQUIRE(slice_equal(buf_slice(&first), buf_slice(&second)));
	check_damage(line, where, bits);
	envelope_finish(&e);
	buf_finish(&first);
	buf_finish(&second);
}

static void check_copy(const struct record *r)
{
	struct record *copy = record_copy(r);

	check_same(r, copy);
	REQUIRE(!copy->block);
	free(copy);
}

/* Whatever stands between quotes: no two texts may stand for the same bytes. */
static void check_base64(struct slice line)
{
	while (line.len) {
		const char *quote = memchr(line.data, '"', line.len);
		struct slice text =
			fuzz_take(&line, quote ? (size_t)(quote - line.data) : line.len);
		struct buf bytes = {0}, again = {0};

		if (text_decode_base64(&bytes, text)) {
			text_add_base64(&again, buf_slice(&bytes));
			REQUIRE(slice_equal(text, buf_slice(&again)));
		} else {
			REQUIRE(!bytes.len);
		}
		fuzz_take(&line, 1);
		buf_finish(&bytes);
		buf_finish(&again);
	}
}

static void read_line(struct slice line)
{
	struct envelope e = {0};
	struct error err;
	bool fine;

	check_base64(line);
	fine = read_copy(&e, line, &err);
	check_thorough(&e, line, fine);
	check_any(&e, line, fine);
	check_alone(line);
	if (fine) {
		REQUIRE(!e.record.json && !e.record.block);
		REQUIRE(e.record.timestamp >= RECORD_NO_TIMESTAMP);
		check_copy(&e.record);
		round_trip(&e.record, &(struct envelope_notes){.topic = e.topic}, line.len,
			   line.len / 7);
	}
	envelope_finish(&e);
}

/* Null when the length's highest bit is set. */
static struct slice take_part(struct slice *in)
{
	unsigned n = fuzz_take_byte(in);

	return n & 0x80 ? SLICE_NULL : fuzz_take(in, n);
}

static struct slice take_name(struct slice *in)
{
	struct slice name = take_part(in);

	return name.data ? name : SLICE_LIT("");
}

static char *take_text(struct slice *in)
{
	struct slice part = take_part(in);

	return part.data ? fuzz_text(part) : NULL;
}

static int64_t take_number(struct slice *in)
{
	struct slice bytes = fuzz_take(in, 8);
	uint64_t number = 0;

	memcpy(&number, bytes.data, bytes.len);
	return (int64_t)(number >> 1);
}

/* A topic is UTF-8 without a NUL wherever records come from. */
static char *take_topic(struct slice *in)
{
	char *topic = take_text(in);

	if (!topic || text_is_utf8(slice_of(topic)))
		return topic;
	free(topic);
	return NULL;
}

static void write_parts(struct slice in)
{
	struct header headers[MOST_HEADERS];
	struct record r = {.headers = headers, .timestamp = RECORD_NO_TIMESTAMP};
	unsigned flags = fuzz_take_byte(&in), where = fuzz_take_byte(&in) * 3u;
	struct origin origin = {.file = "a\x80\n\"b"};
	char *topic = take_topic(&in), *message = take_text(&in), *job = take_text(&in);
	char *member = take_text(&in);
	struct envelope_notes notes = {
		.topic = topic,
		.error_type = flags & 1 ? "INVALID_JSON" : NULL,
		.error_class = "permanent",
		.error_message = message,
		.retries = (int)flags,
		.job = job,
	};

	origin.member = member;
	if (flags & 2)
		notes.position = (struct position){&origin, flags, (uint64_t)take_number(&in)};
	if (flags & 4)
		r.timestamp = take_number(&in);
	if (flags & 8)
		notes.error_at = take_number(&in);
	r.key = take_part(&in);
	r.n_headers = fuzz_take_byte(&in) % (MOST_HEADERS + 1);
	for (size_t i = 0; i < r.n_headers; i++) {
		headers[i].name = take_name(&in);
		headers[i].value = take_part(&in);
	}
	r.value = flags & 16 ? SLICE_NULL : in;
	check_copy(&r);
	round_trip(&r, &notes, where, flags);
	free(topic);
	free(message);
	free(job);
	free(member);
}

static void visit(void *ctx, enum source_type type, const struct source_item *item)
{
	(void)ctx;
	if (type == SOURCE_BAD)
		REQUIRE(item->fault == FAULT_INVALID_ENVELOPE && item->record.value.data);
	if (type != SOURCE_RECORD)
		return;
	REQUIRE(!item->record.json);
	round_trip(&item->record, &(struct envelope_notes){.topic = item->topic},
		   (unsigned)item->position.offset, (unsigned)item->position.line);
}

static void read_lines(struct slice in)
{
	struct walk walk = {.visit = visit, .options.format = SOURCE_ENVELOPE};
	struct source_stats stats;

	walk_choose(&walk, fuzz_take_byte(&in));
	walk.options.max_record_bytes = 64 + 8 * fuzz_take_byte(&in);
	if (!fuzz_is_packed(in))
		REQUIRE(walk_file(&walk, in, &stats));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void (*const ways[])(struct slice) = {read_line, write_parts, read_lines};
	struct slice in = fuzz_input(data, size);

	ways[fuzz_take_byte(&in) % 3](in);
	return 0;
}
