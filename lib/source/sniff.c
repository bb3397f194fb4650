#include "source/sniff.h"

#include <strings.h>

#include "base/macros.h"

#define FEW 4

static const char *const compressed[] = {".gz", ".zst", ".xz", ".bz2", ".lz4"};

static const struct suffix {
	const char *text;
	enum source_format format;
	char delimiter;
} suffixes[] = {
	{".csv", SOURCE_CSV, ','},	 {".tsv", SOURCE_CSV, '\t'},
	{".ndjson", SOURCE_NDJSON, ','}, {".jsonl", SOURCE_NDJSON, ','},
	{".json", SOURCE_NDJSON, ','},
};

static const struct alien {
	struct slice magic;
	const char *what;
} aliens[] = {
	{{"\xff\xfe", 2}, "is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"},
	{{"\xfe\xff", 2}, "is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"},
	{{"\x89PNG", 4}, "is a PNG picture"},
	{{"\xff\xd8\xff", 3}, "is a JPEG picture"},
	{{"GIF8", 4}, "is a GIF picture"},
	{{"%PDF-", 5}, "is a PDF document"},
	{{"PK\x03\x04", 4}, "is an archive inside an archive"},
	{{"7z\xbc\xaf", 4}, "is an archive inside an archive"},
	{{"PAR1", 4}, "is a Parquet file"},
	{{"Obj\x01", 4}, "is an Avro file"},
	{{"SQLite format 3", 15}, "is an SQLite database"},
};

static bool ends_with(struct slice name, const char *suffix)
{
	size_t n = strlen(suffix);

	return name.len > n && strncasecmp(name.data + name.len - n, suffix, n) == 0;
}

static const struct suffix *by_name(const char *path)
{
	struct slice name = slice_of(path);

	for (size_t i = 0; i < ARRAY_SIZE(compressed); i++)
		if (ends_with(name, compressed[i])) {
			name.len -= strlen(compressed[i]);
			break;
		}
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (ends_with(name, suffixes[i].text))
			return &suffixes[i];
	return NULL;
}

static bool begins_with(struct slice head, struct slice with)
{
	return head.len >= with.len && memcmp(head.data, with.data, with.len) == 0;
}

/* A few stray control bytes make bad lines, not a binary file. */
static bool is_binary(struct slice head, bool named)
{
	size_t zeros = 0, controls = 0;

	for (size_t i = 0; i < head.len; i++) {
		unsigned char c = (unsigned char)head.data[i];

		zeros += c == 0;
		controls += c < 0x20 && !(c >= '\t' && c <= '\r');
	}
	return controls > FEW + head.len / 10 || (zeros && !named);
}

static const char *alien_name(struct slice head, bool named)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliens); i++)
		if (begins_with(head, aliens[i].magic))
			return aliens[i].what;
	return is_binary(head, named) ? "is binary, neither JSON nor CSV" : NULL;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The next line of *head that is not blank, or a null slice. */
static struct slice next_line(struct slice *head)
{
	while (head->len) {
		const char *end = memchr(head->data, '\n', head->len);
		size_t n = end ? (size_t)(end - head->data) : head->len;
		struct slice line = {head->data, n};

		head->data += end ? n + 1 : n;
		head->len -= end ? n + 1 : n;
		while (line.len && is_blank(line.data[0])) {
			line.data++;
			line.len--;
		}
		while (line.len && is_blank(line.data[line.len - 1]))
			line.len--;
		if (line.len)
			return line;
	}
	return SLICE_NULL;
}

static enum source_format by_content(struct slice head, char delimiter)
{
	struct slice first = next_line(&head), line = first;

	if (!first.data || first.data[0] == '[')
		return SOURCE_NDJSON;
	/* The first record may be a broken one. */
	for (; line.data; line = next_line(&head))
		if (line.data[0] == '{')
			return SOURCE_NDJSON;
	return memchr(first.data, delimiter, first.len) ? SOURCE_CSV : SOURCE_AUTO;
}

static bool is_pretty_printed(struct slice head)
{
	struct slice first = next_line(&head);

	return head.len && (slice_is(first, "[") || slice_is(first, "{"));
}

static struct slice without_mark(struct slice head)
{
	if (begins_with(head, SLICE_LIT("\xef\xbb\xbf")))
		return (struct slice){head.data + 3, head.len - 3};
	return head;
}

static enum sniff_verdict alien(struct error *why, const char *what)
{
	error_set(why, ERROR_INPUT, "%s", what);
	return SNIFF_ALIEN;
}

static enum sniff_verdict judge(const struct sniffed *s, struct slice text, struct error *why)
{
	if (s->format == SOURCE_AUTO)
		return alien(why, "is neither JSON lines nor CSV as far as can be told; say "
				  "--format if it is");
	if (s->format != SOURCE_NDJSON || !is_pretty_printed(text))
		return SNIFF_FINE;
	error_set(why, ERROR_INPUT,
		  "is a pretty-printed JSON document, but one record a line is needed: "
		  "jq -c '.[]' makes that of a list, jq -c . of single documents");
	return SNIFF_UNUSABLE;
}

struct sniffed sniff(const char *name, struct slice head, enum source_format format, char delimiter,
		     struct error *why)
{
	const struct suffix *suffix = by_name(name);
	const char *other = alien_name(head, suffix || format != SOURCE_AUTO);
	struct slice text = without_mark(head);
	struct sniffed s = {.format = format, .delimiter = delimiter};

	if (!s.delimiter)
		s.delimiter = suffix ? suffix->delimiter : ',';
	if (s.format == SOURCE_AUTO)
		s.format = suffix ? suffix->format : by_content(text, s.delimiter);
	s.verdict = other ? alien(why, other) : judge(&s, text, why);
	return s;
}
