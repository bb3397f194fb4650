#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cmd.h"
#include "deliver/checkpoints.h"
#include "deliver/retention.h"
#include "exit.h"
#include "groups.h"
#include "jobs_show.h"
#include "kafka/cluster.h"
#include "kafka_options.h"
#include "kafka_show.h"
#include "question.h"
#include "report/json.h"
#include "report/log.h"
#include "report/terminal.h"

/* How long a cluster may take to answer at all, then to tell of its jobs, and then,
 * which is only good to know, how long it keeps them. */
#define PATIENCE_MS  10000
#define JOBS_MS	     15000
#define RETENTION_MS 5000
/* Of what is no terminal: as wide as it needs. */
#define ENDLESS 100000
/* For -X dump: as for a load. */
#define RECORD_BYTES (16u << 20)

struct jobs_options {
	struct common_options common;
	bool forget, yes;
};

#define AT(member) .offset = offsetof(struct jobs_options, member)
static const struct option_spec forget_specs[] = {
	{0, "forget", NULL, "forget the job NAME: it starts over from its first record",
	 OPTION_FLAG, AT(forget)},
	{0, "yes", NULL, "forget it without asking", OPTION_FLAG, AT(yes)},
	{0},
};
#undef AT

static const struct option_group forget_group = {"Starting over", forget_specs};
static const struct option_use jobs_uses[] = {
	{&forget_group, 0},
	{&result_group, offsetof(struct jobs_options, common)},
	{&common_group, offsetof(struct jobs_options, common)},
	{0},
};

struct jobs {
	struct jobs_options o;
	struct options *options;
	const char *name; /* of the one in question, or NULL */
	struct properties properties;
	struct log *log;
	struct event_sink events;
	struct client client;
	struct checkpoints_list list;
	int64_t kept_ms;
	bool forgotten;
};

static int print(const struct jobs *j, const struct buf *text, int status)
{
	if (j->o.common.summary == SUMMARY_TEXT)
		fputs(text->len ? text->data : "", stdout);
	return status;
}

static int print_json(const struct jobs *j, const struct error *err, int status)
{
	struct buf out = {0};

	if (j->o.common.summary != SUMMARY_JSON)
		return status;
	buf_add_str(&out, "{\"command\":\"jobs\",\"jobs\":");
	jobs_json(&out, &j->list, j->kept_ms);
	if (j->o.forget)
		buf_addf(&out, ",\"forgotten\":%s", j->forgotten ? "true" : "false");
	if (err) {
		buf_add_str(&out, ",\"error\":");
		json_add_text(&out, err->text);
	}
	buf_addf(&out, ",\"exit\":%d}\n", status);
	fputs(out.data, stdout);
	buf_finish(&out);
	return status;
}

static int fail(const struct jobs *j, const struct error *err)
{
	return print_json(j, err, cmd_fail(&cmd_jobs, err));
}

/* "Records" that wait for nothing and go nowhere need none of a load's settings. */
static int connect_client(struct jobs *j, struct error *err)
{
	static const char *const defaults[][2] = {{"client.id", "redrive"},
						  {"reconnect.backoff.max.ms", "1000"}};

	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++)
		properties_default(&j->properties, defaults[i][0], defaults[i][1]);
	if (client_check(&j->properties, err) < 0 ||
	    client_init(&j->client, "jobs", &j->properties, NULL, &j->events, err) < 0)
		return -1;
	switch (cluster_reach(&j->client, PATIENCE_MS, NULL, err)) {
	case CLUSTER_UP:
		return 0;
	case CLUSTER_MISCONFIGURED:
		return -1;
	default:
		return error_set(err, ERROR_OUTPUT, "no broker answers at %s%s%s",
				 properties_get(&j->properties, "bootstrap.servers"),
				 *client_last_error(&j->client) ? ": " : "",
				 client_last_error(&j->client));
	}
}

static struct checkpoints within(struct jobs *j, int timeout_ms)
{
	return (struct checkpoints){&j->client, timeout_ms, NULL};
}

/* How long the broker keeps jobs takes a permission of its own: without it, it is
 * not known. */
static void read_retention(struct jobs *j)
{
	struct checkpoints k = within(j, RETENTION_MS);
	struct error why;

	if (!j->list.n || retention_of_offsets(&k, &j->kept_ms, &why) == 0)
		return;
	j->kept_ms = JOBS_KEPT_UNKNOWN;
	event_emit(&j->events, EVENT_INFO, "retention_unknown", EVENT_NO_FIELDS,
		   "How long the broker keeps a job is not known: %s", why.text);
}

static int read_jobs(struct jobs *j, struct error *err)
{
	struct checkpoints k = within(j, JOBS_MS);

	if (connect_client(j, err) < 0 || checkpoints_list(&k, j->name, &j->list, err) < 0)
		return -1;
	if (j->name && !j->list.n)
		return error_set(err, ERROR_CONFIG,
				 "no job %s: it has committed nothing yet, was forgotten, or has "
				 "expired; or its topic may not be seen for want of Describe",
				 j->name);
	read_retention(j);
	return 0;
}

static int show(struct jobs *j)
{
	struct buf out = {0};
	int status;

	if (j->name)
		jobs_details(&out, &j->list.items[0], j->kept_ms);
	else if (j->list.n)
		jobs_table(&out, &j->list, j->kept_ms, terminal_width(stdout, ENDLESS));
	else
		buf_add_str(&out, "No jobs: 'redrive produce --job NAME' begins one.\n");
	status = print_json(j, NULL, print(j, &out, EXIT_DONE));
	buf_finish(&out);
	return status;
}

static bool is_confirmed(const struct jobs *j)
{
	const struct checkpoint *c = &j->list.items[0].checkpoint;
	struct buf question = {0};
	bool yes;

	if (j->o.yes)
		return true;
	buf_add_str(&question, "Forget job ");
	text_add_escaped(&question, slice_of(c->job));
	buf_add_str(&question, " (");
	jobs_progress(&question, c);
	buf_add_str(&question, ")? What it has loaded stays in the topic, and is loaded again "
			       "from the first record on.");
	yes = question_ask(question.data);
	buf_finish(&question);
	return yes;
}

static int forget(struct jobs *j)
{
	struct checkpoints k = within(j, JOBS_MS);
	struct buf out = {0};
	struct error err;
	int status, rc = 0;

	if (is_confirmed(j)) {
		rc = checkpoints_forget(&k, j->name, &err);
		if (rc < 0)
			return fail(j, &err);
		j->forgotten = true;
	}
	buf_add_str(&out, j->forgotten ? "Forgot job " : "Nothing was changed: job ");
	text_add_escaped(&out, slice_of(j->name));
	buf_add_str(&out, j->forgotten ? ": it starts over from its first record when it is run "
					 "again.\n"
				       : " is kept.\n");
	status = print_json(j, NULL, print(j, &out, EXIT_DONE));
	buf_finish(&out);
	return status;
}

/* What is asked for is what this command is there for, also with -q. */
static void open_log(struct jobs *j)
{
	struct common_options *o = &j->o.common;

	if (o->summary < 0)
		o->summary = SUMMARY_TEXT;
	common_resolve(o);
	j->log = log_create(stderr, (enum log_format)o->log_format, (enum event_level)o->log_level,
			    common_color(o, stderr));
	j->events = log_sink(j->log);
}

static int check_arguments(struct jobs *j)
{
	const struct option_list *args = options_args(j->options);

	if (args->n > 1)
		return cmd_usage(&cmd_jobs, "one NAME at most, not %zu", args->n);
	j->name = args->n ? args->items[0] : NULL;
	if (j->name && !*j->name)
		return cmd_usage(&cmd_jobs, "the NAME is empty");
	if (j->o.forget && !j->name)
		return cmd_usage(&cmd_jobs, "--forget needs the NAME of the job to forget");
	if (j->o.yes && !j->o.forget)
		return cmd_usage(&cmd_jobs, "--yes means nothing without --forget");
	if (j->o.forget && !j->o.yes && !question_is_possible())
		return cmd_usage(&cmd_jobs,
				 "--forget asks first, and there is no terminal to ask on: pass "
				 "--yes");
	return EXIT_DONE;
}

static int run(struct jobs *j)
{
	struct error err;
	int status;

	if (kafka_read_config(j->options, j->o.common.config, &j->properties, &err) < 0 ||
	    kafka_apply_common(&j->properties, &j->o.common, &err) < 0)
		return cmd_fail(&cmd_jobs, &err);
	if (kafka_is_asked(&j->o.common))
		return kafka_show(&j->o.common, &j->properties, NULL, RECORD_BYTES, &err) < 0
			       ? cmd_fail(&cmd_jobs, &err)
			       : EXIT_DONE;
	status = check_arguments(j);
	if (status != EXIT_DONE)
		return status;
	if (kafka_need_brokers(&j->properties, &err) < 0)
		return cmd_fail(&cmd_jobs, &err);
	open_log(j);
	if (read_jobs(j, &err) < 0)
		return err.kind == ERROR_USAGE ? cmd_fail(&cmd_jobs, &err) : fail(j, &err);
	return j->o.forget ? forget(j) : show(j);
}

static int jobs_run(int argc, char **argv)
{
	struct jobs j = {.o = {.common = COMMON_OPTIONS_DEFAULT}, .kept_ms = JOBS_KEPT_UNKNOWN};
	int status;

	j.options = cmd_options(&cmd_jobs, argc, argv, &j.o, &status);
	if (!j.options)
		return status;
	status = run(&j);
	checkpoints_list_finish(&j.list);
	client_finish(&j.client);
	log_destroy(j.log);
	properties_finish(&j.properties);
	options_destroy(j.options);
	return status;
}

const struct cmd cmd_jobs = {
	.name = "jobs",
	.summary = "exactly-once jobs and how far they are",
	.usage = "[OPTIONS] [NAME]",
	.details = "Lists the jobs that 'redrive produce --job' has begun on the cluster: what "
		   "they load, how far they are, and until when the broker keeps their "
		   "checkpoints. With a NAME it tells all that is known of that job. The exit "
		   "status is 5 when there is no such job, or the cluster can't be asked.",
	.options = jobs_uses,
	.examples = "redrive jobs -b localhost:9092\n"
		    "redrive jobs nightly\n"
		    "redrive jobs nightly --forget --yes\n",
	.run = jobs_run,
};
