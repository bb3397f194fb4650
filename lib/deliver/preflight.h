/* What is found out before the first record is sent, and the settings that
 * follow from it: batch sizes below the topics' limits above all. */
#ifndef REDRIVE_DELIVER_PREFLIGHT_H
#define REDRIVE_DELIVER_PREFLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "deliver/outlets.h"
#include "deliver/producer.h"
#include "kafka/cluster.h"
#include "kafka/properties.h"

struct deliver_options;

struct preflight {
	const struct deliver_options *options;
	struct properties topic_properties, dlq_properties; /* with our defaults */
	struct topic_info topic, dlq;
	bool topic_up, dlq_up; /* the cluster has answered */
	struct outlets others;
};

/* Adds our defaults to the properties and checks them. 0, or -1 with *err;
 * call preflight_finish in both cases. options must outlive it. */
int preflight_init(struct preflight *p, const struct deliver_options *options,
		   struct error *err) _must_check_;
void preflight_finish(struct preflight *p);

/* Connects and asks. 0, also when nobody answers; -1 with *err when the
 * cluster refuses us or the topic. Warns of a DLQ that doesn't exist. */
int preflight_run(struct preflight *p, struct error *err) _must_check_;

/* The destination of that topic, which is asked for unless it has been. NULL with *err when
 * nothing can be sent there. */
struct outlet *preflight_outlet(struct preflight *p, const char *topic,
				struct error *err) _must_check_;

/* Would a replay begin? 0, or -1 with *err (ERROR_CONFIG): one of its topics can't be had. For
 * rehearsals, which go on nevertheless. */
int preflight_check_outlets(const struct preflight *p, struct error *err) _must_check_;

/* Asks again for what the topics take. True when that has changed. */
bool preflight_relearn(struct preflight *p);

/* Options for the two producers, without counters and callbacks. */
struct producer_options preflight_topic(const struct preflight *p);
struct producer_options preflight_dlq(const struct preflight *p);

/* The same for one that writes to both in its transactions; the DLQ is left out
 * where it can't be used. */
struct producer_options preflight_job(const struct preflight *p);

bool preflight_topic_up(const struct preflight *p);
bool preflight_dlq_up(const struct preflight *p);

/* As far as is known. */
bool preflight_topic_missing(const struct preflight *p);
bool preflight_dlq_missing(const struct preflight *p);

/* True when it could not be found out what the topic takes. */
bool preflight_in_rounds(const struct preflight *p);

/* True when the DLQ can't be used, by its name or for want of permission. */
bool preflight_dlq_refused(const struct preflight *p);

/* What the topics take, as far as it can be told before sending. */
struct limits preflight_topic_limits(const struct preflight *p);
struct limits preflight_dlq_limits(const struct preflight *p);

#endif
