#include "kafka/secrets.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define SHORTEST 4

void secrets_init(struct secrets *s, const struct properties *p)
{
	*s = (struct secrets){0};
	for (size_t i = 0; i < p->n; i++) {
		const struct property *item = &p->items[i];

		if (!properties_is_secret(item->name) || strlen(item->value) < SHORTEST)
			continue;
		s->items = mem_grow(s->items, &s->cap, s->n + 1, sizeof(*s->items));
		s->items[s->n++] = mem_strdup(item->value);
	}
}

void secrets_finish(struct secrets *s)
{
	for (size_t i = 0; i < s->n; i++)
		free(s->items[i]);
	free(s->items);
	*s = (struct secrets){0};
}

/* Length of the longest secret that stands here, or 0: one may begin another. */
static size_t secret_at(const struct secrets *s, const char *at)
{
	size_t longest = 0;

	for (size_t i = 0; i < s->n; i++) {
		size_t len = strlen(s->items[i]);

		if (len > longest && strncmp(at, s->items[i], len) == 0)
			longest = len;
	}
	return longest;
}

char *secrets_hide(const struct secrets *s, const char *text)
{
	struct buf out = {0};

	buf_add_str(&out, "");
	while (*text) {
		size_t len = secret_at(s, text);

		if (len)
			buf_add_str(&out, SECRETS_MASK);
		else
			buf_add_char(&out, *text);
		text += len ? len : 1;
	}
	return out.data;
}
