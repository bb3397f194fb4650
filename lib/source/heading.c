#include "source/heading.h"

#include "base/macros.h"

/* Spreadsheets in countries of decimal commas write semicolons. */
static int check_delimiter(const struct columns *c, struct error *err)
{
	static const struct {
		char delimiter;
		const char *name;
	} others[] = {{';', "semicolons"}, {'\t', "tabs"}, {'|', "bars"}, {',', "commas"}};

	for (size_t i = 0; c->n == 1 && i < ARRAY_SIZE(others); i++)
		if (strchr(c->items[0].name, others[i].delimiter))
			return error_set(err, ERROR_INPUT,
					 "it is a single column with %s in its name; if they "
					 "separate columns, say so with --csv-delimiter",
					 others[i].name);
	return 0;
}

/* True when every column that was given stands in the row. */
static bool holds_names(const struct row *r, const struct columns *given)
{
	for (size_t i = 0; i < given->n; i++) {
		size_t k = 0;

		while (k < r->n_fields &&
		       !slice_is(columns_trim(row_field(r, k)), given->items[i].name))
			k++;
		if (k == r->n_fields)
			return false;
	}
	return true;
}

static int read_header(struct heading *h, const struct row *r, enum row_state state,
		       const struct columns *types, struct error *err)
{
	if (state == ROW_BROKEN)
		return error_set(err, ERROR_INPUT, "%s", r->why);
	for (size_t i = 0; i < r->n_fields; i++)
		if (columns_add(&h->read, row_field(r, i), COLUMN_STRING, err) < 0)
			return -1;
	h->columns = &h->read;
	if (check_delimiter(&h->read, err) < 0)
		return -1;
	return columns_apply(&h->read, types, err);
}

int heading_learn(struct heading *h, const struct row *first, enum row_state state,
		  const struct columns *given, int option, struct error *err)
{
	bool header = option != 0;

	if (option < 0 && given->n)
		header = state == ROW_DONE && holds_names(first, given);
	h->columns = given;
	if (header && read_header(h, first, state, given, err) < 0)
		return -1;
	return layout_build(&h->layout, h->columns, err);
}

void heading_finish(struct heading *h)
{
	layout_finish(&h->layout);
	columns_finish(&h->read);
	h->columns = NULL;
}
