#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/mem.h"
#include "cmd.h"
#include "exit.h"
#include "groups.h"
#include "inputs.h"
#include "kafka_options.h"
#include "kafka_show.h"
#include "job/manifest.h"
#include "load.h"
#include "outcome.h"
#include "report/metrics.h"
#include "reports.h"
#include "signals.h"

/* 8 MiB of input are on their way at most: more would leave the cache. */
#define BLOCK_BYTES (1u << 20)
#define BLOCKS	    8
/* How long a signal waits for what is in flight: whoever stops a container kills it after 10 s. */
#define SETTLE_MS 6000
/* "redrive." before it must leave a name that is valid everywhere. */
#define JOB_NAME_MAX 200

struct produce_options {
	struct common_options common;
	struct retry_options retry;
	struct dlq_options dlq;
	const char *topic, *key, *timestamp_from;
	struct option_list headers, headers_from, require;
	int format;
	char csv_delimiter;
	const char *csv_columns;
	int csv_header;
	uint64_t max_record_bytes, limit, rate;
	const char *max_failures;
	bool create_topics, keep_key_order, dry_run;
	const char *job;
	bool resume;
	uint64_t commit_records;
	int64_t commit_interval_ms;
};

static const char *const formats[] = {"auto", "ndjson", "csv", "envelope", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

#define AT(member) .offset = offsetof(struct produce_options, member)
static const struct option_spec record_specs[] = {
	{'t', "topic", "TOPIC", "the topic to load", OPTION_STRING, AT(topic),
	 .env = "REDRIVE_TOPIC", .config_key = "redrive.topic", .min = 1},
	{'k', "key", "POINTER",
	 "the field that is the key: a JSON Pointer (/customer/id), a name or a CSV "
	 "column (customer.id); without it records have no key",
	 OPTION_STRING, AT(key), .config_key = "redrive.key", .min = 1},
	{'H', "header", "NAME=VALUE", "a header for every record", OPTION_LIST, AT(headers)},
	{0, "header-from", "NAME=POINTER", "a header whose value is a field", OPTION_LIST,
	 AT(headers_from)},
	{0, "timestamp-from", "POINTER",
	 "the field that is the timestamp: ms since 1970, or ISO 8601", OPTION_STRING,
	 AT(timestamp_from), .config_key = "redrive.timestamp-from", .min = 1},
	{0, "require", "POINTER",
	 "a field that must be there and not be null: records without it go to the DLQ",
	 OPTION_LIST, AT(require)},
	{0, "create-topics", NULL, "create the topic and the DLQ if they don't exist", OPTION_FLAG,
	 AT(create_topics)},
	{0},
};

static const struct option_spec input_specs[] = {
	{0, "format", NULL, "what the files hold; auto tells by name and content", OPTION_CHOICE,
	 AT(format), .config_key = "redrive.format", .choices = formats, .default_text = "auto"},
	{0, "csv-delimiter", "CHAR", "what stands between fields", OPTION_CHAR, AT(csv_delimiter),
	 .config_key = "redrive.csv-delimiter", .default_text = "comma; tab for .tsv"},
	{0, "csv-columns", "NAME[:TYPE],...",
	 "names and types (string, integer, number, boolean) of the columns; dots in a name make "
	 "nested objects",
	 OPTION_STRING, AT(csv_columns), .config_key = "redrive.csv-columns"},
	{0, "csv-header", NULL,
	 "whether the first row has the names; unless given it has, but with --csv-columns only "
	 "when all their names are in it",
	 OPTION_CHOICE, AT(csv_header), .config_key = "redrive.csv-header", .choices = no_yes},
	{0, "max-record-bytes", "SIZE", "longer lines are rejected: no sink may take them",
	 OPTION_SIZE, AT(max_record_bytes), .config_key = "redrive.max-record-bytes",
	 .default_text = "16M", .min = 1024, .max = 512u << 20},
	{0, "limit", "N", "read no more than so many records", OPTION_UINT, AT(limit)},
	{0},
};

static const struct option_spec run_specs[] = {
	{0, "dry-run", NULL,
	 "read and check everything, ask the cluster for its limits if --brokers says where it "
	 "is, and send and write nothing",
	 OPTION_FLAG, AT(dry_run)},
	{0, "rate", "N", "send no more than so many messages a second, evenly", OPTION_UINT,
	 AT(rate), .config_key = "redrive.rate", .max = 100000000},
	{0, "max-failures", "N|P%",
	 "stop when more messages than that have failed; a percentage counts from the 100th on",
	 OPTION_STRING, AT(max_failures), .config_key = "redrive.max-failures"},
	{0, "keep-key-order", NULL,
	 "once a message has failed, send all later ones of its key to the DLQ after it",
	 OPTION_FLAG, AT(keep_key_order)},
	{0},
};

static const struct option_spec job_specs[] = {
	{0, "job", "NAME",
	 "load exactly once: the job can be killed at any instant and goes on when it is run "
	 "again; "
	 "files only",
	 OPTION_STRING, AT(job), .min = 1},
	{0, "resume", NULL, "refuse to begin a job that has no checkpoint", OPTION_FLAG,
	 AT(resume)},
	{0, "commit-records", "N", "commit a job's progress at least every so many records",
	 OPTION_UINT, AT(commit_records), .config_key = "redrive.commit-records",
	 .default_text = "250000", .min = 1, .max = 1000000000},
	{0, "commit-interval", "TIME", "commit a job's progress at least that often",
	 OPTION_DURATION, AT(commit_interval_ms), .config_key = "redrive.commit-interval",
	 .default_text = "5s", .min = 100, .max = 30000},
	{0},
};
#undef AT

static const struct option_group record_group = {"Records", record_specs};
static const struct option_group input_group = {"Input", input_specs};
static const struct option_group run_group = {"The run", run_specs};

static const struct option_group job_group = {"Jobs", job_specs};

static const struct option_use produce_uses[] = {
	{&record_group, 0},
	{&input_group, 0},
	{&run_group, 0},
	{&job_group, 0},
	{&dlq_group, offsetof(struct produce_options, dlq)},
	{&retry_group, offsetof(struct produce_options, retry)},
	{&common_group, offsetof(struct produce_options, common)},
	{0},
};

/* Everything that one run owns. */
struct produce {
	struct produce_options o;
	struct options *options;
	char **args;
	struct properties properties, dlq_properties;
	char *dlq, *fallback;
	struct tolerance tolerance;
	struct manifest manifest;
	struct reports reports;
	struct inputs inputs;
	struct block_pool *pool;
	struct load load;
	uint64_t delivered; /* told with -v */
	int64_t started;
};

static void on_delivered(void *ctx, int32_t partition, int64_t offset)
{
	struct produce *p = ctx;

	event_emit(
		&p->reports.events, EVENT_DEBUG, "delivered",
		EVENT_FIELDS(EVENT_NUMBER("partition", partition), EVENT_NUMBER("offset", offset)),
		"✓ Message %llu delivered → Partition: %d, Offset: %lld",
		(unsigned long long)++p->delivered, partition, (long long)offset);
}

static void on_wait(void *ctx)
{
	struct produce *p = ctx;

	load_show(&p->load);
}

static void set_names(struct produce *p)
{
	const struct dlq_options *o = &p->o.dlq;

	if (!o->no_dlq)
		p->dlq = o->dlq ? mem_strdup(o->dlq) : mem_printf("%s.dlq", p->o.topic);
	p->fallback = o->fallback ? mem_strdup(o->fallback)
				  : mem_printf("%s.fallback.ndjson", p->o.topic);
	/* A topic's name has no slash, but what was given may not be one. */
	for (char *c = p->fallback; !o->fallback && *c; c++)
		if (*c == '/')
			*c = '_';
}

/* The metrics replace a file, which must not be one that holds anything else. */
static int check_metrics(const struct produce *p, struct error *err)
{
	const char *path = p->o.common.metrics_file;
	const char *const others[] = {p->fallback, p->o.common.config, p->o.dlq.dlq_config};
	const struct option_list *inputs = options_args(p->options);
	bool taken = false;

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		taken = taken || (others[i] && files_same(path, others[i]));
	for (size_t i = 0; i < inputs->n; i++)
		taken = taken || files_same(path, inputs->items[i]);
	if (taken)
		return error_set(err, ERROR_USAGE,
				 "--metrics-file %s would overwrite a file that this run reads or "
				 "writes: name another",
				 path);
	return metrics_check(path, err);
}

static int check_names(const struct produce *p, bool dlq_elsewhere, struct error *err)
{
	if (p->dlq && !dlq_elsewhere && strcmp(p->dlq, p->o.topic) == 0)
		return error_set(err, ERROR_USAGE,
				 "--dlq is the topic that is loaded, %s: it must be another",
				 p->dlq);
	if (inputs_check(options_args(p->options), p->fallback, err) < 0)
		return -1;
	return p->o.common.metrics_file ? check_metrics(p, err) : 0;
}

static int read_tolerance(struct produce *p, struct error *err)
{
	struct error why;

	if (tolerance_parse(&p->tolerance, p->o.max_failures, &why) == 0)
		return 0;
	return error_set(err, ERROR_USAGE, "--max-failures: %s", why.text);
}

/* Whoever waits for the end of an outage gives up on nothing: librdkafka itself
 * sends again what it has, each record once and in order. */
static void wait_for_ever(struct properties *p)
{
	properties_set(p, "message.timeout.ms", "0", "--on-outage wait");
	properties_default(p, "message.send.max.retries", "2147483647");
}

static bool waits_for_ever(const struct produce *p)
{
	return p->o.retry.on_outage == OUTAGE_WAIT && !p->o.job &&
	       options_origin(p->options, "delivery-timeout") == ORIGIN_DEFAULT &&
	       !properties_get(&p->properties, "message.timeout.ms");
}

/* A DLQ of a cluster of its own is no reason to wait. */
static int apply_clusters(struct produce *p, bool *elsewhere, struct error *err)
{
	bool wait = waits_for_ever(p);

	kafka_apply_retry(&p->properties, p->options, &p->o.retry);
	if (kafka_dlq_properties(&p->dlq_properties, &p->properties, &p->o.dlq, elsewhere, err) < 0)
		return -1;
	if (wait)
		wait_for_ever(&p->properties);
	if (wait && !*elsewhere)
		wait_for_ever(&p->dlq_properties);
	return 0;
}

/* What must be a topic's name and more, in the name of a group. */
static int check_job_name(const char *name, struct error *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "0123456789._-";

	if (strlen(name) <= JOB_NAME_MAX && !name[strspn(name, letters)])
		return 0;
	return error_set(
		err, ERROR_USAGE,
		"--job: a name has letters, digits, '.', '_' and '-', and %d of them at most",
		JOB_NAME_MAX);
}

static int check_no_job(const struct produce *p, struct error *err)
{
	static const char *const needs_job[] = {"resume", "commit-records", "commit-interval"};

	for (size_t i = 0; i < ARRAY_SIZE(needs_job); i++)
		if (options_origin(p->options, needs_job[i]) == ORIGIN_OPTION)
			return error_set(err, ERROR_USAGE, "--%s is for jobs: name one with --job",
					 needs_job[i]);
	return 0;
}

static int job_options_check(struct produce *p, bool dlq_elsewhere, struct error *err)
{
	const struct option_list *files = options_args(p->options);

	if (!p->o.job)
		return check_no_job(p, err);
	if (check_job_name(p->o.job, err) < 0)
		return -1;
	if (dlq_elsewhere)
		return error_set(
			err, ERROR_USAGE,
			"--job and a DLQ on another cluster: a job writes to topic and DLQ in "
			"one transaction, which one cluster must hold");
	for (size_t i = 0; i < files->n; i++)
		if (strcmp(files->items[i], "-") == 0)
			return error_set(
				err, ERROR_USAGE,
				"--job: standard input can't be a job's input, for it can't be "
				"read again after a crash: save it to a file first");
	return manifest_init(&p->manifest, files->items, files->n, err);
}

static int read_settings(struct produce *p, bool *elsewhere, struct error *err)
{
	if (kafka_read_config(p->options, p->o.common.config, &p->properties, err) < 0)
		return -1;
	if (!p->o.topic)
		return error_set(err, ERROR_USAGE, "no topic: name it with --topic");
	if (p->o.dlq.no_dlq && options_origin(p->options, "dlq") == ORIGIN_OPTION)
		return error_set(err, ERROR_USAGE, "--dlq and --no-dlq contradict each other");
	if (kafka_apply_common(&p->properties, &p->o.common, err) < 0)
		return -1;
	if (!p->o.dry_run && kafka_need_brokers(&p->properties, err) < 0)
		return -1;
	if (p->o.max_failures && read_tolerance(p, err) < 0)
		return -1;
	if (apply_clusters(p, elsewhere, err) < 0)
		return -1;
	set_names(p);
	if (check_names(p, *elsewhere, err) < 0)
		return -1;
	return job_options_check(p, *elsewhere, err);
}

static int open_left(struct produce *p, struct error *err)
{
	const struct produce_options *o = &p->o;
	const struct option_list *files = options_args(p->options);
	const struct source_options source = {
		.format = (enum source_format)o->format,
		.csv = {o->csv_delimiter, o->csv_columns, o->csv_header},
		.max_record_bytes = o->max_record_bytes,
		.idle = load_idle,
		.idle_ctx = &p->load,
		.limit = o->limit,
	};
	const struct route_options route = {
		.key = o->key,
		.headers = o->headers.items,
		.n_headers = o->headers.n,
		.headers_from = o->headers_from.items,
		.n_headers_from = o->headers_from.n,
		.timestamp_from = o->timestamp_from,
	};

	p->pool = block_pool_create(BLOCK_BYTES, BLOCKS);
	p->load.source = source_create(files->items, files->n, &source, p->pool, err);
	p->load.check = p->load.source ? check_create(o->require.items, o->require.n, err) : NULL;
	p->load.route = p->load.check ? route_create(&route, p->load.check, err) : NULL;
	return p->load.route ? 0 : -1;
}

static int open_right(struct produce *p, bool dlq_elsewhere, struct error *err)
{
	const struct produce_options *o = &p->o;
	const struct deliver_options deliver = {
		.topic = o->topic,
		.properties = &p->properties,
		.dlq = p->dlq,
		.dlq_properties = &p->dlq_properties,
		.dlq_names = (enum deadletter_names)o->dlq.dlq_headers,
		.dlq_elsewhere = dlq_elsewhere,
		.fallback = p->fallback,
		.alert_command = o->dlq.alert_command,
		.job = o->job,
		.manifest = &p->manifest,
		.resume = o->resume,
		.commit_records = o->commit_records,
		.commit_ms = o->commit_interval_ms,
		.max_record_bytes = o->max_record_bytes,
		.create_topics = o->create_topics,
		.dry_run = o->dry_run,
		.keep_key_order = o->keep_key_order,
		.rate = o->rate,
		.tolerance = p->tolerance,
		.retries = (int)o->retry.retries,
		.backoff_ms = o->retry.retry_backoff_ms,
		.backoff_max_ms = o->retry.retry_backoff_max_ms,
		.breaker_threshold = (unsigned)o->retry.breaker_threshold,
		.breaker_cooldown_ms = o->retry.breaker_cooldown_ms,
		.on_outage = (enum outage)o->retry.on_outage,
		.settle_ms = SETTLE_MS,
		.stop = p->load.stop,
		.on_delivered = o->common.log_level == EVENT_DEBUG ? on_delivered : NULL,
		.on_wait = on_wait,
		.ctx = p,
		.events = &p->reports.events,
	};

	p->load.deliver = deliver_create(&deliver, err);
	return p->load.deliver ? 0 : -1;
}

static int run_load(struct produce *p)
{
	struct outcome_info info = {
		.command = "produce",
		.topic = p->o.topic,
		.dlq = p->dlq,
		.fallback = p->fallback,
		.load = &p->load,
		.common = &p->o.common,
		.resume = {.command = "produce",
			   .args = p->args,
			   .paths = options_args(p->options),
			   .limited = p->o.limit,
			   .format_given = p->o.format != SOURCE_AUTO,
			   .secrets = resume_has_secrets(p->options, &p->o.common.properties)},
		.dry_run = p->o.dry_run,
		.keeps_key_order = p->o.keep_key_order,
	};
	struct error err;
	int64_t started = clock_mono_ms();

	if (deliver_open(p->load.deliver, &err) < 0)
		return outcome_not_started(&info, &err);
	load_run(&p->load);
	progress_finish(p->reports.progress);
	info.duration_ms = clock_mono_ms() - started;
	return outcome_report(&info);
}

static void start(struct produce *p)
{
	p->load.stop = signals_install();
	common_resolve(&p->o.common);
	reports_open(&p->reports, &p->o.common, p->o.topic);
	inputs_init(&p->inputs, options_args(p->options));
	p->load.reports = &p->reports;
	p->load.inputs = &p->inputs;
}

static void produce_finish(struct produce *p)
{
	deliver_destroy(p->load.deliver);
	route_destroy(p->load.route);
	check_destroy(p->load.check);
	source_destroy(p->load.source);
	block_pool_destroy(p->pool);
	inputs_finish(&p->inputs);
	manifest_finish(&p->manifest);
	mark_clear(&p->load.stopped_at);
	reports_close(&p->reports);
	properties_finish(&p->properties);
	properties_finish(&p->dlq_properties);
	free(p->dlq);
	free(p->fallback);
	options_destroy(p->options);
}

/* -X dump and -X list need neither a topic nor files. */
static int show_properties(struct produce *p)
{
	bool elsewhere;
	struct error err;

	if (kafka_read_config(p->options, p->o.common.config, &p->properties, &err) < 0 ||
	    kafka_apply_common(&p->properties, &p->o.common, &err) < 0)
		return cmd_fail(&cmd_produce, &err);
	if (apply_clusters(p, &elsewhere, &err) < 0 ||
	    kafka_show(&p->o.common, &p->properties, p->o.dlq.no_dlq ? NULL : &p->dlq_properties,
		       p->o.max_record_bytes, &err) < 0)
		return cmd_fail(&cmd_produce, &err);
	return EXIT_DONE;
}

static int produce_run(int argc, char **argv)
{
	struct produce p = {.o = {.common = COMMON_OPTIONS_DEFAULT,
				  .retry = RETRY_OPTIONS_DEFAULT,
				  .dlq = DLQ_OPTIONS_DEFAULT,
				  .csv_header = -1,
				  .max_record_bytes = 16u << 20,
				  .commit_records = 250000,
				  .commit_interval_ms = 5000},
			    .args = argv + 1};
	bool elsewhere = false;
	struct error err;
	int status;

	p.options = cmd_options(&cmd_produce, argc, argv, &p.o, &status);
	if (!p.options)
		return status;
	if (kafka_is_asked(&p.o.common)) {
		status = show_properties(&p);
	} else if (read_settings(&p, &elsewhere, &err) < 0) {
		status = cmd_fail(&cmd_produce, &err);
	} else {
		start(&p);
		if (open_left(&p, &err) < 0 || open_right(&p, elsewhere, &err) < 0)
			status = cmd_fail(&cmd_produce, &err);
		else
			status = run_load(&p);
	}
	produce_finish(&p);
	return status;
}

const struct cmd cmd_produce = {
	.name = "produce",
	.summary = "load order files into a topic",
	.usage = "[OPTIONS] FILE... | -",
	.details =
		"Loads records from NDJSON and CSV files, plain, compressed (gzip, zstd, xz, "
		"bzip2, lz4) or in an archive (zip, tar, 7z), or from standard input. What can't "
		"be delivered goes to the dead "
		"letter queue with headers that say why, and what the DLQ doesn't take goes to a "
		"local fallback file: each record read ends in exactly one place, and the summary "
		"proves it.",
	.options = produce_uses,
	.examples = "redrive produce -b localhost:9092 -t orders.created -k customerId \\\n"
		    "    orders.ndjson\n"
		    "redrive produce -t orders.created --dlq orders.dlq \\\n"
		    "    --csv-columns id,total:number orders.csv.gz\n"
		    "zcat orders.gz | redrive produce -t orders.created -k /customer/id -\n",
	.run = produce_run,
};
