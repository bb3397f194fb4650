#include "resolve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "exit.h"
#include "kafka_options.h"
#include "kafka_show.h"
#include "question.h"
#include "rehearsal_show.h"
#include "replay/replay.h"
#include "report/metrics.h"
#include "reports.h"
#include "resolved/resolved.h"
#include "resolve_options.h"
#include "resolve_print.h"
#include "resolved_report.h"
#include "signals.h"

/* How long the cluster may be silent, and a signal waits for what is on its way. */
#define PATIENCE_MS 30000
#define SETTLE_MS   6000
/* A transaction that is too small costs time, one that is too large is lost with whoever is
 * killed. */
#define COMMIT_RECORDS 250000
#define COMMIT_MS      4000
/* What a transform command has mixed up is asked of it again, which takes its time. */
#define TRANSFORM_RECORDS 1000
/* About a minute, all told. */
#define RETRIES	       10
#define BACKOFF_MS     1000
#define BACKOFF_MAX_MS 8000
/* For -X dump: as for a load. */
#define RECORD_BYTES (16u << 20)
/* Of what a transform command answers. */
#define VALUE_BYTES (64u << 20)
/* Whoever sits at a terminal is asked before more messages than that. */
#define ASK_ABOVE 1000

struct resolve {
	const struct cmd *cmd;
	bool discard;
	struct resolve_options o;
	struct options *options;
	struct properties properties;
	struct reports reports;
	const volatile int *stop;
	struct selection *selection;
	struct decoder *decoder;
	struct mend *mend;
	struct tolerance tolerance;
	struct ledger ledger;
	struct replay *replay;
};

static int fail(const struct resolve *v, const struct error *err)
{
	return cmd_fail(v->cmd, err);
}

static void on_idle(void *ctx)
{
	struct resolve *v = ctx;
	struct source_stats stats = {.bytes_raw = SOURCE_NO_BYTES};
	uint64_t ahead;

	replay_progress(v->replay, &stats.bytes_total, &ahead);
	stats.bytes_in = stats.bytes_total > ahead ? stats.bytes_total - ahead : 0;
	reports_show(&v->reports, &v->ledger, &stats);
}

static struct replay_options replay_options_of(struct resolve *v)
{
	return (struct replay_options){
		.dlq = v->o.selection.topic,
		.properties = &v->properties,
		.selection = v->selection,
		.decoder = v->decoder,
		.mend = v->mend,
		.transforms = v->o.mend.transform,
		.to = v->o.to,
		.discard = v->discard,
		.reason = v->o.reason,
		.no_ledger = v->o.no_ledger,
		.keep_key_order = v->o.keep_key_order,
		.max_replays = (int64_t)v->o.max_replays,
		.limit = v->o.selection.limit,
		.rate = v->o.rate,
		.canary = v->o.canary,
		.canary_wait_ms = v->o.canary_wait_ms,
		.tolerance = v->tolerance,
		.print = resolve_print(&v->o, v->discard),
		.commit_records = v->o.mend.transform ? TRANSFORM_RECORDS : COMMIT_RECORDS,
		.commit_ms = COMMIT_MS,
		.retries = RETRIES,
		.backoff_ms = BACKOFF_MS,
		.backoff_max_ms = BACKOFF_MAX_MS,
		.patience_ms = PATIENCE_MS,
		.settle_ms = SETTLE_MS,
		.stop = v->stop,
		.ledger = &v->ledger,
		.idle = on_idle,
		.ctx = v,
		.events = &v->reports.events,
	};
}

static struct resolved_report report_of(struct resolve *v)
{
	return (struct resolved_report){
		.command = v->cmd->name,
		.dlq = v->o.selection.topic,
		.common = &v->o.common,
		.ledger = &v->ledger,
		.events = &v->reports.events,
		.stop = v->stop,
	};
}

static void end_replay(struct resolve *v)
{
	replay_destroy(v->replay);
	v->replay = NULL;
	progress_finish(v->reports.progress);
}

/* Who leaves the group lets others go on. */
static int resolve(struct resolve *v)
{
	struct resolved_report report = report_of(v);
	const struct replay_options options = replay_options_of(v);
	int64_t since = clock_mono_ms();
	struct error err = {0};

	v->replay = replay_create(&options, &err);
	if (!v->replay)
		return fail(v, &err);
	if (replay_run(v->replay, &err) < 0)
		report.failed = &err;
	report.begun = replay_has_begun(v->replay);
	end_replay(v);
	report.duration_ms = clock_mono_ms() - since;
	return resolved_report(&report);
}

static int rehearse(struct resolve *v, struct rehearsal *p, struct error *err)
{
	const struct replay_options options = replay_options_of(v);
	int rc;

	v->replay = replay_create(&options, err);
	rc = v->replay ? replay_rehearse(v->replay, p, err) : -1;
	end_replay(v);
	return rc;
}

static int show_rehearsal(struct resolve *v)
{
	struct resolved_report report = report_of(v);
	int64_t since = clock_mono_ms();
	struct rehearsal p = {0};
	struct error err = {0};
	int status;

	if (rehearse(v, &p, &err) < 0)
		report.failed = &err;
	report.rehearsal = &p;
	report.duration_ms = clock_mono_ms() - since;
	status = resolved_report(&report);
	rehearsal_finish(&p);
	return status;
}

static bool is_wanted(struct resolve *v, const struct rehearsal *p)
{
	char digits[TEXT_COUNT_SIZE];
	struct buf text = {0};
	bool wanted;

	if (rehearsal_total(p) <= ASK_ABOVE)
		return true;
	buf_addf(&text, "%s %s messages of %s", v->discard ? "Discard" : "Replay",
		 text_count(rehearsal_total(p), digits), v->o.selection.topic);
	if (p->n_topics) {
		buf_add_str(&text, ": ");
		rehearsal_where(&text, p);
	}
	buf_add_char(&text, '?');
	wanted = question_ask(text.data);
	buf_finish(&text);
	return wanted;
}

/* 1: go on; 0: it isn't wanted; -1 with *err. */
static int ask(struct resolve *v, struct error *err)
{
	struct rehearsal p = {0};
	int rc = 1;

	if (v->o.yes || !question_is_possible())
		return 1;
	rc = rehearse(v, &p, err);
	if (rc == 0)
		rc = *v->stop || !is_wanted(v, &p) ? 0 : 1;
	rehearsal_finish(&p);
	ledger_finish(&v->ledger);
	return rc;
}

static int ask_and_resolve(struct resolve *v)
{
	struct error err;

	switch (ask(v, &err)) {
	case 1:
		return resolve(v);
	case 0:
		event_emit(&v->reports.events, EVENT_INFO, "nothing", EVENT_NO_FIELDS,
			   "Nothing was done");
		return *v->stop ? EXIT_SIGNAL + *v->stop : EXIT_DONE;
	default:
		return fail(v, &err);
	}
}

static int open_selection(struct resolve *v, struct error *err)
{
	v->selection = selection_from(&v->o.selection, -1, err);
	v->decoder = v->selection ? decoder_from(&v->o.selection, err) : NULL;
	return v->decoder ? 0 : -1;
}

static int open_mend(struct resolve *v, struct error *err)
{
	const struct mend_options options = mend_options_from(&v->o.mend, VALUE_BYTES, v->stop);

	v->mend = mend_create(&options, err);
	return v->mend ? 0 : -1;
}

/* Which were left out could not be told from those that are done with. */
static int check_no_ledger(const struct resolve *v, struct error *err)
{
	if (!v->o.no_ledger || (selection_takes_all(v->selection) && !v->o.selection.offsets.n &&
				!v->o.selection.limit))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "--no-ledger is for replays of all that is in a DLQ: without the ledger "
			 "nobody would know later which messages a selection has left");
}

static int read_tolerance(struct resolve *v, struct error *err)
{
	struct error why;

	if (!v->o.max_failures || tolerance_parse(&v->tolerance, v->o.max_failures, &why) == 0)
		return 0;
	return error_set(err, ERROR_USAGE, "--max-failures: %s", why.text);
}

static bool is_ledger(const char *topic)
{
	size_t len = strlen(topic), suffix = strlen(RESOLVED_SUFFIX);

	return len > suffix && strcmp(topic + len - suffix, RESOLVED_SUFFIX) == 0;
}

static int check_arguments(struct resolve *v, struct error *err)
{
	const struct option_list *args = options_args(v->options);

	if (args->n)
		return error_set(err, ERROR_USAGE,
				 "'%.60s': the DLQ is named with --topic, and nothing else is "
				 "expected",
				 args->items[0]);
	if (!v->o.selection.topic)
		return error_set(err, ERROR_USAGE, "no topic: name the DLQ with --topic");
	if (v->o.to && strcmp(v->o.to, v->o.selection.topic) == 0)
		return error_set(err, ERROR_USAGE, "--to is the DLQ itself, %s: it must be another",
				 v->o.to);
	if (is_ledger(v->o.selection.topic) || (v->o.to && is_ledger(v->o.to)))
		return error_set(
			err, ERROR_USAGE,
			"%s is the ledger of a DLQ, by its name: messages neither come from "
			"there nor go there",
			is_ledger(v->o.selection.topic) ? v->o.selection.topic : v->o.to);
	if (v->o.common.metrics_file && !v->o.dry_run &&
	    metrics_check(v->o.common.metrics_file, err) < 0)
		return -1;
	if (read_tolerance(v, err) < 0 || open_selection(v, err) < 0 || check_no_ledger(v, err) < 0)
		return -1;
	return kafka_need_brokers(&v->properties, err);
}

static int run(struct resolve *v)
{
	struct error err;

	if (kafka_read_config(v->options, v->o.common.config, &v->properties, &err) < 0 ||
	    kafka_apply_common(&v->properties, &v->o.common, &err) < 0)
		return fail(v, &err);
	if (kafka_is_asked(&v->o.common))
		return kafka_show(&v->o.common, &v->properties, NULL, RECORD_BYTES, &err) < 0
			       ? fail(v, &err)
			       : EXIT_DONE;
	v->stop = signals_install();
	if (check_arguments(v, &err) < 0 || open_mend(v, &err) < 0)
		return fail(v, &err);
	/* What a dry run has found out is what it was asked for, also with -q. */
	if (v->o.dry_run && v->o.common.summary < 0)
		v->o.common.summary = SUMMARY_TEXT;
	common_resolve(&v->o.common);
	reports_open(&v->reports, &v->o.common, v->o.selection.topic);
	return v->o.dry_run ? show_rehearsal(v) : ask_and_resolve(v);
}

int resolve_run(const struct cmd *cmd, bool discard, int argc, char **argv)
{
	struct resolve v = {.cmd = cmd, .discard = discard, .o = RESOLVE_OPTIONS_DEFAULT};
	int status;

	v.options = cmd_options(cmd, argc, argv, &v.o, &status);
	if (!v.options)
		return status;
	ledger_init(&v.ledger);
	status = run(&v);
	replay_destroy(v.replay);
	mend_destroy(v.mend);
	decoder_destroy(v.decoder);
	selection_destroy(v.selection);
	reports_close(&v.reports);
	ledger_finish(&v.ledger);
	properties_finish(&v.properties);
	options_destroy(v.options);
	return status;
}
