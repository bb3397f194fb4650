#include "kafka/property_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>

#include "base/mem.h"

/* librdkafka prints a table, whose rows begin with a name and a '|'. */
static char *print_table(void)
{
	char *table = NULL;
	size_t size;
	FILE *out = open_memstream(&table, &size);

	if (!out)
		return NULL;
	rd_kafka_conf_properties_show(out);
	if (fclose(out) == 0)
		return table;
	free(table);
	return NULL;
}

struct property_names property_names_load(void)
{
	struct property_names p = {.table = print_table()};
	size_t cap = 0;

	for (char *row = p.table, *next; row; row = next) {
		char *end = row + strspn(row, "abcdefghijklmnopqrstuvwxyz0123456789._");

		next = strchr(row, '\n');
		if (next)
			*next++ = '\0';
		if (end == row || end[strspn(end, " ")] != '|')
			continue;
		*end = '\0';
		p.names = mem_grow(p.names, &cap, p.n + 1, sizeof(*p.names));
		p.names[p.n++] = row;
	}
	return p;
}

void property_names_finish(struct property_names *p)
{
	free(p->names);
	free(p->table);
	*p = (struct property_names){0};
}
