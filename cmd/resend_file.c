#include "resend_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive.h"
#include "base/clock.h"
#include "base/mem.h"
#include "deliver/fallback.h"
#include "exit.h"

/* 8 MiB of values are on their way at most. */
#define BLOCK_BYTES (1u << 20)
#define BLOCKS	    8
#define SETTLE_MS   6000
#define HEAD_BYTES  4096

char *resend_file_fallback(const struct resend_options *o, const char *path)
{
	return o->dlq.fallback ? mem_strdup(o->dlq.fallback) : mem_printf("%s.again", path);
}

static int check_writers(const struct resend_file *f, struct error *err)
{
	if (f->run->o.follow || !fallback_is_in_use(f->path))
		return 0;
	return error_set(err, ERROR_CONFIG,
			 "%s: another process is appending to it: wait until that has ended, or "
			 "replay what it appends with --follow",
			 f->path);
}

static void set_topics(struct resend_file *f)
{
	const struct survey *s = &f->survey;

	f->topics = mem_alloc(s->n + 1, sizeof(*f->topics));
	if (f->run->o.to && s->records)
		f->topics[f->n_topics++] = f->run->o.to;
	for (size_t i = 0; i < s->n && !f->run->o.to; i++)
		if (resend_is_topic(s->topics[i].name))
			f->topics[f->n_topics++] = s->topics[i].name;
}

static void set_names(struct resend_file *f)
{
	const struct dlq_options *o = &f->run->o.dlq;

	f->job = mem_printf("fallback-%016" PRIx64, f->survey.first);
	f->fallback = resend_file_fallback(&f->run->o, f->path);
	set_topics(f);
	if (o->no_dlq || !f->n_topics)
		return;
	if (o->dlq)
		f->dlq = mem_strdup(o->dlq);
	else
		f->dlq = mem_printf("%s.dlq", f->n_topics == 1 ? f->topics[0] : "TOPIC");
}

/* What is compressed would be nothing but bad lines. */
static int check_text(const struct resend_file *f, struct error *err)
{
	char head[HEAD_BYTES];
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n = fd < 0 ? 0 : pread(fd, head, sizeof(head), 0);

	if (fd >= 0)
		close(fd);
	if (n <= 0 || *head == '{' || !memchr(head, '\0', (size_t)n))
		return 0;
	return error_set(err, ERROR_CONFIG, "%s is no text: unpack what is compressed first",
			 f->path);
}

int resend_file_init(struct resend_file *f, struct resend_run *run, const char *path,
		     struct error *err)
{
	struct error why;

	*f = (struct resend_file){.run = run, .path = path};
	f->paths = (struct option_list){&f->path, 1};
	if (check_text(f, err) < 0 || check_writers(f, err) < 0)
		return -1;
	f->survey.brief = run->o.to && !run->o.follow && !run->asks;
	if (survey_look(&f->survey, path, run->o.max_record_bytes, run->o.follow, &why) < 0)
		return error_set(err, ERROR_CONFIG, "%s %s", path, why.text);
	set_names(f);
	manifest_init_growing(&f->manifest, &f->path, f->survey.end, f->survey.lines);
	f->manifest.awaited = run->o.follow;
	inputs_init(&f->inputs, &f->paths);
	return 0;
}

void resend_file_finish(struct resend_file *f)
{
	deliver_destroy(f->load.deliver);
	route_destroy(f->load.route);
	check_destroy(f->load.check);
	source_destroy(f->load.source);
	block_pool_destroy(f->pool);
	mark_clear(&f->load.stopped_at);
	inputs_finish(&f->inputs);
	manifest_finish(&f->manifest);
	survey_finish(&f->survey);
	properties_finish(&f->nowhere);
	free(f->topics);
	free(f->job);
	free(f->dlq);
	free(f->fallback);
}

static void on_delivered(void *ctx, int32_t partition, int64_t offset)
{
	struct resend_run *run = ((struct resend_file *)ctx)->run;

	event_emit(
		&run->reports.events, EVENT_DEBUG, "delivered",
		EVENT_FIELDS(EVENT_NUMBER("partition", partition), EVENT_NUMBER("offset", offset)),
		"✓ Message %llu delivered → Partition: %d, Offset: %lld",
		(unsigned long long)++run->delivered, partition, (long long)offset);
}

static void on_wait(void *ctx)
{
	load_show(&((struct resend_file *)ctx)->load);
}

/* Where no line names a topic nothing can be sent, and nobody needs to be asked. */
static bool rehearses(const struct resend_file *f)
{
	return f->run->o.dry_run || !f->n_topics;
}

static void set_resend(struct resend_file *f)
{
	struct resend_run *run = f->run;
	bool keeps = run->o.rejects && !run->o.dry_run;

	f->resend = (struct resend){
		.to = run->o.to,
		.deliver = f->load.deliver,
		.rejects = keeps ? &run->rejects : NULL,
		.plan = run->o.dry_run ? &run->plan : NULL,
		.sends_nothing = rehearses(f) && !run->o.dry_run,
		.follow = run->o.follow && !run->o.dry_run,
		.path = f->path,
		.survey = &f->survey,
		.manifest = &f->manifest,
		.max_line = run->o.max_record_bytes,
		.stop = run->stop,
		.events = &run->reports.events,
	};
	f->load.resend = &f->resend;
}

static int open_left(struct resend_file *f, struct error *err)
{
	const struct resend_options *o = &f->run->o;
	const struct source_options source = {
		.format = SOURCE_ENVELOPE,
		.max_record_bytes = o->max_record_bytes,
		.idle = load_idle,
		.idle_ctx = &f->load,
		.limit = o->limit ? o->limit - f->run->read : 0,
		.end = f->survey.end,
		.causes = o->dry_run,
	};

	f->pool = block_pool_create(BLOCK_BYTES, BLOCKS);
	f->load.source = source_create(&f->path, 1, &source, f->pool, err);
	f->load.check = f->load.source ? check_create(NULL, 0, err) : NULL;
	f->load.route =
		f->load.check ? route_create(&(struct route_options){0}, f->load.check, err) : NULL;
	return f->load.route ? 0 : -1;
}

static int open_right(struct resend_file *f, struct error *err)
{
	const struct resend_run *run = f->run;
	const struct resend_options *o = &run->o;
	const struct deliver_options deliver = {
		.topic = f->n_topics ? f->topics[0] : "",
		.topics = f->topics,
		.n_topics = f->n_topics,
		.dlq_each = !o->dlq.dlq && !o->dlq.no_dlq,
		.replay = true,
		.properties = f->n_topics ? &run->properties : &f->nowhere,
		.dlq = f->dlq,
		.dlq_properties = f->n_topics ? &run->dlq_properties : &f->nowhere,
		.dlq_names = (enum deadletter_names)o->dlq.dlq_headers,
		.fallback = f->fallback,
		.alert_command = o->dlq.alert_command,
		.job = f->job,
		.manifest = &f->manifest,
		.commit_records = o->commit_records,
		.commit_ms = o->commit_interval_ms,
		.max_record_bytes = o->max_record_bytes,
		.create_topics = o->create_topics,
		.dry_run = rehearses(f),
		.keep_key_order = o->keep_key_order,
		.rate = o->rate,
		.tolerance = run->tolerance,
		.retries = (int)o->retry.retries,
		.backoff_ms = o->retry.retry_backoff_ms,
		.backoff_max_ms = o->retry.retry_backoff_max_ms,
		.breaker_threshold = (unsigned)o->retry.breaker_threshold,
		.breaker_cooldown_ms = o->retry.breaker_cooldown_ms,
		.on_outage = o->on_outage == RESEND_WAIT ? OUTAGE_WAIT : OUTAGE_STOP,
		.settle_ms = SETTLE_MS,
		.stop = run->stop,
		.on_delivered = o->common.log_level == EVENT_DEBUG ? on_delivered : NULL,
		.on_wait = on_wait,
		.ctx = f,
		.events = &run->reports.events,
	};

	f->load.deliver = deliver_create(&deliver, err);
	return f->load.deliver ? 0 : -1;
}

/* A line that nobody has finished is no part of the job: it may become another. */
static int reject_torn(struct resend_file *f, int status)
{
	const struct survey *s = &f->survey;
	struct resend_run *run = f->run;
	const char *code = contract_of_fault(FAULT_INVALID_ENVELOPE).code;

	if (!s->torn || (status != EXIT_DONE && status != EXIT_DLQ && status != EXIT_FALLBACK &&
			 status != EXIT_REJECTED))
		return status;
	ledger_read(&run->total);
	ledger_settle(&run->total, OUTCOME_REJECTED);
	ledger_error(&run->total, code);
	event_emit(&run->reports.events, EVENT_ERROR, "record_rejected",
		   EVENT_FIELDS(EVENT_TEXT("code", code), EVENT_TEXT("file", f->path),
				EVENT_NUMBER("line", s->lines + 1), EVENT_NUMBER("offset", s->end),
				EVENT_NUMBER("bytes", s->torn)),
		   "%s:%" PRIu64 ": rejected, bytes %" PRIu64 " to %" PRIu64
		   ": the last line is torn: it ends in the middle",
		   f->path, s->lines + 1, s->end, s->end + s->torn);
	if (f->resend.rejects && archive_keep_end(f->path, s->end, s->torn, f->resend.rejects) < 0)
		return EXIT_STOPPED;
	return EXIT_REJECTED;
}

static void add_figures(struct resend_file *f)
{
	struct resend_run *run = f->run;
	const struct job *job = deliver_job(f->load.deliver);

	ledger_add(&run->total, deliver_ledger(f->load.deliver));
	run->read += deliver_ledger(f->load.deliver)->read;
	if (job && (job->announced || job->start == JOB_COMPLETE))
		run->total.already_resolved += job->first.records;
}

/* With one file the topic is told in the metrics, too. */
static void set_label(struct resend_file *f)
{
	struct resend_run *run = f->run;

	for (size_t i = 0; i < f->n_topics; i++) {
		run->several =
			run->several || (run->label && strcmp(run->label, f->topics[i]) != 0);
		if (!run->label)
			run->label = mem_strdup(f->topics[i]);
	}
}

static void archive(struct resend_file *f, int status)
{
	const struct job *job = deliver_job(f->load.deliver);

	if (f->run->o.archive && job && manifest_is_done(&f->manifest, &job->done))
		archive_file(f->path, &f->survey, status, &f->run->reports.events);
}

/* A dry run tells of what it has found, and then that nothing would be done about it. */
static int say_obstacle(const struct resend_file *f, const struct error *why)
{
	event_emit(&f->run->reports.events, EVENT_ERROR, "not_started",
		   EVENT_FIELDS(EVENT_TEXT("file", f->path)),
		   "As it is nothing of %s would be sent: %s", f->path, why->text);
	return EXIT_STOPPED;
}

static int run_load(struct resend_file *f, struct outcome_info *info)
{
	struct buf resume = {0};
	struct error err;
	int status;

	if (deliver_open(f->load.deliver, &err) < 0)
		return outcome_say_not_started(info, &err);
	load_run(&f->load);
	progress_finish(f->run->reports.progress);
	info->obstacle = info->dry_run && deliver_check_outlets(f->load.deliver, &err) < 0;
	status = outcome_say(info, &resume);
	buf_finish(&resume);
	add_figures(f);
	if (info->obstacle)
		return say_obstacle(f, &err);
	status = reject_torn(f, status);
	archive(f, status);
	return status;
}

int resend_file_run(struct resend_file *f)
{
	struct resend_run *run = f->run;
	struct outcome_info info = {
		.command = "replay-fallback",
		.dlq = f->dlq,
		.fallback = f->fallback,
		.rejects = run->o.dry_run ? NULL : run->o.rejects,
		.load = &f->load,
		.common = &run->o.common,
		.resume = {.command = "replay-fallback",
			   .args = run->args,
			   .paths = &f->paths,
			   .format_given = true,
			   .limited = true},
		.dry_run = run->o.dry_run,
		.keeps_key_order = run->o.keep_key_order,
	};
	struct error err;

	f->load.stop = run->stop;
	f->load.reports = &run->reports;
	f->load.inputs = &f->inputs;
	set_label(f);
	if (open_left(f, &err) < 0 || open_right(f, &err) < 0) {
		event_emit(&run->reports.events, EVENT_ERROR, "not_started", EVENT_NO_FIELDS,
			   "Nothing was sent: %s", err.text);
		return err.kind == ERROR_USAGE ? EXIT_USAGE : EXIT_STOPPED;
	}
	set_resend(f);
	return run_load(f, &info);
}
