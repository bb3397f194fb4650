/* The checkpoints that a cluster keeps: metadata of the offsets that are
 * committed for the consumer groups "redrive.NAME", one group for each job. */
#ifndef REDRIVE_DELIVER_CHECKPOINTS_H
#define REDRIVE_DELIVER_CHECKPOINTS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "job/checkpoint.h"
#include "kafka/client.h"

/* A job's group, and its transactional id. */
#define CHECKPOINTS_PREFIX "redrive."

/* Whom to ask, and how long: the client may be of any kind, and is borrowed. A
 * connection of its own with the client's properties is used, and closed again;
 * what it hears goes to the client, whose callbacks are run meanwhile.
 *
 * What may pass (an outage, a coordinator that starts) is tried again until the
 * time is up. Then, and when *stop becomes non-zero, the error is ERROR_OUTPUT.
 * ERROR_CONFIG: the cluster refuses; the text says what to grant or to change. */
struct checkpoints {
	struct client *client;
	int timeout_ms;
	const volatile int *stop; /* or NULL */
};

/* The checkpoint of a job as it stands in partition 0 of one of n topics: what is
 * committed there by a transaction that is still open is waited for. 1: *found is
 * set; 0: there is none; -1 with *err, also when what stands there is of a newer
 * redrive, or of somebody else (ERROR_CONFIG). Call checkpoint_finish in all cases. */
int checkpoints_read(const struct checkpoints *k, const char *job, const char *const *topics,
		     size_t n, struct checkpoint *found, struct error *err) _must_check_;

struct checkpoints_job {
	struct checkpoint checkpoint;
	char *topic; /* that it is committed for: the one that is loaded, as a rule */
};

/* By name. Zero-initialise. */
struct checkpoints_list {
	struct checkpoints_job *items;
	size_t n, cap;
};

void checkpoints_list_finish(struct checkpoints_list *list);

/* Adds all jobs, or the one of that name (job may be NULL), with what is
 * committed for good. Groups that are no jobs, or that we may not see, are passed
 * over. 0, or -1 with *err. */
int checkpoints_list(const struct checkpoints *k, const char *job, struct checkpoints_list *list,
		     struct error *err) _must_check_;

/* Deletes a job's group with all that is committed for it. 1; 0: there is no such
 * group; -1 with *err. A run of the job that is still at work brings it back. */
int checkpoints_forget(const struct checkpoints *k, const char *job,
		       struct error *err) _must_check_;

#endif
