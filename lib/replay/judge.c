#include "replay/judge.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "record/block.h"
#include "resolved/resolved.h"

void judge_init(struct judge *j, const struct judge_options *options)
{
	*j = (struct judge){.options = *options};
	j->check = check_create(NULL, 0, NULL);
}

void judge_finish(struct judge *j)
{
	held_finish(&j->held);
	original_finish(&j->original);
	check_destroy(j->check);
	buf_finish(&j->padded);
	buf_finish(&j->mended);
}

static void set(struct judgement *out, enum fate fate, struct contract cause, const char *message)
{
	out->fate = fate;
	out->cause = cause;
	snprintf(out->message, sizeof(out->message), "%s", message ? message : cause.meaning);
}

static void set_fault(struct judgement *out, enum fate fate, enum fault fault, const char *message)
{
	set(out, fate, contract_of_fault(fault), message);
}

/* Those that have been sent too often are no reason for others to wait: nothing will come. */
static bool is_parked(const struct judge *j, struct judgement *out)
{
	if (j->original.replays < j->options.max_replays)
		return false;
	out->fate = FATE_PARK;
	snprintf(out->message, sizeof(out->message), "sent back %lld times, and failed each time",
		 (long long)j->original.replays);
	return true;
}

static bool must_wait(struct judge *j, const struct letter *l, struct judgement *out)
{
	static const enum fate fates[] = {[HELD_STAYS] = FATE_STAY, [HELD_MOVED] = FATE_MOVE};
	const struct received *r = l->received;
	enum held_how how = HELD_NOT;

	if (j->options.keep_key_order)
		how = held_has(&j->held, r->partition, r->record.key, r->offset);
	if (how != HELD_NOT)
		set_fault(out, fates[how], FAULT_KEY_HELD, NULL);
	return how != HELD_NOT;
}

/* What a load of ours refused is no order; whoever sends it on as it is, sends what nobody
 * could read. */
static bool was_unreadable(const struct letter *l)
{
	static const char *const codes[] = {"INVALID_JSON", "INVALID_CSV", "INVALID_UTF8"};
	struct slice type = letter_text(l, LETTER_TYPE);

	if (l->system != SYSTEM_REDRIVE || !type.data)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (slice_is(type, codes[i]))
			return true;
	return false;
}

static bool is_unreadable(struct judge *j, struct judgement *out)
{
	struct record r = {.value = j->original.record.value, .json = true};
	struct verdict v;

	buf_clear(&j->padded);
	buf_add_slice(&j->padded, r.value);
	memset(buf_reserve(&j->padded, BLOCK_PADDING), 0, BLOCK_PADDING);
	r.value = buf_slice(&j->padded);
	if (check_record(j->check, &r, &v))
		return false;
	set_fault(out, FATE_STAY, v.fault, v.message);
	return true;
}

static void take_mended(struct judge *j, struct slice value)
{
	if (value.data == j->original.record.value.data)
		return;
	buf_clear(&j->mended);
	buf_add_slice(&j->mended, value);
	j->original.record.value = buf_slice(&j->mended);
}

/* 0, or -1 with *err; the fate says what came of it. */
static int mend_value(struct judge *j, struct judgement *out, struct error *err)
{
	struct slice value = j->original.record.value;
	struct verdict why = {0};

	switch (mend_apply(j->options.mend, value, &value, &why, err)) {
	case MEND_DONE:
		take_mended(j, value);
		return 0;
	case MEND_BROKEN:
		return -1;
	case MEND_REFUSED:
	case MEND_UNSURE:
		break;
	}
	set_fault(out, FATE_STAY, why.fault ? why.fault : FAULT_MEND_FAILED, why.message);
	return 0;
}

/* What it shall be that is sent. */
static int make_value(struct judge *j, const struct letter *l, struct judgement *out,
		      struct error *err)
{
	if (j->options.mend && !mend_is_idle(j->options.mend))
		return mend_value(j, out, err);
	if (was_unreadable(l))
		is_unreadable(j, out);
	return 0;
}

static bool is_ledger(const char *dlq, const char *topic)
{
	size_t len = strlen(dlq);

	return strncmp(topic, dlq, len) == 0 && strcmp(topic + len, RESOLVED_SUFFIX) == 0;
}

static bool is_topic_known(struct judge *j, struct judgement *out)
{
	const struct judge_options *o = &j->options;
	const char *topic = o->to ? o->to : j->original.topic;

	if (!*topic)
		set_fault(out, FATE_STAY, FAULT_NO_DESTINATION, NULL);
	else if (strcmp(topic, o->dlq) == 0)
		set_fault(out, FATE_STAY, FAULT_NO_DESTINATION,
			  "it would go back to the DLQ that it is in");
	else if (is_ledger(o->dlq, topic))
		set_fault(out, FATE_STAY, FAULT_NO_DESTINATION,
			  "it would go into the ledger of the DLQ");
	else
		return true;
	return false;
}

static int32_t partition_of(const struct judge *j, const struct judgement *out)
{
	int32_t partition = j->original.partition;

	return strcmp(out->to->name, j->original.topic) == 0 && partition < out->to->info.partitions
		       ? partition
		       : -1;
}

static int find_destination(struct judge *j, struct judgement *out, struct error *err)
{
	const char *topic = j->options.to ? j->options.to : j->original.topic;

	out->to = destinations_get(j->options.destinations, topic, err);
	if (!out->to)
		return -1;
	if (out->to->info.state == TOPIC_MISSING) {
		set(out, FATE_STAY, contract_of_kafka(RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART),
		    NULL);
		snprintf(out->message, sizeof(out->message), "there is no topic %s", topic);
	}
	out->partition = partition_of(j, out);
	return 0;
}

/* What its topic would refuse. */
static void check_limits(struct judge *j, struct judgement *out)
{
	char message[256];
	enum fault fault =
		limits_check(&out->to->info.limits, &j->original.record, message, sizeof(message));

	if (fault)
		set_fault(out, FATE_RETURN, fault, message);
}

static int judge_sending(struct judge *j, const struct letter *l, struct judgement *out,
			 struct error *err)
{
	if (!is_topic_known(j, out))
		return 0;
	if (make_value(j, l, out, err) < 0)
		return -1;
	if (out->fate != FATE_SEND)
		return 0;
	if (find_destination(j, out, err) < 0)
		return -1;
	if (out->fate == FATE_SEND)
		check_limits(j, out);
	out->record = &j->original.record;
	return 0;
}

/* What can't go to the DLQ once more stays where it is. */
static void check_return(struct judge *j, const struct letter *l, struct judgement *out)
{
	/* For our headers, which are a little longer than they were, perhaps. */
	static const uint64_t margin = 2048;
	const struct limits *limits = j->options.dlq_limits;

	if ((out->fate == FATE_RETURN || out->fate == FATE_MOVE) &&
	    limits->batch_bytes != UINT64_MAX &&
	    record_batch_size(l->record) + margin > limits->batch_bytes)
		out->fate = FATE_STAY;
}

static void hold(struct judge *j, const struct letter *l, const struct judgement *out)
{
	static const enum held_how hows[] = {
		[FATE_STAY] = HELD_STAYS, [FATE_RETURN] = HELD_MOVED, [FATE_MOVE] = HELD_MOVED};
	const struct received *r = l->received;

	if (j->options.keep_key_order && out->fate >= FATE_STAY)
		held_add(&j->held, r->partition, r->record.key, r->offset, hows[out->fate]);
}

/* Whoever has no ledger can't leave one behind and go on. */
static int can_not_leave(const struct judge *j, const struct letter *l, struct judgement *out,
			 struct error *err)
{
	return error_set(
		err, ERROR_CONFIG,
		"%s %d:%lld can't be sent (%s: %s), and the DLQ doesn't take it once more: "
		"without a ledger nothing behind it can be sent either. Raise "
		"max.message.bytes of the DLQ, or replay with a ledger",
		j->options.dlq, l->received->partition, (long long)l->received->offset,
		out->cause.code, out->message);
}

static int leave_nothing(struct judge *j, const struct letter *l, struct judgement *out,
			 struct error *err)
{
	if (out->fate == FATE_STAY)
		out->fate = out->cause.fault == FAULT_KEY_HELD ? FATE_MOVE : FATE_RETURN;
	check_return(j, l, out);
	return out->fate == FATE_STAY ? can_not_leave(j, l, out, err) : 0;
}

/* What the DLQ has refused stays, whatever else is to be said of it. */
static int judge_replay(struct judge *j, const struct letter *l, const struct judgement *culprit,
			struct judgement *out, struct error *err)
{
	if (culprit && culprit->fate == FATE_STAY)
		*out = *culprit;
	else if (must_wait(j, l, out))
		;
	else if (culprit)
		*out = *culprit;
	else if (judge_sending(j, l, out, err) < 0)
		return -1;
	if (j->options.nothing_stays && out->fate >= FATE_STAY)
		return culprit && culprit->fate == FATE_STAY ? can_not_leave(j, l, out, err)
							     : leave_nothing(j, l, out, err);
	check_return(j, l, out);
	return 0;
}

/* The message is long, and as a rule there is none. */
static void begin(struct judgement *out, enum fate fate)
{
	memset(out, 0, offsetof(struct judgement, message) + 1);
	out->fate = fate;
}

int judge_letter(struct judge *j, const struct letter *l, const struct judgement *culprit,
		 struct judgement *out, struct error *err)
{
	begin(out, j->options.discard ? FATE_DISCARD : FATE_SEND);
	if (j->options.discard)
		return 0;
	original_make(&j->original, j->options.decoder, l);
	if (is_parked(j, out))
		return 0;
	if (judge_replay(j, l, culprit, out, err) < 0)
		return -1;
	hold(j, l, out);
	return 0;
}
