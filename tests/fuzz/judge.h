/* A record through check and route, with what must hold behind them. */
#ifndef REDRIVE_FUZZ_JUDGE_H
#define REDRIVE_FUZZ_JUDGE_H

#include "check/check.h"
#include "record/record.h"

struct judge;

/* options: any bits; they choose which fields are asked for. */
struct judge *judge_create(unsigned options);
void judge_destroy(struct judge *j);

/* Both tiers must agree about the record and its fields, and the key, the
 * headers and the timestamp must be those fields. Returns what is wrong with it. */
enum fault judge_record(struct judge *j, const struct record *r);

/* One text, both tiers: the verdict of both. */
enum fault judge_text(struct judge *j, struct slice text);

#endif
