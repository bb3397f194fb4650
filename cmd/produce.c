#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/mem.h"
#include "cmd.h"
#include "exit.h"
#include "inputs.h"
#include "job/manifest.h"
#include "kafka_options.h"
#include "kafka_show.h"
#include "load.h"
#include "outcome.h"
#include "produce_options.h"
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
	static const char *const needs_job[] = {"resume", "skip-damaged", "commit-records",
						"commit-interval"};

	for (size_t i = 0; i < ARRAY_SIZE(needs_job); i++)
		if (options_origin(p->options, needs_job[i]) == ORIGIN_OPTION)
			return error_set(err, ERROR_USAGE, "--%s is for jobs: name one with --job",
					 needs_job[i]);
	return 0;
}

/* A place in a file means the same only while it is read in the same way. */
static uint32_t reading_print(const struct produce_options *o)
{
	char *text =
		mem_printf("%d %d %d %" PRIu64 " %s", o->format, o->csv_delimiter, o->csv_header,
			   o->max_record_bytes, o->csv_columns ? o->csv_columns : "");
	uLong print = crc32(0, (const Bytef *)text, (uInt)strlen(text));

	free(text);
	return (uint32_t)print;
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
	if (manifest_init(&p->manifest, files->items, files->n, err) < 0)
		return -1;
	p->manifest.reading = reading_print(&p->o);
	return 0;
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
	p->load.skip_damaged = p->o.skip_damaged;
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
	struct produce p = {.o = PRODUCE_OPTIONS_DEFAULT, .args = argv + 1};
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
		    "redrive produce -t orders.created -k customerId --job orders-2026-11-23 \\\n"
		    "    orders.tar.zst\n"
		    "zcat orders.gz | redrive produce -t orders.created -k /customer/id -\n",
	.run = produce_run,
};
