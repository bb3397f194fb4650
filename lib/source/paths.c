#include "source/paths.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static struct path look_at(const char *name)
{
	struct path path = {.name = mem_strdup(name)};
	struct stat st;

	/* A file that the shell opened as stdin is shared with others. */
	if (strcmp(name, "-") == 0 || stat(name, &st) < 0 || !S_ISREG(st.st_mode))
		return path;
	path.regular = true;
	path.size = (uint64_t)st.st_size;
	return path;
}

void paths_set(struct paths *p, const char *const *names, size_t n)
{
	p->items = mem_alloc(n, sizeof(*p->items));
	for (; p->n < n; p->n++)
		p->items[p->n] = look_at(names[p->n]);
}

void paths_finish(struct paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->items[i].name);
	free(p->items);
	*p = (struct paths){0};
}

uint64_t paths_size(const struct paths *p, size_t n)
{
	uint64_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += p->items[i].size;
	return size;
}

uint64_t paths_total(const struct paths *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (!p->items[i].regular)
			return 0;
	return paths_size(p, p->n);
}
