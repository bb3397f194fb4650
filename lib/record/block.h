/* Reference-counted memory that records are slices of.
 *
 * A source reads input into blocks of about 1 MiB; a record is slices into its
 * block, and so is what the producer sends: nothing is copied on the way. Each
 * record that is on its way holds a reference, the delivery report drops it,
 * and a block without references goes back to its pool. The pool has a bounded
 * number of blocks, which bounds memory and gives back-pressure: no free
 * block, no reading.
 *
 * One thread uses a pool and its blocks. */
#ifndef REDRIVE_RECORD_BLOCK_H
#define REDRIVE_RECORD_BLOCK_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* Readable bytes behind the end of a block's data (simdjson's SIMDJSON_PADDING). */
#define BLOCK_PADDING 64

/* The input that bytes came from; shared by its blocks. */
struct origin {
	unsigned refs;
	unsigned input;	    /* number of the input in this run, from 0 */
	const char *file;   /* as the user named it; "-" is stdin */
	const char *member; /* path inside an archive, or NULL */
	unsigned number;    /* of the member, among the archive's files and links; else 0 */
	const char *format; /* "ndjson", "csv", "envelope" */
	const char *columns; /* the header row of CSV, as it stands there, or NULL */
	char delimiter;	     /* between them */
};

/* A longer header row is not kept. */
#define ORIGIN_COLUMNS_MAX 4096

/* Where a record stands in its input. Valid as long as its block. */
struct position {
	const struct origin *origin;
	uint64_t line;	 /* from 1 */
	uint64_t offset; /* bytes before it in the (decompressed) input */
};

/* A record's place, for blocks whose bytes were made rather than read. */
struct place {
	uint32_t at; /* where its value begins in data */
	uint64_t line;
	uint64_t offset;
};

struct block_pool;

struct block {
	unsigned refs;
	unsigned lent; /* of these, those of a client that may never tell what became of them */
	uint64_t seq; /* grows along the input: orders records of different blocks */
	struct block_pool *pool;
	struct origin *origin;
	uint64_t offset;      /* of data[0] in the (decompressed) input */
	uint64_t line;	      /* line number of data[0] */
	struct place *places; /* NULL: the bytes are the input's own */
	size_t n_places, cap_places;
	size_t counted;		/* bytes up to which block_locate has counted lines, */
	uint64_t counted_lines; /* and how many, so that many failures cost no more than one */
	size_t len, cap;	/* bytes used, bytes usable; BLOCK_PADDING more are readable */
	char *data;
};

/* A reference of its own to a new origin; strings are copied. */
struct origin *origin_create(unsigned input, const char *file, const char *member,
			     const char *format);
/* Its header row; copied, unless it is too long. */
void origin_set_columns(struct origin *o, struct slice row, char delimiter);
struct origin *origin_ref(struct origin *o);
void origin_unref(struct origin *o); /* NULL is fine */

/* A pool of at most max_blocks blocks of block_size usable bytes each; they are
 * allocated when first needed. */
struct block_pool *block_pool_create(size_t block_size, size_t max_blocks);

/* All blocks must be back. NULL is fine. */
void block_pool_destroy(struct block_pool *pool);

/* An empty block with one reference, the caller's, and with the origin's
 * reference taken for itself; NULL when all are in use. min_size above the
 * pool's block size gives a larger block, which counts by its bytes and is
 * freed when it comes back; NULL then also when there is no memory. */
struct block *block_pool_get(struct block_pool *pool, struct origin *origin, size_t min_size);

/* The highest number of blocks that were in use at once. */
size_t block_pool_peak(const struct block_pool *pool);

static inline struct block *block_ref(struct block *b)
{
	b->refs++;
	return b;
}

/* Drops one reference. NULL is fine. */
void block_unref(struct block *b);

/* Forgets all references that are counted as lent: whoever had them is gone. */
void block_pool_take_back(struct block_pool *pool);

/* Notes that a record made from line, offset begins at data + at. Places are
 * added in order of `at`. */
void block_add_place(struct block *b, size_t at, uint64_t line, uint64_t offset);

/* Where the record whose value begins at `value` (inside the block, or NULL
 * for a null value in a block of its own) came from. Counts lines: not for
 * the hot path. */
struct position block_locate(struct block *b, const char *value);

/* < 0, 0, > 0 as record (a, a_value) comes before, is, comes after (b, b_value). */
int block_compare(const struct block *a, const char *a_value, const struct block *b,
		  const char *b_value);

#endif
