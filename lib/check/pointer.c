#include "check/pointer.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"
#include "check/scan.h"

/* A plain name as a pointer with one token. */
static char *from_name(const char *name)
{
	struct buf out = {0};

	buf_add_char(&out, '/');
	for (; *name; name++) {
		if (*name == '~')
			buf_add_str(&out, "~0");
		else if (*name == '/')
			buf_add_str(&out, "~1");
		else
			buf_add_char(&out, *name);
	}
	return out.data;
}

/* Unescapes one token to *to and moves *from behind it; false for "~2" and the like. */
static bool take_token(const char **from, char **to)
{
	for (; **from && **from != '/'; (*from)++) {
		char c = **from;

		if (c == '~') {
			(*from)++;
			if (**from != '0' && **from != '1')
				return false;
			c = **from == '0' ? '~' : '/';
		}
		*(*to)++ = c;
	}
	return true;
}

/* Splits p->text. */
static int split(struct pointer *p, struct error *err)
{
	const char *from = p->text;
	char *to = p->bytes;

	while (*from == '/') {
		struct slice *token = &p->tokens[p->n_tokens];

		from++;
		token->data = to;
		if (!take_token(&from, &to))
			return error_set(err, ERROR_USAGE,
					 "%s is not a JSON Pointer: ~ must be followed by 0 or 1",
					 p->text);
		token->len = (size_t)(to - token->data);
		p->n_tokens++;
	}
	return 0;
}

int pointer_init(struct pointer *p, const char *text, struct error *err)
{
	*p = (struct pointer){0};
	p->text = *text && *text != '/' ? from_name(text) : mem_strdup(text);
	p->bytes = mem_alloc(strlen(p->text) + 1, 1);
	p->tokens = mem_alloc(strlen(p->text) + 1, sizeof(*p->tokens));
	return split(p, err);
}

void pointer_finish(struct pointer *p)
{
	free(p->text);
	free(p->tokens);
	free(p->bytes);
	*p = (struct pointer){0};
}

struct slice pointer_find(const struct pointer *p, struct slice json)
{
	if (!p->n_tokens)
		return scan_trim(json);
	for (size_t i = 0; i < p->n_tokens && json.data; i++)
		json = scan_step(json, p->tokens[i]);
	return json;
}
