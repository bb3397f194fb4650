/* The replay of one fallback file: a job of its own, known by the file's first line. */
#ifndef REDRIVE_CMD_RESEND_FILE_H
#define REDRIVE_CMD_RESEND_FILE_H

#include "base/error.h"
#include "inputs.h"
#include "outcome.h"
#include "plan.h"
#include "resend.h"
#include "resend_options.h"
#include "reports.h"

/* What all files of a run have in common, and what became of them together. */
struct resend_run {
	struct resend_options o;
	bool asks; /* before many messages are replayed */
	const struct options *options;
	char **args;
	struct properties properties, dlq_properties;
	struct tolerance tolerance;
	struct reports reports;
	struct rejects rejects;
	const volatile int *stop;
	struct ledger total;
	uint64_t read;	    /* records, for --limit */
	uint64_t delivered; /* told with -v */
	struct plan plan;
	struct summary_input *inputs; /* one a file */
	char *label;		      /* the topic of all records; NULL when they have several */
	bool several;
};

struct resend_file {
	struct resend_run *run;
	const char *path;
	struct option_list paths; /* the one */
	char *job, *dlq, *fallback;
	const char **topics; /* that its records name */
	size_t n_topics;
	struct survey survey;
	struct manifest manifest;
	struct properties nowhere;
	struct inputs inputs;
	struct block_pool *pool;
	struct resend resend;
	struct load load;
};

/* Looks at the file: what is in it, and is somebody writing it? 0, or -1 with *err. Call
 * resend_file_finish in both cases. */
int resend_file_init(struct resend_file *f, struct resend_run *run, const char *path,
		     struct error *err) _must_check_;
void resend_file_finish(struct resend_file *f);

/* Replays it, says how that ended, and adds what became of its records to the run's
 * figures. Returns the exit status. */
int resend_file_run(struct resend_file *f);

/* The file to which what fails once more goes; the caller frees it. */
char *resend_file_fallback(const struct resend_options *o, const char *path);

#endif
