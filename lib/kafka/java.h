/* Java's names for properties, in librdkafka's. */
#ifndef REDRIVE_KAFKA_JAVA_H
#define REDRIVE_KAFKA_JAVA_H

#include "kafka/properties.h"

/* Replaces what only Java's clients know by what librdkafka has for it, with
 * the same origins. For one file, or all of -X, at once: some names only mean
 * something together, and what is said in librdkafka's own names wins. What
 * can't be had stays, marked as unused; what nobody knows stays as it is. */
void java_translate(struct properties *p);

/* All names that are known, for somebody in search of the nearest: *names is
 * freed by the caller, its strings are static. Returns how many. */
size_t java_names(const char ***names);

#endif
