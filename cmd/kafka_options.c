#include "kafka_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd.h"
#include "dispatch.h"
#include "kafka/brokers.h"
#include "kafka/java.h"
#include "kafka_show.h"

#define OWN_KEYS "redrive."

int kafka_read_config(struct options *options, const char *path, struct properties *p,
		      struct error *err)
{
	struct config_entry *entries;
	int rc;

	if (!path)
		return 0;
	if (properties_read(p, path, err) < 0)
		return -1;
	entries = mem_alloc(p->n, sizeof(*entries));
	for (size_t i = 0; i < p->n; i++)
		entries[i] = (struct config_entry){p->items[i].name, p->items[i].value,
						   p->items[i].line};
	rc = dispatch_check_config(cmd_table, entries, p->n, path, err);
	if (rc == 0)
		rc = options_apply_config(options, entries, p->n, path, err);
	free(entries);
	java_translate(p);
	return rc;
}

static const char *brokers_of(const struct properties *p)
{
	const char *brokers = properties_get(p, "bootstrap.servers");

	return brokers ? brokers : "";
}

/* The addresses are right, if there are any. */
static int check_brokers(const struct properties *p, struct error *err)
{
	const struct property *brokers = properties_find(p, "bootstrap.servers");

	if (!brokers || !*brokers->value)
		return 0;
	return brokers_check(brokers->value, brokers->origin, err);
}

static const struct option_spec *find_key(const char *key)
{
	for (const struct cmd *const *cmd = cmd_table; *cmd; cmd++)
		for (const struct option_use *use = (*cmd)->options; use && use->group; use++)
			for (const struct option_spec *s = use->group->specs; s->name; s++)
				if (s->config_key && strcmp(s->config_key, key) == 0)
					return s;
	return NULL;
}

/* An option's text may hold a secret; its number doesn't. */
static int refuse_option(const struct property *item, struct error *err)
{
	const struct option_spec *s = find_key(item->name);

	if (!s)
		return error_set(err, ERROR_USAGE,
				 "%s: no property begins with " OWN_KEYS
				 "; what does is an option, to be given as one",
				 item->origin);
	return error_set(err, ERROR_USAGE, "%s: %s is an option: give --%s %.60s", item->origin,
			 item->name, s->name, s->kind == OPTION_STRING ? s->arg : item->value);
}

/* Options count on the command line and in --config only. */
static int refuse_options(const struct properties *p, struct error *err)
{
	for (size_t i = 0; i < p->n; i++)
		if (strncmp(p->items[i].name, OWN_KEYS, strlen(OWN_KEYS)) == 0)
			return refuse_option(&p->items[i], err);
	return 0;
}

static int add_pairs(struct properties *p, const struct option_list *pairs, struct error *err)
{
	struct properties given = {0};
	int rc = 0;

	for (size_t i = 0; i < pairs->n && rc == 0; i++)
		if (!kafka_is_question(pairs->items[i]))
			rc = properties_set_pair(&given, pairs->items[i], "-X", err);
	if (rc == 0)
		rc = refuse_options(&given, err);
	java_translate(&given);
	properties_copy(p, &given);
	properties_finish(&given);
	return rc;
}

int kafka_apply_common(struct properties *p, const struct common_options *o, struct error *err)
{
	if (o->brokers)
		properties_set(p, "bootstrap.servers", o->brokers, "--brokers");
	if (add_pairs(p, &o->properties, err) < 0)
		return -1;
	return check_brokers(p, err);
}

int kafka_need_brokers(const struct properties *p, struct error *err)
{
	if (*brokers_of(p))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "no brokers: name them with --brokers HOST:PORT, the environment variable "
			 "REDRIVE_BROKERS, or bootstrap.servers in --config");
}

/* -X beats an option, which beats the file. */
static void apply_ms(struct properties *p, const struct options *options, const char *name,
		     int64_t ms, const char *option)
{
	const struct property *set = properties_find(p, name);
	char text[24];

	if (set && (strcmp(set->origin, "-X") == 0 ||
		    options_origin(options, option + strlen("--")) < ORIGIN_ENVIRONMENT))
		return;
	snprintf(text, sizeof(text), "%" PRId64, ms);
	properties_set(p, name, text, option);
}

void kafka_apply_retry(struct properties *p, const struct options *options,
		       const struct retry_options *o)
{
	apply_ms(p, options, "request.timeout.ms", o->request_timeout_ms, "--request-timeout");
	apply_ms(p, options, "message.timeout.ms", o->delivery_timeout_ms, "--delivery-timeout");
}

static int add_file(struct properties *p, const char *path, struct error *err)
{
	struct properties read = {0};
	int rc = properties_read(&read, path, err);

	if (rc == 0)
		rc = refuse_options(&read, err);
	java_translate(&read);
	properties_copy(p, &read);
	properties_finish(&read);
	return rc;
}

int kafka_dlq_properties(struct properties *p, const struct properties *main,
			 const struct dlq_options *o, bool *elsewhere, struct error *err)
{
	properties_copy(p, main);
	if (o->dlq_config && add_file(p, o->dlq_config, err) < 0)
		return -1;
	if (o->dlq_brokers)
		properties_set(p, "bootstrap.servers", o->dlq_brokers, "--dlq-brokers");
	*elsewhere = strcmp(brokers_of(main), brokers_of(p)) != 0;
	return check_brokers(p, err);
}
