#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cmd.h"
#include "exit.h"
#include "inspect/export.h"
#include "inspect/latest.h"
#include "inspect_options.h"
#include "kafka/reader.h"
#include "kafka_options.h"
#include "kafka_show.h"
#include "pass.h"
#include "reports.h"
#include "signals.h"
#include "statuses.h"
#include "view.h"

/* How long the cluster may be silent. */
#define PATIENCE_MS 30000
/* For -X dump: as for a load. */
#define RECORD_BYTES (16u << 20)

struct inspect {
	struct inspect_options o;
	struct options *options;
	struct properties properties;
	struct reports reports;
	const volatile int *stop;
	struct selection *selection;
	struct decoder *decoder;
	struct view view;
	struct export *export;
	struct reader *reader;
	struct statuses statuses;
	struct pass pass;
	uint64_t total;	      /* records ahead at the start */
	uint64_t taken;	      /* of --limit */
	uint64_t done_with;   /* and therefore not exported */
	struct ledger ledger; /* for the progress */
	struct latest latest;
};

/* Mended and loaded, what has been sent back would be there twice. */
static bool is_exported(const struct inspect *i, const struct letter *l)
{
	return options_origin(i->options, "status") != ORIGIN_DEFAULT || !status_is_done(l->status);
}

/* One of the selected, at last. */
static void show(struct inspect *i, const struct letter *l)
{
	i->taken++;
	view_add(&i->view, l);
	if (!i->export)
		return;
	if (is_exported(i, l))
		export_add(i->export, i->decoder, l);
	else
		i->done_with++;
}

static bool take(void *ctx, const struct received *r)
{
	struct inspect *i = ctx;
	struct letter l;

	i->ledger.read++;
	letter_read(&l, i->decoder, r);
	l.status = statuses_of(&i->statuses, r);
	view_count(&i->view);
	if (!selection_has(i->selection, &l)) {
		if (selection_has_but_for_status(i->selection, &l))
			view_pass(&i->view, &l);
		return false;
	}
	if (i->o.tail)
		latest_add(&i->latest, &l);
	else
		show(i, &l);
	return true;
}

static void on_idle(void *ctx)
{
	struct inspect *i = ctx;
	struct source_stats stats = {.bytes_total = i->total, .bytes_raw = SOURCE_NO_BYTES};
	uint64_t ahead = reader_ahead(i->reader);

	i->ledger.outcome[OUTCOME_DELIVERED] = i->ledger.read;
	stats.bytes_in = i->total > ahead ? i->total - ahead : 0;
	reports_show(&i->reports, &i->ledger, &stats);
}

/* Files are exported, whoever has stopped reading the report. */
static bool is_enough(void *ctx)
{
	const struct inspect *i = ctx;

	return *i->stop || (view_is_closed(&i->view) && !i->export) ||
	       (i->o.selection.limit && i->taken >= i->o.selection.limit);
}

static void forget(void *ctx)
{
	struct inspect *i = ctx;

	latest_clear(&i->latest);
	view_restart(&i->view);
}

static void show_tail(struct inspect *i)
{
	latest_sort(&i->latest);
	for (size_t k = 0; k < i->latest.n; k++) {
		struct letter l;

		letter_read(&l, i->decoder, &i->latest.items[k].received);
		l.status = i->latest.items[k].status;
		show(i, &l);
	}
}

static bool read_all(struct inspect *i)
{
	bool done;

	if (i->o.selection.limit)
		return pass_in_turn(&i->pass) || i->taken >= i->o.selection.limit;
	if (!i->o.tail)
		return pass_read(&i->pass, i->pass.parts, i->pass.n);
	done = pass_back(&i->pass, i->o.tail, forget);
	show_tail(i);
	return done;
}

/* What comes behind the ends, of the offsets that were asked for. */
static void follow(struct inspect *i)
{
	const struct reader_part *ends;
	struct reader_part *parts;
	size_t n;
	int left;

	progress_finish(i->reports.progress);
	view_follow(&i->view);
	reader_be_patient(i->reader);
	ends = reader_parts(i->reader, &n);
	parts = mem_alloc(n, sizeof(*parts));
	for (size_t k = 0; k < n; k++)
		parts[k] = (struct reader_part){ends[k].partition, ends[k].to, READER_NO_END};
	left = selection_cut(i->selection, parts, n, NULL);
	pass_read(&i->pass, parts, (size_t)left);
	free(parts);
}

static int find_parts(struct inspect *i, struct error *err)
{
	const struct reader_part *parts;
	int found = reader_ask(i->reader, err), left;
	size_t n;

	if (found < 0)
		return -1;
	if (!found)
		return error_set(err, ERROR_CONFIG, "there is no topic %s at %s",
				 i->o.selection.topic,
				 properties_get(&i->properties, "bootstrap.servers"));
	parts = reader_parts(i->reader, &n);
	pass_finish(&i->pass);
	i->pass.parts = mem_alloc(n + 1, sizeof(*parts));
	memcpy(i->pass.parts, parts, n * sizeof(*parts));
	left = selection_cut(i->selection, i->pass.parts, n, err);
	if (left < 0)
		return -1;
	i->pass.n = (size_t)left;
	i->total = 0;
	for (size_t k = 0; k < i->pass.n; k++)
		i->total += i->pass.parts[k].to > i->pass.parts[k].from
				    ? (uint64_t)(i->pass.parts[k].to - i->pass.parts[k].from)
				    : 0;
	return 0;
}

static void on_file(void *ctx, const char *path, uint64_t rows, const char *from)
{
	struct inspect *i = ctx;

	event_emit(&i->reports.events, EVENT_INFO, "exported",
		   EVENT_FIELDS(EVENT_TEXT("file", path), EVENT_NUMBER("rows", rows),
				EVENT_TEXT("from", from)),
		   "%s: %" PRIu64 " row%s of %s", path, rows, rows == 1 ? "" : "s", from);
}

static void say_count(struct inspect *i, uint64_t n, const char *event, const char *one,
		      const char *many)
{
	if (n)
		event_emit(&i->reports.events, EVENT_WARNING, event,
			   EVENT_FIELDS(EVENT_NUMBER("messages", n)), "%" PRIu64 " message%s", n,
			   n == 1 ? one : many);
}

static void say_counts(struct inspect *i, const struct export_counts *c)
{
	say_count(i, i->done_with, "export_done_with",
		  " is done with, and is not exported: --status all exports it, too",
		  "s are done with, and are not exported: --status all exports them, too");
	say_count(i, c->foreign, "export_foreign", " came from no file, and is not exported",
		  "s came from no file, and are not exported");
	say_count(i, c->again, "export_again", " is an earlier failure of a row that is exported",
		  "s are earlier failures of rows that are exported");
	say_count(i, c->unfit, "export_unfit",
		  " doesn't fit into a file of its kind, and is not exported: see it with --format "
		  "ndjson",
		  "s don't fit into files of their kind, and are not exported: see them with "
		  "--format ndjson");
}

static int export_rows(struct inspect *i, bool done, struct error *err)
{
	struct export_counts counts;
	int rc;

	if (!i->export)
		return 0;
	if (!done) {
		event_emit(&i->reports.events, EVENT_WARNING, "export_none", EVENT_NO_FIELDS,
			   "Nothing is exported, for not all was read");
		return 0;
	}
	rc = export_end(i->export, &counts, on_file, i, err);
	if (rc == 0)
		say_counts(i, &counts);
	return rc;
}

static int fail(const struct error *err)
{
	return cmd_fail(&cmd_dlq_inspect, err);
}

/* What has been read is shown in any case. */
static int finish(struct inspect *i, bool done)
{
	struct error err;
	int status = EXIT_DONE;

	progress_finish(i->reports.progress);
	if (view_end(&i->view, done, &err) < 0)
		status = fail(&err);
	if (export_rows(i, done, &err) < 0)
		status = fail(&err);
	if (i->pass.failed.kind)
		return fail(&i->pass.failed);
	return *i->stop ? EXIT_SIGNAL + *i->stop : status;
}

/* The ledger is newer than the ends: what it speaks of behind them may have come since. */
static int look_beyond(struct inspect *i, struct error *err)
{
	if (!statuses_go_beyond(&i->statuses, i->reader, i->pass.parts, i->pass.n))
		return 0;
	if (find_parts(i, err) < 0)
		return -1;
	if (statuses_go_beyond(&i->statuses, i->reader, i->pass.parts, i->pass.n))
		statuses_warn_beyond(&i->statuses);
	return 0;
}

/* Of a status that is asked for by name something must be known. */
static int read_ledger(struct inspect *i, struct error *err)
{
	if (statuses_read(&i->statuses, i->pass.parts, i->pass.n, i->o.status, err) < 0)
		return -1;
	view_ledger(&i->view, statuses_ledger(&i->statuses),
		    resolved_strange(i->statuses.resolved));
	return look_beyond(i, err);
}

static int look(struct inspect *i)
{
	struct error err;
	bool done;

	if (find_parts(i, &err) < 0 || read_ledger(i, &err) < 0)
		return fail(&err);
	view_begin(&i->view, i->pass.n);
	latest_init(&i->latest, i->o.tail);
	done = read_all(i);
	if (done && i->o.follow)
		follow(i);
	return finish(i, done);
}

/* Whatever can be wrong with the command line, before anybody is asked. */
static int open_all(struct inspect *i, struct error *err)
{
	const struct reader_options reader = {
		.name = "dlq",
		.topic = i->o.selection.topic,
		.properties = &i->properties,
		.patience_ms = PATIENCE_MS,
		.stop = i->stop,
		.idle = on_idle,
		.ctx = i,
		.events = &i->reports.events,
	};
	const struct resolved_options ledger = {
		.dlq = i->o.selection.topic,
		.properties = &i->properties,
		.patience_ms = PATIENCE_MS,
		.lenient = true,
		.stop = i->stop,
		.events = &i->reports.events,
	};

	i->selection = selection_from(&i->o.selection, i->o.status - 1, err);
	i->decoder = i->selection ? decoder_from(&i->o.selection, err) : NULL;
	if (!i->decoder || view_init(&i->view, &i->o, i->decoder, err) < 0)
		return -1;
	if (i->o.export && !(i->export = export_create(i->o.export, err)))
		return -1;
	i->reader = reader_create(&reader, err);
	if (!i->reader || statuses_init(&i->statuses, &ledger, err) < 0)
		return -1;
	i->pass = (struct pass){.reader = i->reader, .take = take, .enough = is_enough, .ctx = i};
	return 0;
}

static int check_arguments(struct inspect *i, struct error *err)
{
	const struct option_list *args = options_args(i->options);

	if (args->n)
		return error_set(err, ERROR_USAGE,
				 "'%.60s': the DLQ is named with --topic, and nothing else is "
				 "expected",
				 args->items[0]);
	if (!i->o.selection.topic)
		return error_set(err, ERROR_USAGE, "no topic: name the DLQ with --topic");
	return kafka_need_brokers(&i->properties, err);
}

static int run(struct inspect *i)
{
	struct error err;

	if (kafka_read_config(i->options, i->o.common.config, &i->properties, &err) < 0 ||
	    kafka_apply_common(&i->properties, &i->o.common, &err) < 0)
		return fail(&err);
	if (kafka_is_asked(&i->o.common))
		return kafka_show(&i->o.common, &i->properties, NULL, RECORD_BYTES, &err) < 0
			       ? fail(&err)
			       : EXIT_DONE;
	if (check_arguments(i, &err) < 0)
		return fail(&err);
	i->stop = signals_install();
	common_resolve(&i->o.common);
	reports_open(&i->reports, &i->o.common, i->o.selection.topic);
	return open_all(i, &err) < 0 ? fail(&err) : look(i);
}

static int dlq_inspect_run(int argc, char **argv)
{
	struct inspect i = {.o = INSPECT_OPTIONS_DEFAULT, .view = {.fd = -1}};
	int status;

	i.options = cmd_options(&cmd_dlq_inspect, argc, argv, &i.o, &status);
	if (!i.options)
		return status;
	ledger_init(&i.ledger);
	status = run(&i);
	reader_destroy(i.reader);
	statuses_finish(&i.statuses);
	export_destroy(i.export);
	view_finish(&i.view);
	latest_finish(&i.latest);
	decoder_destroy(i.decoder);
	selection_destroy(i.selection);
	reports_close(&i.reports);
	ledger_finish(&i.ledger);
	pass_finish(&i.pass);
	properties_finish(&i.properties);
	options_destroy(i.options);
	return status;
}

const struct cmd cmd_dlq_inspect = {
	.name = "dlq-inspect",
	.summary = "what is in a dead letter queue, and why",
	.usage = "[OPTIONS] -t DLQ",
	.details =
		"Reads a dead letter queue to its end as it is now, joins no consumer group, "
		"commits "
		"nothing, and tells what failed: why, since when, of which topic or file, with an "
		"example of each kind of error. It knows the headers of redrive, Kafka Connect, "
		"Kafka Streams, share groups, Spring, SmallRye, Silverback, Wolverine, "
		"MassTransit, "
		"Brighter, Karafka, Watermill and others. Any topic will do, with or without such "
		"headers.",
	.options = inspect_uses,
	.examples =
		"redrive dlq-inspect -t orders.dlq\n"
		"redrive dlq-inspect -t orders.dlq --since -2h --where error-type=MISSING_FIELD\n"
		"redrive dlq-inspect -t orders.dlq --format html -o report.html\n"
		"redrive dlq-inspect -t orders.dlq --export to-mend\n"
		"redrive dlq-inspect -t orders.dlq --format ndjson | jq -c .dlq\n",
	.run = dlq_inspect_run,
};
