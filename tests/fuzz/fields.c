#include "fields.h"

#include "fuzz.h"

void fields_clear(struct fields *f)
{
	for (size_t i = 0; i < MOST_FIELDS; i++) {
		buf_finish(&f->texts[i]);
		buf_add_str(&f->texts[i], "");
	}
	f->n = 0;
}

void fields_finish(struct fields *f)
{
	for (size_t i = 0; i < MOST_FIELDS; i++)
		buf_finish(&f->texts[i]);
}

static void add_char(struct fields *f, char c)
{
	if (f->n < MOST_FIELDS)
		buf_add_char(&f->texts[f->n], c);
}

void fields_take(struct fields *f, struct slice row, char delimiter)
{
	size_t i = 0;

	fields_clear(f);
	for (;;) {
		bool quoted = i < row.len && row.data[i] == '"';

		for (i += quoted; i < row.len; i++) {
			bool quote = row.data[i] == '"', twice;

			twice = quoted && quote && i + 1 < row.len && row.data[i + 1] == '"';
			if ((quoted && quote && !twice) || (!quoted && row.data[i] == delimiter))
				break;
			REQUIRE(quoted || !quote);
			i += twice;
			add_char(f, row.data[i]);
		}
		REQUIRE(!quoted || i < row.len);
		i += quoted;
		f->n++;
		if (i == row.len)
			return;
		REQUIRE(row.data[i++] == delimiter);
	}
}

static void trim(struct buf *text)
{
	size_t from = 0;

	while (from < text->len && strchr(" \t", text->data[from]))
		from++;
	while (text->len > from && strchr(" \t", text->data[text->len - 1]))
		text->len--;
	text->len -= from;
	memmove(text->data, text->data + from, text->len);
	text->data[text->len] = '\0';
}

void fields_trim(struct fields *f)
{
	for (size_t i = 0; i < f->n && i < MOST_FIELDS; i++)
		trim(&f->texts[i]);
}

size_t fields_row_length(struct slice rest)
{
	size_t quotes = 0, n = 0;

	while (rest.len) {
		struct slice line = fuzz_take_line(&rest);

		quotes += fuzz_count(line, '"');
		n += line.len + 1;
		if (quotes % 2 == 0)
			return n - 1 - (line.len && line.data[line.len - 1] == '\r');
	}
	return 0;
}
