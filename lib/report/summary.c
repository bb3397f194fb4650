#include "report/summary.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "report/json.h"
#include "report/rate.h"

#define VALUE_END 31 /* the column that numbers end in, unless they are too long */

/* Numbers that both forms show, under their names. */
enum place { IN_NONE, IN_RECORDS, IN_TOTALS };

struct totals {
	uint64_t read, delivered, failed, dead_lettered, fallback, rejected, skipped, unsettled;
	uint64_t parked, discarded, pending, already_resolved;
	uint64_t retries, possible_duplicates;
};

static struct totals totals_of(const struct ledger *l)
{
	return (struct totals){
		.read = l->read,
		.delivered = l->outcome[OUTCOME_DELIVERED],
		.failed = ledger_failed(l),
		.dead_lettered = l->outcome[OUTCOME_DEAD_LETTERED],
		.fallback = l->outcome[OUTCOME_FALLBACK],
		.rejected = l->outcome[OUTCOME_REJECTED],
		.skipped = l->skipped,
		.parked = l->outcome[OUTCOME_PARKED],
		.discarded = l->outcome[OUTCOME_DISCARDED],
		.pending = l->outcome[OUTCOME_PENDING],
		.already_resolved = l->already_resolved,
		.unsettled = ledger_unsettled(l),
		.retries = l->retries,
		.possible_duplicates = l->possible_duplicates,
	};
}

#define TOTAL(member) offsetof(struct totals, member)

/* When a number is shown that is 0. Loads have no use for what only becomes of dead letters,
 * and a replay of those has no fallback file. */
enum shown {
	SHOWN_IF_ANY = 0,
	SHOWN_OF_LOADS = 1,
	SHOWN_OF_LETTERS = 2,
	SHOWN_OF_FILES = 4,
	SHOWN_WITH_FALLBACK = SHOWN_OF_LOADS | SHOWN_OF_FILES,
	SHOWN_OF_REPLAYS = SHOWN_OF_LETTERS | SHOWN_OF_FILES,
	SHOWN_ALWAYS = SHOWN_OF_LOADS | SHOWN_OF_REPLAYS,
};

/* json == NULL: in the text only. */
static const struct number {
	size_t total;
	const char *label;
	enum shown in_text;
	enum place place;
	const char *json;
	enum shown in_json;
	const char *label_of_letters; /* NULL: as it is */
} numbers[] = {
	{TOTAL(read), "Messages read:", SHOWN_ALWAYS, IN_RECORDS, "read", SHOWN_ALWAYS, NULL},
	{TOTAL(delivered), "Messages produced:", SHOWN_ALWAYS, IN_RECORDS, "delivered",
	 SHOWN_ALWAYS, NULL},
	{TOTAL(failed), "Messages failed:", SHOWN_ALWAYS, IN_NONE, NULL, SHOWN_IF_ANY, NULL},
	{TOTAL(dead_lettered), "Messages sent to DLQ:", SHOWN_ALWAYS, IN_RECORDS, "dead_lettered",
	 SHOWN_ALWAYS, "Messages back in the DLQ:"},
	{TOTAL(fallback), "Messages in fallback:", SHOWN_WITH_FALLBACK, IN_RECORDS, "fallback",
	 SHOWN_ALWAYS, NULL},
	{TOTAL(rejected), "Messages rejected:", SHOWN_IF_ANY, IN_RECORDS, "rejected", SHOWN_ALWAYS,
	 NULL},
	{TOTAL(pending), "Messages left pending:", SHOWN_IF_ANY, IN_RECORDS, "pending",
	 SHOWN_OF_LETTERS, NULL},
	{TOTAL(parked), "Messages parked:", SHOWN_IF_ANY, IN_RECORDS, "parked", SHOWN_OF_LETTERS,
	 NULL},
	{TOTAL(discarded), "Messages discarded:", SHOWN_IF_ANY, IN_RECORDS, "discarded",
	 SHOWN_OF_LETTERS, NULL},
	{TOTAL(skipped), "Blank lines skipped:", SHOWN_IF_ANY, IN_RECORDS, "skipped", SHOWN_ALWAYS,
	 "Not selected:"},
	{TOTAL(already_resolved), "Replayed before:", SHOWN_IF_ANY, IN_RECORDS, "already_resolved",
	 SHOWN_OF_REPLAYS, "Resolved before:"},
	{TOTAL(unsettled), "Messages NOT SAFE:", SHOWN_IF_ANY, IN_RECORDS, "unsettled",
	 SHOWN_IF_ANY, NULL},
	{TOTAL(retries), "Retries:", SHOWN_IF_ANY, IN_TOTALS, "retries", SHOWN_ALWAYS, NULL},
	{TOTAL(possible_duplicates), "Possible duplicates:", SHOWN_IF_ANY, IN_TOTALS,
	 "possible_duplicates", SHOWN_ALWAYS, NULL},
};

/* Which of the flags a summary goes by. */
static enum shown kind_of(const struct summary *s)
{
	if (s->letters)
		return SHOWN_OF_LETTERS;
	return s->replay ? SHOWN_OF_FILES : SHOWN_OF_LOADS;
}

static uint64_t total_at(const struct totals *totals, const struct number *number)
{
	return *(const uint64_t *)((const char *)totals + number->total);
}

static double rate_of(const struct summary *s)
{
	return s->duration_s > 0 ? (double)s->ledger->read / s->duration_s : 0;
}

/* Most frequent first, then by name. */
static int compare_errors(const void *a, const void *b)
{
	const struct ledger_error *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return strcmp(x->code, y->code);
}

/* A sorted copy; the caller frees it. */
static struct ledger_error *sorted_errors(const struct ledger *l)
{
	struct ledger_error *sorted = mem_alloc(l->n_errors, sizeof(*sorted));

	if (l->n_errors)
		memcpy(sorted, l->errors, l->n_errors * sizeof(*sorted));
	qsort(sorted, l->n_errors, sizeof(*sorted), compare_errors);
	return sorted;
}

/* The value ends in VALUE_END; a unit stands behind. */
static void add_row(struct buf *out, const char *label, const char *value, const char *unit)
{
	int width = VALUE_END - (int)strlen(label) - (*unit ? 1 : 0);

	buf_addf(out, "%s%*s%s\n", label, width, value, unit);
}

static const char *label_of(const struct number *number, enum shown kind)
{
	return kind == SHOWN_OF_LETTERS && number->label_of_letters ? number->label_of_letters
								    : number->label;
}

static void text_numbers(struct buf *out, const struct totals *totals, enum shown kind)
{
	char digits[TEXT_COUNT_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (numbers[i].in_text & kind || total_at(totals, &numbers[i]))
			add_row(out, label_of(&numbers[i], kind),
				text_count(total_at(totals, &numbers[i]), digits), "");
}

static void text_rate(struct buf *out, const struct totals *totals)
{
	char percent[RATE_SIZE];

	if (totals->read)
		add_row(out, "Success rate:",
			rate_percent(totals->delivered + totals->discarded, totals->read, percent),
			" %");
	else
		add_row(out, "Success rate:", "-", "");
}

static void text_speed(struct buf *out, const struct summary *s)
{
	char value[TEXT_COUNT_SIZE];

	if (!(s->duration_s > 0) || !s->ledger->read)
		return;
	snprintf(value, sizeof(value), "%.1f", s->duration_s);
	add_row(out, "Duration:", value, " s");
	add_row(out, "Rate:", text_count((uint64_t)rate_of(s), value), " messages/s");
}

static void text_errors(struct buf *out, const struct ledger *l)
{
	struct ledger_error *errors = sorted_errors(l);
	char digits[TEXT_COUNT_SIZE];

	if (l->n_errors)
		buf_add_str(out, "=== Error Statistics ===\n");
	for (size_t i = 0; i < l->n_errors; i++) {
		text_add_escaped(out, slice_of(errors[i].code));
		buf_addf(out, ": %s error%s\n", text_count(errors[i].count, digits),
			 errors[i].count == 1 ? "" : "s");
	}
	free(errors);
}

static void text_share(struct buf *out, const char *name, uint64_t records, const char *error)
{
	char digits[TEXT_COUNT_SIZE];

	text_add_escaped(out, slice_of(name));
	buf_addf(out, ": %s message%s", text_count(records, digits), records == 1 ? "" : "s");
	if (error) {
		buf_add_str(out, ", not read to the end: ");
		text_add_escaped(out, slice_of(error));
	}
	buf_add_char(out, '\n');
}

static void text_member(struct buf *out, const struct summary_member *member)
{
	buf_add_str(out, "  ");
	if (!member->left_out) {
		text_share(out, member->name, member->records, member->error);
		return;
	}
	text_add_escaped(out, slice_of(member->name));
	buf_add_str(out, ": left out, ");
	text_add_escaped(out, slice_of(member->left_out));
	buf_add_char(out, '\n');
}

static void text_more(struct buf *out, const struct summary_more *more)
{
	char members[TEXT_COUNT_SIZE], records[TEXT_COUNT_SIZE];

	if (!more->members)
		return;
	buf_addf(out, "  %s more member%s: %s message%s", text_count(more->members, members),
		 more->members == 1 ? "" : "s", text_count(more->records, records),
		 more->records == 1 ? "" : "s");
	if (more->left_out)
		buf_addf(out, ", %s left out", text_count(more->left_out, members));
	if (more->failed)
		buf_addf(out, ", %s not read to the end", text_count(more->failed, members));
	buf_add_char(out, '\n');
}

static void text_inputs(struct buf *out, const struct summary *s)
{
	if (s->n_inputs)
		buf_add_str(out, "=== Inputs ===\n");
	for (size_t i = 0; i < s->n_inputs; i++) {
		const struct summary_input *input = &s->inputs[i];

		text_share(out, input->name, input->records, input->error);
		for (size_t k = 0; k < input->n_members; k++)
			text_member(out, &input->members[k]);
		text_more(out, &input->more);
	}
}

static void text_job(struct buf *out, const struct summary_job *j)
{
	char digits[TEXT_COUNT_SIZE];

	buf_addf(out, "=== Job %s: %s ===\n", j->name, j->complete ? "complete" : "not complete");
	if (j->resumed)
		add_row(out, "Done before this run:", text_count(j->before, digits), "");
	if (j->resumed && j->file) {
		buf_add_str(out, "Went on with ");
		text_add_escaped(out, slice_of(j->file));
		if (j->member)
			buf_addf(out, ", member %u", j->member + 1);
		buf_addf(out, ", line %llu\n", (unsigned long long)j->line);
	}
	add_row(out, "Done in all:", text_count(j->records, digits), "");
}

void summary_text(struct buf *out, const struct summary *s)
{
	struct totals totals = totals_of(s->ledger);

	buf_add_str(out, s->dry_run ? "=== Dry run: nothing was sent; these would be ===\n"
				    : "=== Metrics ===\n");
	text_numbers(out, &totals, kind_of(s));
	text_rate(out, &totals);
	text_speed(out, s);
	text_errors(out, s->ledger);
	text_inputs(out, s);
	if (s->job)
		text_job(out, s->job);
	if (s->resume) {
		buf_add_str(out, "To go on: ");
		text_add_escaped(out, slice_of(s->resume));
		buf_add_char(out, '\n');
	}
}

static void json_numbers(struct buf *out, const struct totals *totals, enum place place,
			 enum shown kind)
{
	const char *separator = "";

	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		uint64_t value = total_at(totals, &numbers[i]);

		if (numbers[i].place != place || (!value && !(numbers[i].in_json & kind)))
			continue;
		buf_addf(out, "%s\"%s\":%llu", separator, numbers[i].json,
			 (unsigned long long)value);
		separator = ",";
	}
}

static void json_errors(struct buf *out, const struct ledger *l)
{
	struct ledger_error *errors = sorted_errors(l);

	for (size_t i = 0; i < l->n_errors; i++) {
		if (i)
			buf_add_char(out, ',');
		json_add_text(out, errors[i].code);
		buf_addf(out, ":%llu", (unsigned long long)errors[i].count);
	}
	free(errors);
}

static void json_optional(struct buf *out, const char *name, const char *text)
{
	if (!text)
		return;
	buf_addf(out, ",\"%s\":", name);
	json_add_text(out, text);
}

static void json_member(struct buf *out, const struct summary_member *member)
{
	buf_add_str(out, "{\"name\":");
	json_add_text(out, member->name);
	buf_add_str(out, ",\"format\":");
	json_add_text(out, member->format);
	buf_addf(out, ",\"records\":%llu,\"bytes\":%llu", (unsigned long long)member->records,
		 (unsigned long long)member->bytes);
	json_optional(out, "skipped", member->left_out);
	json_optional(out, "error", member->error);
	buf_add_char(out, '}');
}

static void json_members(struct buf *out, const struct summary_input *input)
{
	const struct summary_more *more = &input->more;

	if (!input->members)
		return;
	buf_add_str(out, ",\"members\":[");
	for (size_t i = 0; i < input->n_members; i++) {
		if (i)
			buf_add_char(out, ',');
		json_member(out, &input->members[i]);
	}
	buf_add_char(out, ']');
	if (more->members)
		buf_addf(out,
			 ",\"more_members\":{\"members\":%llu,\"records\":%llu,\"bytes\":%llu,"
			 "\"skipped\":%llu,\"failed\":%llu}",
			 (unsigned long long)more->members, (unsigned long long)more->records,
			 (unsigned long long)more->bytes, (unsigned long long)more->left_out,
			 (unsigned long long)more->failed);
}

static void json_inputs(struct buf *out, const struct summary *s)
{
	if (!s->n_inputs)
		return;
	buf_add_str(out, ",\"inputs\":[");
	for (size_t i = 0; i < s->n_inputs; i++) {
		const struct summary_input *input = &s->inputs[i];

		buf_add_str(out, i ? ",{\"file\":" : "{\"file\":");
		json_add_text(out, input->name);
		buf_addf(out, ",\"records\":%llu,\"bytes\":%llu,\"error\":",
			 (unsigned long long)input->records, (unsigned long long)input->bytes);
		json_add_text(out, input->error);
		json_members(out, input);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void json_resumed(struct buf *out, const struct summary_job *j)
{
	if (!j->resumed) {
		buf_add_str(out, "null");
		return;
	}
	buf_add_str(out, "{\"file\":");
	json_add_text(out, j->file);
	buf_addf(out, ",\"member\":%u,\"line\":%llu,\"offset\":%llu,\"records\":%llu}", j->member,
		 (unsigned long long)j->line, (unsigned long long)j->offset,
		 (unsigned long long)j->before);
}

static void json_job(struct buf *out, const struct summary_job *j)
{
	buf_add_str(out, ",\"job\":{\"name\":");
	json_add_text(out, j->name);
	buf_addf(out, ",\"records\":%llu,\"complete\":%s}", (unsigned long long)j->records,
		 j->complete ? "true" : "false");
}

void summary_json(struct buf *out, const struct summary *s)
{
	struct totals totals = totals_of(s->ledger);
	char rate[RATE_SIZE];

	buf_add_str(out, "{\"command\":");
	json_add_text(out, s->command);
	buf_add_str(out, ",\"records\":{");
	json_numbers(out, &totals, IN_RECORDS, kind_of(s));
	buf_add_str(out, "},\"errors\":{");
	json_errors(out, s->ledger);
	buf_add_str(out, "},");
	json_numbers(out, &totals, IN_TOTALS, kind_of(s));
	buf_addf(out, ",\"success_rate\":%s",
		 rate_fraction(totals.delivered + totals.discarded, totals.read, rate));
	buf_addf(out, ",\"bytes\":%llu,\"duration_s\":%.3f,\"records_per_s\":%.1f,\"resume\":",
		 (unsigned long long)s->ledger->bytes, s->duration_s, rate_of(s));
	if (s->job)
		json_resumed(out, s->job);
	else
		json_add_text(out, s->resume);
	buf_addf(out, ",\"exit\":%d", s->exit_status);
	if (s->job)
		json_job(out, s->job);
	if (s->dry_run)
		buf_add_str(out, ",\"dry_run\":true");
	json_inputs(out, s);
	if (s->members.len) {
		buf_add_char(out, ',');
		buf_add_slice(out, s->members);
	}
	buf_add_str(out, "}\n");
}
