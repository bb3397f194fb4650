/* Properties that librdkafka takes one by one, but not together, and some that
 * it takes, but that redrive couldn't work with. */
#ifndef REDRIVE_KAFKA_OBJECTION_H
#define REDRIVE_KAFKA_OBJECTION_H

#include "base/event.h"
#include "kafka/properties.h"

/* The origins of what must be set for transactions, for a job and for a replay:
 * nobody objects to that. */
#define OBJECTION_JOB "--job"
#define OBJECTION_REPLAY "redrive"

/* 0, or -1 with *err (ERROR_USAGE) that names the first property which redrive
 * couldn't work with, and its origin. */
int objection_check(const struct properties *p, struct error *err) _must_check_;

/* Marks what may stand in a file for other programs, but not be used here, as
 * without effect, with a warning for each; events may be NULL. */
void objection_leave_out(struct properties *p, const struct event_sink *events);

/* Fills *err with what librdkafka objects to (rd_kafka_new's text), the
 * properties that it names, with value and origin, and a way out where there is
 * one; no secrets. Returns -1. */
int objection_set(const struct properties *p, const char *reason, struct error *err);

#endif
