#include "inspect/findings.h"

#include <string.h>

/* By so much clocks may differ. */
#define DAY_MS 86400000

int findings_init(struct findings *f, const char *const *by, size_t n_by, struct error *err)
{
	*f = (struct findings){0};
	span_init(&f->span);
	f->groups = groups_create(by, n_by, err);
	return f->groups ? 0 : -1;
}

void findings_finish(struct findings *f)
{
	groups_destroy(f->groups);
	histogram_finish(&f->histogram);
}

void findings_add(struct findings *f, const struct letter *l)
{
	f->messages++;
	f->statuses[l->status]++;
	f->headless += !l->dead;
	f->strange += l->strange;
	if (span_add(&f->span, letter_time(l)) && letter_time(l) < f->now + DAY_MS)
		histogram_add(&f->histogram, letter_time(l));
	groups_add(f->groups, l);
}

void findings_pass(struct findings *f, const struct letter *l)
{
	f->passed[l->status]++;
}

uint64_t findings_status(const struct findings *f, enum letter_status status)
{
	return f->statuses[status] + f->passed[status];
}

bool findings_differ(const struct findings *f)
{
	for (size_t i = STATUS_PENDING + 1; i < STATUSES; i++)
		if (findings_status(f, (enum letter_status)i))
			return true;
	return false;
}

void findings_restart(struct findings *f)
{
	f->read = 0;
	memset(f->passed, 0, sizeof(f->passed));
}

void findings_end(struct findings *f)
{
	groups_sort(f->groups);
}
