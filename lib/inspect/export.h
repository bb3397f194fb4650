/* Repair files: for each input file that dead letters came from, a file with the bad rows
 * alone, in their own format, ready to be mended and loaded again.
 *
 * NDJSON lines and envelopes stand as they stood. Rows of CSV stand below their header
 * row: as they stood where they could not be read, else made again from their JSON; where
 * the header row isn't known, that JSON goes into a file of NDJSON. Rows stand in
 * the order of the input; one that has failed more than once is there once, and rows that
 * differ, of a file that was written anew under its old name, all are. */
#ifndef REDRIVE_INSPECT_EXPORT_H
#define REDRIVE_INSPECT_EXPORT_H

#include <stdint.h>

#include "base/error.h"
#include "base/macros.h"
#include "letter/letter.h"

struct export;

/* What became of it. */
struct export_counts {
	uint64_t rows;	  /* exported */
	uint64_t again;	  /* of these inputs, but an earlier failure of the same row */
	uint64_t foreign; /* letters that came from no file */
	uint64_t unfit;	  /* that can't be put into a file of their input's format */
};

/* dir is created when it isn't there. NULL with *err (ERROR_USAGE). */
struct export *export_create(const char *dir, struct error *err);
void export_destroy(struct export *e); /* NULL is fine */

/* Takes a letter; the decoder has read it last. */
void export_add(struct export *e, struct decoder *d, const struct letter *l);

/* Writes the files, mode 0600, unless one of them is there already. For each, `on_file` is
 * told of its path, how many rows it has, and what they came from. 0, or -1 with *err
 * (ERROR_OUTPUT): those of which it was told stay. */
int export_end(struct export *e, struct export_counts *counts,
	       void (*on_file)(void *ctx, const char *path, uint64_t rows, const char *from),
	       void *ctx, struct error *err) _must_check_;

#endif
