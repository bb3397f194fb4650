#include "inspect/findings.h"

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

void findings_end(struct findings *f)
{
	groups_sort(f->groups);
}
