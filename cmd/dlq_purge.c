#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "cmd.h"
#include "exit.h"
#include "groups.h"
#include "kafka_options.h"
#include "kafka_show.h"
#include "purge_show.h"
#include "question.h"
#include "reports.h"
#include "resolved/purge.h"
#include "signals.h"

/* How long the cluster may be silent. */
#define PATIENCE_MS 30000
/* For -X dump: as for a load. */
#define RECORD_BYTES (16u << 20)

struct purge_choice {
	struct common_options common;
	const char *topic; /* the DLQ */
	bool dry_run, yes;
};

#define AT(member) .offset = offsetof(struct purge_choice, member)
static const struct option_spec purge_specs[] = {
	{'t', "topic", "TOPIC", "the dead letter queue", OPTION_STRING, AT(topic),
	 .env = "REDRIVE_DLQ", .config_key = "redrive.dlq", .min = 1},
	{0, "dry-run", NULL, "show what would be deleted, and delete nothing", OPTION_FLAG,
	 AT(dry_run)},
	{0, "yes", NULL, "delete it without asking", OPTION_FLAG, AT(yes)},
	{0},
};
#undef AT

static const struct option_group purge_group = {"Purging", purge_specs};
static const struct option_use purge_uses[] = {
	{&purge_group, 0},
	{&result_group, offsetof(struct purge_choice, common)},
	{&common_group, offsetof(struct purge_choice, common)},
	{0},
};

struct run {
	struct purge_choice o;
	struct options *options;
	struct properties properties;
	struct reports reports;
	const volatile int *stop;
	struct purge *purge;
	struct ledger ledger; /* for the progress */
};

static void on_idle(void *ctx)
{
	struct run *r = ctx;
	uint64_t read = purge_read(r->purge), ahead = purge_ahead(r->purge);
	struct source_stats stats = {
		.bytes_in = read, .bytes_total = read + ahead, .bytes_raw = SOURCE_NO_BYTES};

	r->ledger.read = r->ledger.outcome[OUTCOME_DELIVERED] = read;
	reports_show(&r->reports, &r->ledger, &stats);
}

static void print_json(const struct run *r, const struct error *err, int status)
{
	struct buf out = {0};

	if (r->o.common.summary != SUMMARY_JSON)
		return;
	purge_json(&out, r->purge, r->o.topic, r->o.dry_run, err, status);
	fputs(out.data, stdout);
	buf_finish(&out);
}

static void add_count(struct buf *out, uint64_t n, const char *one, const char *many)
{
	char text[TEXT_COUNT_SIZE];

	buf_addf(out, "%s %s", text_count(n, text), n == 1 ? one : many);
}

/* Why nothing can be deleted. */
static void add_nothing(struct buf *out, const struct run *r)
{
	uint64_t kept = purge_totals(r->purge).kept;

	buf_add_str(out, "Nothing to purge: ");
	if (!kept) {
		text_add_escaped(out, slice_of(r->o.topic));
		buf_add_str(out, " is empty.\n");
		return;
	}
	if (purge_ledger(r->purge))
		buf_add_str(out, "no partition begins with a message that is replayed or "
				 "discarded. ");
	else
		buf_add_str(out, "there is no ledger that says what is replayed or discarded. ");
	add_count(out, kept, "message is kept.\n", "messages are kept.\n");
}

static void add_entries(struct buf *out, const struct run *r)
{
	uint64_t n = r->o.dry_run ? purge_entries(r->purge) : purge_forgotten(r->purge);

	if (!n)
		return;
	buf_add_str(out, r->o.dry_run ? "The ledger would take back " : "The ledger took back ");
	add_count(out, n, "entry", "entries");
	buf_add_str(out, " of messages that are not there any more.\n");
}

static void add_done(struct buf *out, const struct run *r)
{
	struct purge_totals totals = purge_totals(r->purge);

	purge_table(out, r->purge);
	buf_add_str(out, r->o.dry_run ? "Would delete " : "Deleted ");
	add_count(out, r->o.dry_run ? totals.deletable : totals.deleted, "message", "messages");
	buf_add_str(out, " and keep ");
	add_count(out, totals.kept + (r->o.dry_run ? 0 : totals.deletable - totals.deleted),
		  "message.\n", "messages.\n");
}

static void print(const struct run *r, const struct buf *out)
{
	if (r->o.common.summary == SUMMARY_TEXT && out->len)
		fputs(out->data, stdout);
}

/* What has been done is told all the same. */
static int fail(const struct run *r, const struct error *err)
{
	int status = cmd_fail(&cmd_dlq_purge, err);
	struct buf out = {0};

	if (*r->stop)
		status = EXIT_SIGNAL + *r->stop;
	if (purge_totals(r->purge).deleted)
		add_done(&out, r);
	print(r, &out);
	print_json(r, err, status);
	buf_finish(&out);
	return status;
}

static int finish(const struct run *r, bool refused)
{
	struct buf out = {0};

	if (refused)
		buf_add_str(&out, "Nothing was deleted.\n");
	else if (purge_totals(r->purge).deletable)
		add_done(&out, r);
	else
		add_nothing(&out, r);
	add_entries(&out, r);
	print(r, &out);
	buf_finish(&out);
	print_json(r, NULL, EXIT_DONE);
	return EXIT_DONE;
}

static bool is_confirmed(const struct run *r)
{
	struct buf question = {0};
	bool yes;

	if (r->o.yes || !purge_totals(r->purge).deletable)
		return true;
	buf_add_str(&question, "Delete ");
	purge_summary(&question, r->purge, r->o.topic);
	buf_add_str(&question, "? They can't be had back.");
	yes = question_ask(question.data);
	buf_finish(&question);
	return yes;
}

/* What could not be deleted of one partition keeps nobody from clearing up after another. */
static int delete_all(struct run *r, struct error *err)
{
	int deleted = purge_delete(r->purge, err);
	struct error unused, *why = deleted < 0 ? &unused : err;

	if (deleted < 0 && *r->stop)
		return -1;
	return purge_forget(r->purge, why) < 0 ? -1 : deleted;
}

static int purge(struct run *r)
{
	struct error err;

	if (purge_look(r->purge, &err) < 0)
		return fail(r, &err);
	progress_finish(r->reports.progress);
	if (r->o.dry_run)
		return finish(r, false);
	if (!is_confirmed(r))
		return finish(r, true);
	return delete_all(r, &err) < 0 ? fail(r, &err) : finish(r, false);
}

static int check_arguments(const struct run *r, struct error *err)
{
	const struct option_list *args = options_args(r->options);

	if (args->n)
		return error_set(err, ERROR_USAGE,
				 "'%.60s': the DLQ is named with --topic, and nothing else is "
				 "expected",
				 args->items[0]);
	if (!r->o.topic)
		return error_set(err, ERROR_USAGE, "no topic: name the DLQ with --topic");
	if (!r->o.yes && !r->o.dry_run && !question_is_possible())
		return error_set(err, ERROR_USAGE,
				 "it asks before it deletes, and there is no terminal to ask on: "
				 "look with --dry-run, and pass --yes");
	return kafka_need_brokers(&r->properties, err);
}

static int open_and_purge(struct run *r)
{
	struct error err;
	const struct purge_options options = {
		.dlq = r->o.topic,
		.properties = &r->properties,
		.patience_ms = PATIENCE_MS,
		.stop = r->stop,
		.idle = on_idle,
		.ctx = r,
		.events = &r->reports.events,
	};

	r->purge = purge_create(&options, &err);
	return r->purge ? purge(r) : cmd_fail(&cmd_dlq_purge, &err);
}

/* What is asked for is what this command is there for, also with -q. */
static void open_reports(struct run *r)
{
	if (r->o.common.summary < 0)
		r->o.common.summary = SUMMARY_TEXT;
	common_resolve(&r->o.common);
	reports_open(&r->reports, &r->o.common, r->o.topic);
}

static int run(struct run *r)
{
	struct error err;

	if (kafka_read_config(r->options, r->o.common.config, &r->properties, &err) < 0 ||
	    kafka_apply_common(&r->properties, &r->o.common, &err) < 0)
		return cmd_fail(&cmd_dlq_purge, &err);
	if (kafka_is_asked(&r->o.common))
		return kafka_show(&r->o.common, &r->properties, NULL, RECORD_BYTES, &err) < 0
			       ? cmd_fail(&cmd_dlq_purge, &err)
			       : EXIT_DONE;
	if (check_arguments(r, &err) < 0)
		return cmd_fail(&cmd_dlq_purge, &err);
	r->stop = signals_install();
	open_reports(r);
	return open_and_purge(r);
}

static int dlq_purge_run(int argc, char **argv)
{
	struct run r = {.o = {.common = COMMON_OPTIONS_DEFAULT}};
	int status;

	r.options = cmd_options(&cmd_dlq_purge, argc, argv, &r.o, &status);
	if (!r.options)
		return status;
	ledger_init(&r.ledger);
	status = run(&r);
	purge_destroy(r.purge);
	reports_close(&r.reports);
	ledger_finish(&r.ledger);
	properties_finish(&r.properties);
	options_destroy(r.options);
	return status;
}

const struct cmd cmd_dlq_purge = {
	.name = "dlq-purge",
	.summary = "delete what is done with from the beginning of a DLQ",
	.usage = "[OPTIONS] -t DLQ",
	.details = "Kafka deletes records only from the beginning of a partition. This deletes, of "
		   "each partition of the DLQ, the messages before the first that is neither "
		   "replayed nor discarded, as its ledger says, and then the ledger's entries of "
		   "them. On a terminal it asks before; elsewhere --yes is needed.",
	.options = purge_uses,
	.examples = "redrive dlq-purge -t orders.dlq --dry-run\n"
		    "redrive dlq-purge -t orders.dlq\n"
		    "redrive dlq-purge -t orders.dlq --yes --summary json\n",
	.run = dlq_purge_run,
};
