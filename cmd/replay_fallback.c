#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"
#include "cmd.h"
#include "exit.h"
#include "kafka_options.h"
#include "kafka_show.h"
#include "question.h"
#include "resend_file.h"
#include "report/metrics.h"
#include "signals.h"

/* More are replayed from a terminal only when somebody there says yes. */
#define ASK_FROM 1000

/* The gravest last. */
static int rank_of(int status)
{
	static const int ranks[] = {EXIT_DONE,	  EXIT_DLQ,   EXIT_FALLBACK, EXIT_REJECTED,
				    EXIT_STOPPED, EXIT_USAGE, EXIT_FATAL};

	for (size_t i = 0; i < ARRAY_SIZE(ranks); i++)
		if (ranks[i] == status)
			return (int)i;
	return (int)ARRAY_SIZE(ranks); /* a signal */
}

static bool goes_on_after(int status)
{
	return rank_of(status) <= rank_of(EXIT_REJECTED);
}

static int check_no_stdin(const struct option_list *files, struct error *err)
{
	for (size_t i = 0; i < files->n; i++)
		if (strcmp(files->items[i], "-") == 0)
			return error_set(err, ERROR_USAGE,
					 "standard input can't be replayed exactly once, for it "
					 "can't be read again after a crash: save it to a file "
					 "first");
	return 0;
}

/* Files that this run writes must not be one that it reads, or each other. */
static int check_written(const struct resend_run *run, const char *fallback, struct error *err)
{
	const char *const written[] = {run->o.common.metrics_file, run->o.rejects, fallback};
	const char *const names[] = {"--metrics-file", "--rejects", "--fallback"};
	const struct option_list *files = options_args(run->options);

	for (size_t i = 0; i < ARRAY_SIZE(written); i++) {
		bool taken = false;

		for (size_t k = 0; k < files->n && written[i]; k++)
			taken = taken || files_same(written[i], files->items[k]);
		for (size_t k = i + 1; k < ARRAY_SIZE(written) && written[i]; k++)
			taken = taken || (written[k] && files_same(written[i], written[k]));
		if (taken)
			return error_set(err, ERROR_USAGE,
					 "%s %s is a file that this run reads or writes otherwise: "
					 "name another",
					 names[i], written[i]);
	}
	return 0;
}

static int check_files(const struct resend_run *run, struct error *err)
{
	const struct option_list *files = options_args(run->options);
	int rc = check_no_stdin(files, err);

	if (rc == 0 && !files->n)
		rc = error_set(err, ERROR_USAGE, "no input: name the fallback files to replay");
	if (rc == 0 && run->o.follow && files->n > 1)
		rc = error_set(err, ERROR_USAGE, "--follow: one file can be followed at a time");
	if (rc == 0 && run->o.follow && (run->o.limit || run->o.archive))
		rc = error_set(err, ERROR_USAGE,
			       "--follow goes on for ever, so --limit and --archive make no sense "
			       "with it");
	for (size_t i = 0; i < files->n && rc == 0; i++) {
		char *fallback = resend_file_fallback(&run->o, files->items[i]);
		const struct option_list one = {&files->items[i], 1};

		rc = inputs_check(&one, fallback, err);
		if (rc == 0)
			rc = check_written(run, fallback, err);
		free(fallback);
	}
	if (rc == 0 && run->o.common.metrics_file)
		rc = metrics_check(run->o.common.metrics_file, err);
	return rc;
}

static int read_tolerance(struct resend_run *run, struct error *err)
{
	struct error why;

	if (!run->o.max_failures ||
	    tolerance_parse(&run->tolerance, run->o.max_failures, &why) == 0)
		return 0;
	return error_set(err, ERROR_USAGE, "--max-failures: %s", why.text);
}

static int read_cluster(struct resend_run *run, struct options *options, struct error *err)
{
	if (kafka_read_config(options, run->o.common.config, &run->properties, err) < 0 ||
	    kafka_apply_common(&run->properties, &run->o.common, err) < 0)
		return -1;
	kafka_apply_retry(&run->properties, options, &run->o.retry);
	properties_copy(&run->dlq_properties, &run->properties);
	return 0;
}

static int read_settings(struct resend_run *run, struct options *options, struct error *err)
{
	if (read_cluster(run, options, err) < 0)
		return -1;
	if (run->o.dlq.no_dlq && options_origin(options, "dlq") == ORIGIN_OPTION)
		return error_set(err, ERROR_USAGE, "--dlq and --no-dlq contradict each other");
	if (!run->o.dry_run && kafka_need_brokers(&run->properties, err) < 0)
		return -1;
	return read_tolerance(run, err) < 0 ? -1 : check_files(run, err);
}

static void add_topics(struct buf *out, const struct resend_file *f)
{
	char digits[TEXT_COUNT_SIZE];

	if (f->run->o.to) {
		text_add_escaped(out, slice_of(f->run->o.to));
		return;
	}
	for (size_t i = 0; i < f->survey.n; i++) {
		buf_add_str(out, i ? ", " : "");
		text_add_escaped(out, slice_of(f->survey.topics[i].name));
		buf_addf(out, " (%s)", text_count(f->survey.topics[i].records, digits));
	}
}

static bool is_confirmed(const struct resend_file *f)
{
	char digits[TEXT_COUNT_SIZE];
	struct buf question = {0};
	bool yes;

	if (!f->run->asks || f->survey.records <= ASK_FROM)
		return true;
	buf_addf(&question, "Replay the %s messages of ", text_count(f->survey.records, digits));
	text_add_escaped(&question, slice_of(f->path));
	buf_add_str(&question, " to ");
	add_topics(&question, f);
	buf_add_char(&question, '?');
	yes = question_ask(question.data);
	buf_finish(&question);
	return yes;
}

static int replay_one(struct resend_run *run, size_t number, const char *path)
{
	struct resend_file f;
	struct error err;
	uint64_t before = run->total.read;
	int status = EXIT_STOPPED;

	if (resend_file_init(&f, run, path, &err) < 0)
		event_emit(&run->reports.events, EVENT_ERROR, "not_started", EVENT_NO_FIELDS,
			   "Nothing was sent: %s", err.text);
	else if (!is_confirmed(&f))
		event_emit(&run->reports.events, EVENT_WARNING, "not_confirmed", EVENT_NO_FIELDS,
			   "Nothing was sent of %s: nobody said yes (--yes does)", path);
	else
		status = resend_file_run(&f);
	run->inputs[number] = (struct summary_input){
		.name = path,
		.records = run->total.read - before,
		.bytes = f.inputs.n_all ? f.inputs.all[0].bytes : 0,
	};
	resend_file_finish(&f);
	return status;
}

static int replay_all(struct resend_run *run, size_t *n)
{
	const struct option_list *files = options_args(run->options);
	int status = EXIT_DONE;

	for (*n = 0; *n < files->n && goes_on_after(status) && !*run->stop; ++*n) {
		int ended;

		if (run->o.limit && run->read >= run->o.limit)
			break;
		ended = replay_one(run, *n, files->items[*n]);
		status = rank_of(ended) > rank_of(status) ? ended : status;
	}
	return status;
}

static void print_plan(const struct resend_run *run)
{
	struct buf out = {0};

	if (run->o.common.summary == SUMMARY_TEXT && run->o.dry_run) {
		plan_text(&out, &run->plan);
		fputs(out.data, stdout);
	}
	buf_finish(&out);
}

static int run_all(struct resend_run *run)
{
	struct outcome_info info = {.common = &run->o.common, .dry_run = run->o.dry_run};
	struct summary s = {.command = "replay-fallback", .ledger = &run->total, .replay = true};
	int64_t started = clock_mono_ms();
	struct load load = {.reports = &run->reports};
	struct buf members = {0};

	s.exit_status = replay_all(run, &s.n_inputs);
	if (run->o.dry_run)
		plan_json(&members, &run->plan);
	info.load = &load;
	info.topic = run->several ? NULL : run->label;
	s.duration_s = (double)(clock_mono_ms() - started) / 1000;
	s.dry_run = run->o.dry_run;
	s.inputs = run->inputs;
	s.members = members.len ? buf_slice(&members) : SLICE_NULL;
	print_plan(run);
	s.exit_status = outcome_print(&info, &s);
	buf_finish(&members);
	return s.exit_status;
}

static int start(struct resend_run *run, struct error *err)
{
	run->stop = signals_install();
	common_resolve(&run->o.common);
	run->asks = !run->o.yes && !run->o.dry_run && question_is_possible();
	reports_open(&run->reports, &run->o.common, "");
	ledger_init(&run->total);
	run->inputs = mem_alloc(options_args(run->options)->n, sizeof(*run->inputs));
	if (run->o.rejects && !run->o.dry_run)
		return rejects_open(&run->rejects, run->o.rejects, err);
	return 0;
}

static void finish(struct resend_run *run, struct options *options)
{
	rejects_close(&run->rejects);
	plan_finish(&run->plan);
	ledger_finish(&run->total);
	reports_close(&run->reports);
	properties_finish(&run->properties);
	properties_finish(&run->dlq_properties);
	free(run->inputs);
	free(run->label);
	options_destroy(options);
}

static int show_properties(struct resend_run *run, struct options *options)
{
	struct error err;

	if (read_cluster(run, options, &err) < 0 ||
	    kafka_show(&run->o.common, &run->properties, NULL, run->o.max_record_bytes, &err) < 0)
		return cmd_fail(&cmd_replay_fallback, &err);
	return EXIT_DONE;
}

static int replay_fallback_run(int argc, char **argv)
{
	struct resend_run run = {
		.o = RESEND_OPTIONS_DEFAULT, .args = argv + 1, .rejects = {.fd = -1}};
	struct options *options;
	struct error err;
	int status;

	options = cmd_options(&cmd_replay_fallback, argc, argv, &run.o, &status);
	if (!options)
		return status;
	run.options = options;
	if (kafka_is_asked(&run.o.common))
		status = show_properties(&run, options);
	else if (read_settings(&run, options, &err) < 0 || start(&run, &err) < 0)
		status = cmd_fail(&cmd_replay_fallback, &err);
	else
		status = run_all(&run);
	finish(&run, options);
	return status;
}

const struct cmd cmd_replay_fallback = {
	.name = "replay-fallback",
	.summary = "send the records of fallback files where they belong, once",
	.usage = "[OPTIONS] FILE...",
	.details =
		"Sends the records of fallback files, each to the topic that it names, with its "
		"key, "
		"value, headers and timestamp as they were, and exactly once: run it again after a "
		"crash, or by mistake, and nothing comes twice. It takes the lines that kcat -J, "
		"rpk, kaf and kafkactl print, too. A line that can't be replayed is named and left "
		"to be mended; the others go on.",
	.options = resend_uses,
	.examples = "redrive replay-fallback --dry-run -b localhost:9092 \\\n"
		    "    orders.created.fallback.ndjson\n"
		    "redrive replay-fallback -b localhost:9092 --archive --rejects bad.ndjson \\\n"
		    "    orders.created.fallback.ndjson\n",
	.run = replay_fallback_run,
};
