/* One record as one line of JSON, byte for byte.
 *
 *   {"v":1,"topic":"orders.created","key":"customer-A","value":"{...}",
 *    "headers":[["k","v"],["k",null]],"timestamp":1700000000000,
 *    "error":{...},"source":{...},"job":"nightly","crc32":"9ae0daaf"}
 *
 * Text where the bytes are valid UTF-8, else "key_base64", "value_base64" and
 * ["k",{"base64":"..."}] (a name that is not UTF-8: [{"base64":...}, value]).
 * null is null, "" is empty. A job's record has "job_id" behind "job", sixteen hex
 * digits, and in "source" the numbers of its input and of the archive's member:
 * "input":0,"number":2. crc32 is the CRC-32 (IEEE 802.3, as zlib has it),
 * eight hex digits, of the line's bytes before `,"crc32"`: a line without it
 * was edited by hand, a line where it differs is damaged. */
#ifndef REDRIVE_RECORD_ENVELOPE_H
#define REDRIVE_RECORD_ENVELOPE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"
#include "record/parts.h"
#include "record/record.h"

/* Why a record failed, and where it came from. Strings that are NULL are left
 * out; error_type NULL leaves out all of "error". Numbers are written, 0 too,
 * wherever the object is that they belong to. */
struct envelope_notes {
	const char *topic;
	const char *error_type, *error_class, *error_message, *persisted;
	int64_t error_at; /* ms since 1970 UTC */
	int retries;
	struct position position; /* origin NULL leaves out "source" */
	const char *job;
	uint64_t job_id;    /* or 0; then "job_id" is written, and with the position its numbers */
	bool without_value; /* neither is the value written nor crc32: nobody shall take it
			       * for a record */
	struct slice members; /* further members of the object as JSON has them,
			       * "\"a\":1,\"b\":2", or null; of these only "partition" and
			       * "offset" are read back */
};

/* Adds the line for r, with its line feed; without "timestamp" when r's is
 * RECORD_NO_TIMESTAMP. */
void envelope_write(struct buf *out, const struct record *r, const struct envelope_notes *notes);

enum envelope_writer {
	ENVELOPE_OURS,	  /* as envelope_write left it: it has its crc32 */
	ENVELOPE_EDITED,  /* made or edited by hand: it has none */
	ENVELOPE_FOREIGN, /* printed by another tool: record/shape.h */
};

/* A record read from a line, with the memory it needs. Zero-initialise. */
struct envelope {
	struct record record; /* block is NULL, json false */
	const char *topic;    /* or NULL */
	enum envelope_writer writer;
	const char *tool;	/* that has printed it, such as "kcat"; NULL for lines of ours */
	const char *error_type; /* "INVALID_JSON", or NULL */
	int32_t partition;	/* where the record stood in Kafka: -1 in both unless the line */
	int64_t kafka_offset;	/* says so */
	uint64_t job_id;	/* or 0 */
	unsigned input, number; /* these four of a job's record; 0 where they are missing */
	uint64_t line, offset;
	/* What the above point into, and what reading needs. */
	struct header *headers;
	size_t cap_headers;
	struct buf bytes;
	struct parts parts; /* of the line */
};

/* Reads one line of ours (without its line feed). Only "value" or "value_base64" must
 * be there; null and -1 are no timestamp; fields of other names are skipped.
 * 0, or -1 with *err (kind ERROR_INPUT, no payload in it): not a JSON object, a
 * "v" that is not 1, a field of the wrong type or there both as text and as
 * base64, bad base64, a NUL in the topic, a timestamp before -1, a number over
 * 64 bits wherever it stands, or a crc32 that differs. *e may hold anything before;
 * call envelope_finish in both cases. */
int envelope_read(struct envelope *e, struct slice line, struct error *err) _must_check_;

/* As envelope_read, and takes lines that other tools have printed, too. For line after
 * line: *e is zero, or what was read before, whose memory is used again. */
int envelope_read_any(struct envelope *e, struct slice line, struct error *err) _must_check_;

/* As envelope_read_any, for whoever needs no more than record, topic and writer: of most lines
 * that are as we wrote them, which their crc32 tells, nothing else is read. */
int envelope_read_record(struct envelope *e, struct slice line, struct error *err) _must_check_;

void envelope_finish(struct envelope *e);

#endif
