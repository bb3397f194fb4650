/* Properties that librdkafka takes one by one, but not together. */
#ifndef REDRIVE_DELIVER_OBJECTION_H
#define REDRIVE_DELIVER_OBJECTION_H

#include "deliver/properties.h"

/* Fills *err with what librdkafka objects to (rd_kafka_new's text), the
 * properties that it names, with value and origin, and a way out where there is
 * one; no secrets. Returns -1. */
int objection_set(const struct properties *p, const char *reason, struct error *err);

#endif
