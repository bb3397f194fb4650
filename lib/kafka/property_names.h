/* The names of librdkafka's properties, aliases and topic properties too. */
#ifndef REDRIVE_KAFKA_PROPERTY_NAMES_H
#define REDRIVE_KAFKA_PROPERTY_NAMES_H

#include <stdbool.h>
#include <stddef.h>

struct property_names {
	const char **names; /* point into table */
	size_t n;
	char *table;
};

/* Of the librdkafka that is there now; empty when there is no memory for them. */
struct property_names property_names_load(void);
void property_names_finish(struct property_names *p);

#endif
