/* Archives and compressed files: a source over any bytes ends, and what is
 * packed comes out as if it had never been.
 *
 * The first byte says whether the rest is a file as it is, or records to pack,
 * to cut off, and to compare. */
#include "fuzz.h"

#include "base/buf.h"
#include "judge.h"
#include "pack.h"
#include "walk.h"

#define MOST_MEMBERS 3

/* All records as text, and how often there was none where there may be some. */
struct trace {
	struct buf records;
	struct judge *judge;
	unsigned failed, left_out;
};

static void visit(void *ctx, enum source_type type, const struct source_item *item)
{
	struct trace *t = ctx;
	const struct record *r = &item->record;

	if (type != SOURCE_RECORD && type != SOURCE_BAD && type != SOURCE_LARGE) {
		t->failed += type == SOURCE_FAILED;
		t->left_out += type == SOURCE_LEFT_OUT;
		return;
	}
	buf_addf(&t->records, "%d %d %d ", type, (int)item->position.line,
		 (int)item->position.offset);
	if (type == SOURCE_LARGE)
		buf_addf(&t->records, "%d", (int)item->raw_len);
	else if (r->value.data)
		buf_add_slice(&t->records, r->value);
	buf_add_char(&t->records, '\n');
	if (t->judge && type == SOURCE_RECORD)
		judge_record(t->judge, r);
}

static void read_bytes(struct walk *walk, struct slice bytes, struct trace *t)
{
	struct source_stats stats;

	walk->visit = visit;
	walk->ctx = t;
	REQUIRE(walk_file(walk, bytes, &stats));
}

static void read_as_it_is(struct slice in)
{
	static const enum source_format formats[] = {SOURCE_AUTO, SOURCE_NDJSON, SOURCE_CSV,
						     SOURCE_ENVELOPE};
	struct trace t = {.judge = judge_create(0)};
	unsigned options;
	struct walk walk = {.options = {.csv.header = -1, .max_record_bytes = 300}};

	walk_choose(&walk, fuzz_take_byte(&in));
	options = fuzz_take_byte(&in);
	walk.options.format = formats[options % 4];
	walk.options.limit = options / 4 % 4;
	read_bytes(&walk, in, &t);
	judge_destroy(t.judge);
	buf_finish(&t.records);
}

/* True when nothing may be refused, whatever the members look like. libarchive's
 * writers of some filters crash when they are given nothing at all. */
static bool is_plain(const struct slice *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (members[i].len && (fuzz_is_alien(members[i]) || fuzz_is_packed(members[i])))
			return false;
	return n > 1 || members->len;
}

static bool begins_with(struct slice all, struct slice begin)
{
	return all.len >= begin.len && memcmp(all.data, begin.data, begin.len) == 0;
}

/* Every whole line before the damage comes out, none that is half, and it is
 * not taken for the end. */
static void check_cut(struct walk *walk, struct slice packed, const struct buf *records,
		      bool must_fail)
{
	struct trace t = {0};

	read_bytes(walk, packed, &t);
	REQUIRE(begins_with(buf_slice(records), buf_slice(&t.records)));
	REQUIRE(t.failed || !must_fail);
	buf_finish(&t.records);
}

static void compare(struct walk *walk, const struct slice *members, size_t n, struct slice packed,
		    size_t cut, bool must_fail)
{
	struct trace want = {0}, got = {0};

	for (size_t i = 0; i < n; i++)
		read_bytes(walk, members[i], &want);
	read_bytes(walk, packed, &got);
	REQUIRE(!want.failed && !got.failed && !got.left_out);
	REQUIRE(slice_equal(buf_slice(&want.records), buf_slice(&got.records)));
	if (!walk->options.max_record_bytes && cut < packed.len)
		check_cut(walk, (struct slice){packed.data, cut}, &want.records, must_fail);
	buf_finish(&want.records);
	buf_finish(&got.records);
}

static size_t split(struct slice in, struct slice *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		members[i] = fuzz_take(&in, i + 1 < n ? in.len / 2 : in.len);
	return n;
}

static void read_packed(struct slice in)
{
	struct walk walk = {.options.format = SOURCE_NDJSON};
	struct slice members[MOST_MEMBERS];
	enum pack_form form;
	enum pack_filter filter;
	struct buf packed = {0};
	size_t n, cut;

	walk_choose(&walk, fuzz_take_byte(&in));
	form = fuzz_take_byte(&in) % PACK_FORMS;
	filter = fuzz_take_byte(&in) % PACK_FILTERS;
	n = 1 + fuzz_take_byte(&in) % MOST_MEMBERS;
	/* What is shorter can't be told for what it is. */
	cut = (form == PACK_TAR && filter == PACK_NONE ? 512 : 20) + fuzz_take_byte(&in) * 7;
	walk.options.max_record_bytes = 10 * (fuzz_take_byte(&in) / 2);
	if (form == PACK_PLAIN) {
		n = 1;
		/* Nothing tells that a text was longer. */
		cut += filter == PACK_NONE ? in.len : 0;
	}
	n = split(in, members, n);
	if (is_plain(members, n)) {
		bool checked = form <= PACK_TAR && filter != PACK_NONE;

		pack(&packed, form, filter, members, n);
		compare(&walk, members, n, buf_slice(&packed), cut, checked);
	}
	buf_finish(&packed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice in = fuzz_input(data, size);

	if (fuzz_take_byte(&in) % 2)
		read_packed(in);
	else
		read_as_it_is(in);
	return 0;
}
