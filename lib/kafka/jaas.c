#include "kafka/jaas.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static const char blanks[] = " \t\r\n\f\v";
static const char stops[] = " \t\r\n\f\v=;\"'";

void jaas_finish(struct jaas *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free(j->options[i].name);
		free(j->options[i].value);
	}
	free(j->options);
	free(j->module);
	*j = (struct jaas){0};
}

static void skip_blanks(const char **at)
{
	*at += strspn(*at, blanks);
}

/* "\101" is A; a character that stands for nothing else stands for itself. */
static void add_escape(struct buf *out, const char **at)
{
	static const char letters[] = "abfnrtv", meant[] = "\a\b\f\n\r\t\v";
	const char *letter;
	unsigned code = 0, digits = 0;

	while (digits < 3 && **at >= '0' && **at <= '7' && code < 32) {
		code = code * 8 + (unsigned)(*(*at)++ - '0');
		digits++;
	}
	if (digits) {
		buf_add_char(out, (char)code);
		return;
	}
	if (!**at)
		return;
	letter = strchr(letters, **at);
	buf_add_char(out, letter ? meant[letter - letters] : **at);
	++*at;
}

/* NULL when the quote doesn't end; the caller frees it. */
static char *take_quoted(const char **at)
{
	char quote = *(*at)++;
	struct buf out = {0};

	buf_add_str(&out, "");
	while (**at && **at != quote) {
		char c = *(*at)++;

		if (c == '\\')
			add_escape(&out, at);
		else
			buf_add_char(&out, c);
	}
	if (*(*at) == quote) {
		++*at;
		return out.data;
	}
	buf_finish(&out);
	return NULL;
}

/* NULL when nothing is there; the caller frees it. */
static char *take_word(const char **at)
{
	size_t len = strcspn(*at, stops);
	char *word = len ? mem_dup((struct slice){*at, len}) : NULL;

	*at += len;
	return word;
}

static char *take_value(const char **at)
{
	skip_blanks(at);
	return **at == '"' || **at == '\'' ? take_quoted(at) : take_word(at);
}

static bool take_option(struct jaas *j, const char **at)
{
	struct jaas_option *option;

	j->options = mem_grow(j->options, &j->cap, j->n + 1, sizeof(*j->options));
	option = &j->options[j->n++];
	*option = (struct jaas_option){.name = take_word(at)};
	skip_blanks(at);
	if (!option->name || **at != '=')
		return false;
	++*at;
	option->value = take_value(at);
	return option->value != NULL;
}

bool jaas_parse(struct jaas *j, const char *text)
{
	const char *at = text;
	char *flag;

	*j = (struct jaas){0};
	skip_blanks(&at);
	j->module = take_word(&at);
	skip_blanks(&at);
	flag = take_word(&at); /* "required": there is one module only */
	free(flag);
	if (!j->module || !flag)
		return false;
	for (;;) {
		skip_blanks(&at);
		if (!*at || *at == ';')
			return true;
		if (!take_option(j, &at))
			return false;
	}
}

const char *jaas_module(const struct jaas *j)
{
	const char *dot = strrchr(j->module, '.');

	return dot ? dot + 1 : j->module;
}

const char *jaas_get(const struct jaas *j, const char *name)
{
	for (size_t i = 0; i < j->n; i++)
		if (strcmp(j->options[i].name, name) == 0)
			return j->options[i].value;
	return NULL;
}
