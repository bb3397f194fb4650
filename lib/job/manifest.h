/* The inputs of a job, known by what is in them. */
#ifndef REDRIVE_JOB_MANIFEST_H
#define REDRIVE_JOB_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "job/checkpoint.h"

struct manifest {
	const char *const *paths; /* borrowed */
	struct identity *identities;
	size_t n;
	uint64_t bytes;	  /* of all files */
	uint32_t reading; /* set by the owner: see struct checkpoint */
	bool grows;	/* the only input may grow: `bytes` is how far it goes now, and it is known
			   * by what is done of it, whatever comes behind */
	uint64_t lines; /* up to there */
	bool awaited;	/* and more of it is waited for: what there is now is never all */
};

/* Looks at every file. 0, or -1 with *err (ERROR_USAGE): one is no regular file,
 * or can't be read. Call manifest_finish in both cases; paths must outlive it. */
int manifest_init(struct manifest *m, const char *const *paths, size_t n,
		  struct error *err) _must_check_;
void manifest_finish(struct manifest *m);

/* For one file that may grow, as far as `bytes`. It looks at nothing yet. */
void manifest_init_growing(struct manifest *m, const char *const *path, uint64_t bytes,
			   uint64_t lines);

/* Nothing is left to do behind c. */
bool manifest_is_done(const struct manifest *m, const struct checkpoint *c);

/* Fills in what a checkpoint at c->place says of the inputs. */
void manifest_fill(const struct manifest *m, struct checkpoint *c);

/* Are these the inputs that the checkpoint was made with, as far as it got, with
 * perhaps some more behind them? 0, or -1 with *err (ERROR_CONFIG), which says what has changed. */
int manifest_check(const struct manifest *m, const struct checkpoint *c,
		   struct error *err) _must_check_;

#endif
