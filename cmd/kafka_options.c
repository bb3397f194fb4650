#include "kafka_options.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cmd.h"
#include "dispatch.h"

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
	return rc;
}

static const char *brokers_of(const struct properties *p)
{
	const char *brokers = properties_get(p, "bootstrap.servers");

	return brokers ? brokers : "";
}

int kafka_apply_common(struct properties *p, const struct common_options *o, struct error *err)
{
	if (o->brokers)
		properties_set(p, "bootstrap.servers", o->brokers, "--brokers");
	for (size_t i = 0; i < o->properties.n; i++)
		if (properties_set_pair(p, o->properties.items[i], "-X", err) < 0)
			return -1;
	if (*brokers_of(p))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "no brokers: name them with --brokers HOST:PORT, the environment variable "
			 "REDRIVE_BROKERS, or bootstrap.servers in --config");
}

static void apply_ms(struct properties *p, const char *name, int64_t ms)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, ms);
	properties_default(p, name, text);
}

void kafka_apply_retry(struct properties *p, const struct retry_options *o)
{
	apply_ms(p, "request.timeout.ms", o->request_timeout_ms);
	apply_ms(p, "message.timeout.ms", o->delivery_timeout_ms);
}

int kafka_dlq_properties(struct properties *p, const struct properties *main,
			 const struct dlq_options *o, bool *elsewhere, struct error *err)
{
	properties_copy(p, main);
	if (o->dlq_config && properties_read(p, o->dlq_config, err) < 0)
		return -1;
	if (o->dlq_brokers)
		properties_set(p, "bootstrap.servers", o->dlq_brokers, "--dlq-brokers");
	*elsewhere = strcmp(brokers_of(main), brokers_of(p)) != 0;
	return 0;
}
