#include "check/json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "check/scan.h"
#include "check/tame.h"
#ifdef HAVE_SIMDJSON
#include "check/simd.h"
#endif

struct wanted {
	const struct pointer *pointer;
	struct json_field field;
	struct buf plain; /* of a string with escapes */
};

struct json_checker {
	struct wanted *wanted;
	size_t n_wanted, cap_wanted;
	char message[160];
#ifdef HAVE_SIMDJSON
	struct simd *simd;
	struct simd_field *fields;
	size_t cap_fields;
#endif
};

struct json_checker *json_checker_create(void)
{
	struct json_checker *c = mem_alloc(1, sizeof(*c));

#ifdef HAVE_SIMDJSON
	c->simd = simd_create();
#endif
	return c;
}

void json_checker_destroy(struct json_checker *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_wanted; i++)
		buf_finish(&c->wanted[i].plain);
	free(c->wanted);
#ifdef HAVE_SIMDJSON
	simd_destroy(c->simd);
	free(c->fields);
#endif
	free(c);
}

size_t json_checker_want(struct json_checker *c, const struct pointer *p)
{
	size_t i = c->n_wanted++;

	c->wanted = mem_grow(c->wanted, &c->cap_wanted, c->n_wanted, sizeof(*c->wanted));
	c->wanted[i] = (struct wanted){.pointer = p};
#ifdef HAVE_SIMDJSON
	c->fields = mem_grow(c->fields, &c->cap_fields, c->n_wanted, sizeof(*c->fields));
	c->fields[i] = (struct simd_field){.tokens = p->tokens, .n_tokens = p->n_tokens};
#endif
	return i;
}

/* What the field is whose value is written as raw. */
static void set_field(struct wanted *w, struct slice raw)
{
	w->field = (struct json_field){json_kind_of(raw), raw};
	if (w->field.kind != JSON_KIND_STRING)
		return;
	w->field.text = (struct slice){raw.data + 1, raw.len - 2};
	if (!memchr(raw.data, '\\', raw.len))
		return;
	buf_clear(&w->plain);
	buf_reserve(&w->plain, 1);
	scan_unescape(&w->plain, w->field.text);
	w->field.text = buf_slice(&w->plain);
}

#ifdef HAVE_SIMDJSON
static bool run_fast(struct json_checker *c, struct slice text)
{
	if (!c->simd || !simd_run(c->simd, text, c->fields, c->n_wanted))
		return false;
	for (size_t i = 0; i < c->n_wanted; i++) {
		const struct simd_field *f = &c->fields[i];
		struct wanted *w = &c->wanted[i];

		set_field(w, f->known ? f->raw : pointer_find(w->pointer, text));
	}
	return true;
}
#endif

/* jansson ends its messages with the text around the error, which is payload. */
static void set_message(struct json_checker *c, const json_error_t *where)
{
	/* It also quotes an escape that it can't read. */
	const char *near = strstr(where->text, " near "), *quote = strstr(where->text, " '\\");
	const char *stop = quote && (!near || quote < near) ? quote : near;
	int len = stop ? (int)(stop - where->text) : (int)strlen(where->text);

	if (where->line > 1)
		snprintf(c->message, sizeof(c->message), "line %d, column %d: %.*s", where->line,
			 where->column, len, where->text);
	else
		snprintf(c->message, sizeof(c->message), "column %d: %.*s", where->column, len,
			 where->text);
}

static bool load(struct slice text, json_error_t *where)
{
	const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL;
	json_t *root = json_loadb(text.data, text.len, flags, where);

	json_decref(root);
	return root;
}

/* What jansson minds is valid all the same. */
static bool is_tameable(const json_error_t *where)
{
	return json_error_code(where) == json_error_numeric_overflow ||
	       json_error_code(where) == json_error_null_byte_in_key;
}

static bool load_tamed(struct slice text, json_error_t *where)
{
	struct buf copy = {0};
	bool valid;

	buf_add_slice(&copy, text);
	tame_text(copy.data, copy.len);
	valid = load(buf_slice(&copy), where);
	buf_finish(&copy);
	return valid;
}

static enum fault run_slow(struct json_checker *c, struct slice text)
{
	json_error_t where;
	const char *nul = text.len ? memchr(text.data, '\0', text.len) : NULL;

	if (!text.data) {
		snprintf(c->message, sizeof(c->message), "the value is null");
		return FAULT_INVALID_JSON;
	}
	if (nul) { /* jansson takes "1\0" */
		snprintf(c->message, sizeof(c->message), "column %zu: NUL byte",
			 (size_t)(nul - text.data) + 1);
		return FAULT_INVALID_JSON;
	}
	if (!text_is_utf8(text)) {
		snprintf(c->message, sizeof(c->message), "not valid UTF-8");
		return FAULT_INVALID_UTF8;
	}
	if (load(text, &where) || (is_tameable(&where) && load_tamed(text, &where)))
		return FAULT_NONE;
	set_message(c, &where);
	return FAULT_INVALID_JSON;
}

enum fault json_run(struct json_checker *c, struct slice text)
{
	enum fault fault;

	c->message[0] = '\0';
#ifdef HAVE_SIMDJSON
	if (run_fast(c, text))
		return FAULT_NONE;
#endif
	fault = run_slow(c, text);
	if (fault == FAULT_NONE)
		for (size_t i = 0; i < c->n_wanted; i++)
			set_field(&c->wanted[i], pointer_find(c->wanted[i].pointer, text));
	return fault;
}

const char *json_message(const struct json_checker *c)
{
	return c->message;
}

const struct json_field *json_field(const struct json_checker *c, size_t i)
{
	return &c->wanted[i].field;
}

const char *json_engines(void)
{
#ifdef HAVE_SIMDJSON
	return "simdjson " HAVE_SIMDJSON ", jansson " JANSSON_VERSION;
#else
	return "jansson " JANSSON_VERSION;
#endif
}
