#include "deliver/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void ledger_init(struct ledger *l)
{
	*l = (struct ledger){0};
}

void ledger_finish(struct ledger *l)
{
	free(l->errors);
	ledger_init(l);
}

void ledger_copy(struct ledger *to, const struct ledger *from)
{
	struct ledger_error *errors = to->errors;
	size_t cap = to->cap_errors;

	errors = mem_grow(errors, &cap, from->n_errors, sizeof(*errors));
	if (from->n_errors)
		memcpy(errors, from->errors, from->n_errors * sizeof(*errors));
	*to = *from;
	to->errors = errors;
	to->cap_errors = cap;
}

static uint64_t add_errors(struct ledger *l, const char *code, uint64_t count)
{
	l->errors_total += count;
	for (size_t i = 0; i < l->n_errors; i++)
		if (strcmp(l->errors[i].code, code) == 0)
			return l->errors[i].count += count;
	l->errors = mem_grow(l->errors, &l->cap_errors, l->n_errors + 1, sizeof(*l->errors));
	l->errors[l->n_errors++] = (struct ledger_error){code, count};
	return count;
}

uint64_t ledger_error(struct ledger *l, const char *code)
{
	return add_errors(l, code, 1);
}

void ledger_add(struct ledger *to, const struct ledger *from)
{
	to->read += from->read;
	for (size_t i = 0; i < OUTCOME_COUNT; i++)
		to->outcome[i] += from->outcome[i];
	to->skipped += from->skipped;
	to->already_resolved += from->already_resolved;
	to->retries += from->retries;
	to->possible_duplicates += from->possible_duplicates;
	to->bytes += from->bytes;
	for (size_t i = 0; i < from->n_errors; i++)
		add_errors(to, from->errors[i].code, from->errors[i].count);
}

uint64_t ledger_errors(const struct ledger *l)
{
	return l->errors_total;
}

uint64_t ledger_failed(const struct ledger *l)
{
	return l->outcome[OUTCOME_DEAD_LETTERED] + l->outcome[OUTCOME_FALLBACK] +
	       l->outcome[OUTCOME_REJECTED] + l->outcome[OUTCOME_PENDING];
}

uint64_t ledger_unsettled(const struct ledger *l)
{
	uint64_t settled = 0;

	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		settled += l->outcome[i];
	return l->read - settled;
}

double ledger_success_rate(const struct ledger *l)
{
	return l->read ? (double)l->outcome[OUTCOME_DELIVERED] / (double)l->read : 1.0;
}
