/* Records out of input files: one after the other, good ones and bad ones.
 *
 * A source yields events. It never decides what becomes of a record and never
 * stops at a bad one: a bad line or row is an event like any other, with the
 * raw bytes, and the source goes on behind it. */
#ifndef REDRIVE_SOURCE_SOURCE_H
#define REDRIVE_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "record/block.h"
#include "record/fault.h"
#include "record/record.h"
#include "source/place.h"

enum source_format { SOURCE_AUTO, SOURCE_NDJSON, SOURCE_CSV, SOURCE_ENVELOPE };

enum source_type {
	SOURCE_RECORD,	 /* item.record is a record; its slices live as long as its block */
	SOURCE_BAD,	 /* item.record.value has the raw bytes of a bad line or row, item.fault
			* what is wrong, item.message why, in words without payload */
	SOURCE_LARGE,	 /* a line or row over max_record_bytes: no bytes are kept; item.position
			* and item.raw_len say which */
	SOURCE_WAIT,	 /* no free block, a pipe that is silent for now, or much to pass over:
			* serve deliveries (which drop references), then call again */
	SOURCE_MEMBER,	 /* a member of an archive begins: item.position.origin; no record */
	SOURCE_NOTICE,	 /* item.message says something the user should hear; no record */
	SOURCE_LEFT_OUT, /* the member item.position.origin is passed over; item.left_out says
			  * why ("is a PNG picture"), item.message is a whole sentence, or
			  * NULL when it isn't worth one (what macOS puts into archives) */
	SOURCE_FAILED,	 /* this input, or this member of an archive, can't be read further;
			  * item.error says why. The next call goes on with the next member,
			  * where that can be read, else with the next input */
	SOURCE_END,	 /* all inputs are read */
};

struct source_item {
	struct record record; /* record.block is borrowed: valid until the next call, unless
			       * the caller takes a reference. An envelope's key and headers
			       * are valid until the next call in any case */
	/* An envelope's, valid until the next call; or NULL. The latter with options.causes. */
	const char *topic, *error_type;
	struct slice raw; /* an envelope's line; valid until the next call */
	enum fault fault;
	const char *message;	  /* valid until the next call */
	const char *left_out;	  /* as message */
	struct position position; /* of all but records and notices; valid until the next call */
	uint64_t raw_len;	  /* bytes of the line or row in the input */
	struct error error;
};

struct csv_options {
	char delimiter;	     /* 0 means ',' */
	const char *columns; /* "name[:string|integer|number|boolean],..." or NULL; copied.
			      * With a header row they only say types, by name; without
			      * one they are all columns in order */
	int header;	     /* 1: first row names the columns; 0: there is none; -1: yes, but
			      * with columns given only when the row holds all their names */
};

struct source_options {
	enum source_format format;
	struct csv_options csv;	   /* looked at unless format rules it out */
	uint64_t max_record_bytes; /* 0, and more than 1 GiB, mean 1 GiB */
	bool (*idle)(void *ctx);   /* called now and then while a pipe is silent, also where
				    * SOURCE_WAIT can't be told (inside a decompressor), and while
				    * much of an archive is passed over; false ends the input as
				    * failed. It may ask the source for its figures, and nothing
				    * else of it. May be NULL */
	void *idle_ctx;
	uint64_t limit; /* records (good, bad, large) to yield at most; 0: all */
	uint64_t end;	/* of envelopes: the line that begins there, and what follows it, is not
			 * read; 0: all is */
	bool causes;	/* of envelopes: item.error_type is wanted */
};

/* What was read so far. */
struct source_stats {
	uint64_t yielded;     /* records: good, bad, large */
	uint64_t skipped;     /* blank lines */
	uint64_t bytes_in;    /* bytes taken from files as they are (compressed) */
	uint64_t bytes_total; /* sum of the sizes of all inputs, 0 when one is not a file */
	uint64_t bytes_raw;   /* bytes after decompression, up to the place that is told */
};

/* bytes_raw of what is no file. */
#define SOURCE_NO_BYTES UINT64_MAX

struct source;

/* Opens nothing yet. paths are copied; "-" is stdin. pool is borrowed, must
 * outlive the source, and needs two blocks at least. NULL with *err for
 * options that contradict each other or column lists that can't be read. */
struct source *source_create(const char *const *paths, size_t n,
			     const struct source_options *options, struct block_pool *pool,
			     struct error *err);

void source_destroy(struct source *s); /* NULL is fine */

/* The next item. */
enum source_type source_next(struct source *s, struct source_item *item);

void source_get_stats(const struct source *s, struct source_stats *stats);

/* Where the next record begins, as far as is known: behind the last one that was
 * yielded, or at the beginning of a member or an input. */
void source_tell(const struct source *s, struct source_place *place);

/* Where reading stopped for the last SOURCE_FAILED: behind what was yielded of that
 * input, or that member. */
void source_tell_failed(const struct source *s, struct source_place *place);

/* Goes on there, forward or back, as if it had just been told. What lies before
 * it is not told again, neither records nor members; only the member in which it
 * lies is. A place that an input doesn't have shows as SOURCE_FAILED, and so does
 * a pipe that was read before. Plain files are not read up to it, all others are,
 * with SOURCE_WAIT now and then. The records that were yielded stay valid as long
 * as their blocks. The figures yielded (and with it the limit), skipped and
 * bytes_raw go on from those of so_far, which were had at that place; bytes_in
 * counts what is passed over, too. */
void source_go_to(struct source *s, const struct source_place *place,
		  const struct source_stats *so_far);

/* Another end than that of the options; for what is opened from now on. */
void source_set_end(struct source *s, uint64_t end);

/* Bytes after decompression that came out of one input so far, with those that were
 * passed over in the member of a place; input counts from 0. */
uint64_t source_input_bytes(const struct source *s, size_t input);

#endif
