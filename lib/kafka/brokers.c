#include "kafka/brokers.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/mem.h"
#include "base/text.h"

static const char *const protocols[] = {"plaintext", "ssl", "sasl_plaintext", "sasl_ssl"};

static const char *skip_protocol(const char *entry)
{
	const char *end = strstr(entry, "://");

	for (size_t i = 0; end && i < ARRAY_SIZE(protocols); i++)
		if (strlen(protocols[i]) == (size_t)(end - entry) &&
		    strncasecmp(entry, protocols[i], (size_t)(end - entry)) == 0)
			return end + 3;
	return entry;
}

static bool is_port(const char *text)
{
	uint64_t port;

	return text_parse_u64(text, &port) && port >= 1 && port <= 65535;
}

/* What is wrong with it, or NULL. */
static const char *fault_of(const char *entry)
{
	const char *host = skip_protocol(entry), *colon = strrchr(host, ':');
	size_t len;

	if (!*entry)
		return "an entry is empty";
	if (strchr(entry, '@'))
		return "an entry has an @, which no broker's address has";
	if (strchr(host, '/'))
		return "it is no URL";
	if (!colon || strchr(colon, ']'))
		return "the port is missing";
	len = (size_t)(colon - host);
	if (!len || strcspn(host, " \t\"'") < strlen(host))
		return "that is no host";
	if (host[0] == '[' ? host[len - 1] != ']' : memchr(host, ':', len) != NULL)
		return "an IPv6 address goes into brackets: [::1]:9092";
	return is_port(colon + 1) ? NULL : "a port is a number from 1 to 65535";
}

/* What it was meant to be, as far as that can be told; the caller frees it. */
static char *meant(const char *entry)
{
	const char *scheme = strstr(entry, "://"), *host = scheme ? scheme + 3 : entry;
	const char *colon = strchr(host, ':');
	size_t len = strcspn(host, ":/");

	if (!len || strchr(entry, '@') || *host == '[')
		return mem_strdup("HOST:PORT");
	if (colon && strcspn(colon + 1, "/") <= 5 && strspn(colon + 1, "0123456789") > 0 &&
	    atoi(colon + 1) <= 65535)
		return mem_printf("%.*s", (int)strcspn(host, "/"), host);
	return mem_printf("%.*s:9092", (int)len, host);
}

static int refuse(const char *entry, const char *fault, const char *origin, struct error *err)
{
	bool shown = *entry && !strchr(entry, '@');
	char *example = meant(entry);
	int rc = error_set(err, ERROR_USAGE, "%s: %s%s%s; write HOST:PORT,...%s%s", origin,
			   shown ? entry : "", shown ? ": " : "", fault, shown ? ", here " : "",
			   shown ? example : "");

	free(example);
	return rc;
}

int brokers_check(const char *list, const char *origin, struct error *err)
{
	const char *at = list;
	int rc = 0;

	for (bool more = true; more && rc == 0;) {
		size_t len = strcspn(at, ",");
		size_t blank = strspn(at, " \t");
		char *entry;
		const char *fault;

		more = at[len] == ',';
		blank = blank < len ? blank : len;
		entry = mem_dup((struct slice){at + blank, len - blank});
		for (size_t n = strlen(entry); n && strchr(" \t", entry[n - 1]);)
			entry[--n] = '\0';
		fault = fault_of(entry);
		if (fault)
			rc = refuse(entry, fault, origin, err);
		free(entry);
		at += len + more;
	}
	return rc;
}
