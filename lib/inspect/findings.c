#include "inspect/findings.h"

/* Later times are nobody's: year 10000 and on. */
#define TIME_END 253402300800000

int findings_init(struct findings *f, const char *const *by, size_t n_by, struct error *err)
{
	*f = (struct findings){.first = RECORD_NO_TIMESTAMP, .last = RECORD_NO_TIMESTAMP};
	f->groups = groups_create(by, n_by, err);
	return f->groups ? 0 : -1;
}

void findings_finish(struct findings *f)
{
	groups_destroy(f->groups);
	histogram_finish(&f->histogram);
}

static void add_time(struct findings *f, int64_t at)
{
	if (at < 0 || at >= TIME_END)
		return;
	if (f->first < 0 || at < f->first)
		f->first = at;
	if (at > f->last)
		f->last = at;
	histogram_add(&f->histogram, at);
}

void findings_add(struct findings *f, const struct letter *l)
{
	f->messages++;
	f->statuses[l->status]++;
	f->headless += !l->dead;
	f->strange += l->strange;
	add_time(f, letter_time(l));
	groups_add(f->groups, l);
}

void findings_end(struct findings *f)
{
	groups_sort(f->groups);
}
