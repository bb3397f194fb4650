#include "deliver/objection.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/macros.h"
#include "deliver/secrets.h"

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
