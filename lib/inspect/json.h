/* Findings as one JSON object on a line:
 *
 *   {"topic":"orders.dlq","messages":3,"pending":3,"replayed":0,"discarded":0,"parked":0,
 *    "ledger":"orders.dlq.resolved","ledger_corrupt":0,
 *    "groups":[{"type":"MISSING_FIELD","message":"required field /total is missing",
 *               "count":2,"pending":2,"share":0.66666,"first_seen":"...","last_seen":"...",
 *               "topics":["orders.created"],"by":{...},"example":{envelope}}],
 *    "histogram":[{"from":"...","count":2}],"histogram_step_ms":60000, ...}
 *
 * "type" and "message" are those of the example where messages are grouped by something
 * else. What has become of messages is null where it isn't known, the ledger where there is
 * none. "example" is an envelope as ndjson.h has it; one that is too large to be kept has
 * no value, and "value_bytes" instead. */
#ifndef REDRIVE_INSPECT_JSON_H
#define REDRIVE_INSPECT_JSON_H

#include "base/buf.h"
#include "inspect/findings.h"

/* Of the histogram: so many steps at most. */
#define HISTOGRAM_MOST 120

/* Adds the object and a line feed. */
void findings_json(struct buf *out, struct findings *f, struct decoder *d);

#endif
