#include "kafka/objection.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "kafka/secrets.h"

static bool is_in_name(char c)
{
	return isalnum((unsigned char)c) || c == '.' || c == '_';
}

static bool names(const char *text, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = text; (at = strstr(at, name)); at++)
		if ((at == text || !is_in_name(at[-1])) &&
		    (!is_in_name(at[len]) || (at[len] == '.' && !is_in_name(at[len + 1]))))
			return true;
	return false;
}

/* What librdkafka calls some properties in its objections. */
static const struct {
	const char *name, *as;
} called[] = {
	{"max.in.flight.requests.per.connection", "max.in.flight"},
	{"message.send.max.retries", "retries"},
	{"sasl.mechanism", "SASL mechanism"},
	{"sasl.mechanism", "sasl.kerberos"},
};

static bool is_named(const char *text, const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(called); i++)
		if (strcmp(called[i].name, name) == 0 && strstr(text, called[i].as))
			return true;
	return names(text, name);
}

static void add_origin(struct buf *out, const struct property *item)
{
	bool secret = properties_is_secret(item->name);

	buf_addf(out, "%s%s=%.60s, %s%s", out->len ? "; " : "", item->name,
		 secret ? SECRETS_MASK : item->value,
		 strcmp(item->origin, "default") ? "from " : "redrive's ", item->origin);
}

static void add_hint(struct buf *out, const struct properties *p, const char *text)
{
	const struct property *idempotence = properties_find(p, "enable.idempotence");

	if ((strstr(text, "kerberos") || strstr(text, "GSSAPI")) &&
	    !properties_get(p, "sasl.mechanism"))
		buf_add_str(out, "sasl.mechanism is GSSAPI unless it is set");
	if (strstr(text, "enable.idempotence") && idempotence &&
	    strcmp(idempotence->origin, "default") == 0)
		buf_add_str(out, "; with enable.idempotence=false too it is allowed, and records "
				 "may be doubled or change places");
}

static bool is_true(const char *value)
{
	return strcasecmp(value, "true") == 0 || strcasecmp(value, "t") == 0 ||
	       strcmp(value, "1") == 0;
}

static bool is_not_zero(const char *value)
{
	return strtol(value, NULL, 0) != 0;
}

/* What would end all delivery reports, or all deliveries. */
static const struct rule {
	const char *name;
	bool (*harms)(const char *value); /* NULL: any does */
	const char *why;
	bool only_x; /* elsewhere it is left out: the file is another program's, too */
} rules[] = {
	{"delivery.report.only.error", is_true,
	 "redrive counts what is delivered by the reports of it; remove it", false},
	{"enabled_events", is_not_zero, "redrive takes callbacks, not events; remove it", false},
	{"transactional.id", NULL, "--job sets it; remove it", true},
};

int objection_check(const struct properties *p, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct rule *rule = &rules[i];
		const struct property *item = properties_find(p, rule->name);

		if (!item || (rule->harms && !rule->harms(item->value)) ||
		    (rule->only_x && strcmp(item->origin, "-X") != 0))
			continue;
		return error_set(err, ERROR_USAGE, "%s: property %s=%.60s: %s", item->origin,
				 item->name, item->value, rule->why);
	}
	return 0;
}

static bool is_ours(const struct property *item)
{
	return strcmp(item->origin, OBJECTION_JOB) == 0 ||
	       strcmp(item->origin, OBJECTION_REPLAY) == 0;
}

void objection_leave_out(struct properties *p, const struct event_sink *events)
{
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
		const struct property *item = properties_find(p, rules[i].name);

		if (!rules[i].only_x || !item || is_ours(item))
			continue;
		event_emit(events, EVENT_WARNING, "property_unused",
			   EVENT_FIELDS(EVENT_TEXT("property", item->name),
					EVENT_TEXT("origin", item->origin)),
			   "%s: %s has no effect: %s", item->origin, item->name, rules[i].why);
		properties_set_unused(p, item->name, rules[i].why);
	}
}

int objection_set(const struct properties *p, const char *reason, struct error *err)
{
	struct secrets secrets;
	struct buf origins = {0};
	char *text;
	int rc;

	secrets_init(&secrets, p);
	text = secrets_hide(&secrets, reason);
	for (size_t i = 0; i < p->n; i++)
		if (!p->items[i].unused && is_named(text, p->items[i].name))
			add_origin(&origins, &p->items[i]);
	add_hint(&origins, p, text);
	rc = error_set(err, ERROR_USAGE, "librdkafka refuses its configuration: %s%s%s%s", text,
		       origins.len ? " (" : "", origins.len ? origins.data : "",
		       origins.len ? ")" : "");
	buf_finish(&origins);
	free(text);
	secrets_finish(&secrets);
	return rc;
}
