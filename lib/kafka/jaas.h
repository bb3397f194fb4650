/* The value of Java's sasl.jaas.config: a login module and its options.
 *
 *	org.apache.kafka.common.security.plain.PlainLoginModule required
 *		username="alice" password="...";
 */
#ifndef REDRIVE_KAFKA_JAAS_H
#define REDRIVE_KAFKA_JAAS_H

#include <stdbool.h>
#include <stddef.h>

struct jaas_option {
	char *name;
	char *value;
};

struct jaas {
	char *module; /* with its package */
	struct jaas_option *options;
	size_t n, cap;
};

/* Reads the first entry: values bare or in quotes of either kind, with Java's
 * escapes in quotes; the semicolon at the end may be missing. False when it
 * can't be read. Call jaas_finish in both cases. */
bool jaas_parse(struct jaas *j, const char *text);
void jaas_finish(struct jaas *j);

/* The module's name without its package. */
const char *jaas_module(const struct jaas *j);

/* An option's value, or NULL. */
const char *jaas_get(const struct jaas *j, const char *name);

#endif
