/* Keeps passwords out of texts that others write: librdkafka's logs and errors. */
#ifndef REDRIVE_KAFKA_SECRETS_H
#define REDRIVE_KAFKA_SECRETS_H

#include <stddef.h>

#include "kafka/properties.h"

#define SECRETS_MASK "****"

struct secrets {
	char **items;
	size_t n, cap;
};

/* Copies the values of all properties that are secret, but for those so short
 * that other words would have them by chance. */
void secrets_init(struct secrets *s, const struct properties *p);
void secrets_finish(struct secrets *s);

/* The text with each secret masked; the caller frees it. */
char *secrets_hide(const struct secrets *s, const char *text);

#endif
