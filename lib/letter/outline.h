/* What the names of a record's headers say, whatever their values are: which systems have
 * given it up, which header tells what, and which headers they have added.
 *
 * The letters of a DLQ have a handful of outlines between them. */
#ifndef REDRIVE_LETTER_OUTLINE_H
#define REDRIVE_LETTER_OUTLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "letter/convention.h"
#include "letter/names.h"
#include "record/record.h"

/* A header that some rule is about. */
struct outline_hit {
	const struct rule *rule;
	size_t number; /* the rule's, as names_find has it */
	size_t at;     /* the header's */
};

/* By field, NULL where nothing tells; the last one stays NULL. */
typedef const struct outline_hit *outline_choice[LETTER_FIELDS + 1];

/* Zero-initialise. */
struct outline {
	struct outline_hit *hits; /* in the order of the headers */
	size_t n_hits, cap_hits;
	bool tells[SYSTEMS];
	size_t newest[SYSTEMS]; /* the number of its newest header */
	size_t n_systems;	/* that tell */
	enum system system;	/* the newest of them; SYSTEM_OURS: it is no dead letter */
	outline_choice chosen;	/* that system's */
	enum letter_field time; /* as outline_time says of it */
	bool *owned;		/* by header: that system has added it */
	size_t cap_owned;

	struct buf names; /* of all headers, without anything between them, */
	size_t *ends;	  /* and where each of them ends there */
	size_t n, cap;
};

void outline_finish(struct outline *l);

/* Are these the headers that it was made of, but for their values? */
bool outline_is_of(const struct outline *l, const struct header *headers, size_t n);

/* What was in l is replaced. places has room for the numbers of all rules. */
void outline_make(struct outline *l, const struct names *names, size_t *places,
		  const struct header *headers, size_t n);

/* The systems that tell, the newest first. Returns how many. */
size_t outline_systems(const struct outline *l, enum system out[SYSTEMS]);

/* What tells of each field in that system's eyes. */
void outline_choose(const struct outline *l, enum system system, outline_choice out);

/* Sets for each header whether that system has added it: see letter_owned. */
void outline_own(const struct outline *l, enum system system, size_t *places, bool *owned);

/* What the record's own timestamp tells, as that system has left it: LETTER_TIMESTAMP, which
 * it isn't when the broker has set it; LETTER_WHEN; or LETTER_FIELDS: nothing, since whoever
 * has written it later may have set another. */
enum letter_field outline_time(const struct outline *l, enum system system);

#endif
