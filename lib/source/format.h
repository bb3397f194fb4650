/* What makes records of a member's bytes. */
#ifndef REDRIVE_SOURCE_FORMAT_H
#define REDRIVE_SOURCE_FORMAT_H

#include "source/bytes.h"
#include "source/columns.h"
#include "source/source.h"
#include "source/window.h"

/* All pointers are borrowed and outlive the format. */
struct format_args {
	struct bytes *bytes;
	struct origin *origin;
	struct block_pool *pool;
	const struct source_options *options;
	const struct columns *columns; /* options->csv.columns, read */
	char delimiter;
	struct source_place goal;   /* its offset and line: records before it aren't told */
	struct source_stats *stats; /* skipped is counted here */
};

struct format;

struct format_ops {
	const char *name;
	struct format *(*create)(const struct format_args *args);
	/* As source_next; SOURCE_END is the end of the member. */
	enum source_type (*next)(struct format *f, struct source_item *item);
	void (*destroy)(struct format *f);
};

/* The first member of every format. */
struct format {
	const struct format_ops *ops;
	const struct window *window; /* its own, which tells the place */
};

extern const struct format_ops format_ndjson, format_csv, format_envelope;

#endif
