#include "source/sniff.h"

#include <ctype.h>
#include <strings.h>

#include "base/macros.h"

#define FEW 4
/* Bytes of headers. */
#define CPIO_HEX   110
#define CPIO_OCTAL 76
#define GIF_HEADER 13

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

#define UTF_32	"is UTF-32 text; convert it first: iconv -f UTF-32 -t UTF-8"
#define UTF_16	"is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8"
#define ARCHIVE "is an archive inside an archive"
#define CPIO	"is a cpio archive; unpack it first"

static bool is_controlling(char c)
{
	return (unsigned char)c < 0x20 && !(c >= '\t' && c <= '\r');
}

/* Numbers with leading zeros, without anything between them. */
static bool is_hex_cpio(struct slice head)
{
	if (head.len < CPIO_HEX)
		return false;
	for (size_t i = 0; i < CPIO_HEX; i++)
		if (!isxdigit((unsigned char)head.data[i]))
			return false;
	return true;
}

static bool is_octal_cpio(struct slice head)
{
	if (head.len < CPIO_OCTAL)
		return false;
	for (size_t i = 0; i < CPIO_OCTAL; i++)
		if (head.data[i] < '0' || head.data[i] > '7')
			return false;
	return true;
}

/* Width and height, colours, and an aspect ratio that nobody sets. */
static bool is_gif(struct slice head)
{
	for (size_t i = 6; i < GIF_HEADER && head.len >= GIF_HEADER; i++)
		if (is_controlling(head.data[i]))
			return true;
	return false;
}

static bool is_parquet(struct slice head)
{
	return head.len > 4 && is_controlling(head.data[4]);
}

static const struct alien {
	struct slice magic;
	const char *what;
	bool text; /* a record may begin so, if somebody says that these are some */
	bool (*proof)(struct slice head); /* what else must be; NULL: nothing */
} aliens[] = {
	{{"\x89PNG", 4}, "is a PNG picture", false, NULL},
	{{"\xff\xd8\xff", 3}, "is a JPEG picture", false, NULL},
	{{"GIF87a", 6}, "is a GIF picture", false, is_gif},
	{{"GIF89a", 6}, "is a GIF picture", false, is_gif},
	{{"%PDF-", 5}, "is a PDF document", true, NULL},
	{{"PK\x03\x04", 4}, ARCHIVE, false, NULL},
	{{"7z\xbc\xaf", 4}, ARCHIVE, false, NULL},
	{{"Rar!\x1a\x07", 6}, "is a RAR archive; unpack it first", false, NULL},
	{{"070701", 6}, CPIO, true, is_hex_cpio},
	{{"070702", 6}, CPIO, true, is_hex_cpio},
	{{"070707", 6}, CPIO, true, is_octal_cpio},
	{{"\x1f\x9d", 2}, "is packed with compress; unpack it first", false, NULL},
	{{"LZIP\x01", 5}, "is packed with lzip; unpack it first", false, NULL},
	{{"\xff\x06\0\0sNaPpY", 10}, "is packed with snappy; unpack it first", false, NULL},
	{{"<!doctype", 9}, "is an HTML page", true, NULL},
	{{"<!DOCTYPE", 9}, "is an HTML page", true, NULL},
	{{"<html", 5}, "is an HTML page", true, NULL},
	{{"<?xml", 5}, "is an XML document", true, NULL},
	{{"PAR1", 4}, "is a Parquet file", false, is_parquet},
	{{"Obj\x01", 4}, "is an Avro file", false, NULL},
	{{"SQLite format 3", 16}, "is an SQLite database", false, NULL},
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

/* Zeros at every second byte, as Latin letters have them in UTF-16. */
static const char *wide_text(struct slice head)
{
	size_t zeros[2] = {0, 0}, pairs = head.len / 2;

	if (begins_with(head, SLICE_LIT("\xff\xfe\0\0")) ||
	    begins_with(head, SLICE_LIT("\0\0\xfe\xff")))
		return UTF_32;
	if (begins_with(head, SLICE_LIT("\xff\xfe")) || begins_with(head, SLICE_LIT("\xfe\xff")))
		return UTF_16;
	for (size_t i = 0; i < 2 * pairs; i++)
		zeros[i % 2] += !head.data[i];
	if (pairs < FEW || zeros[0] + zeros[1] < pairs - pairs / 8 || (zeros[0] && zeros[1]))
		return NULL;
	return zeros[0] ? "looks like UTF-16 text; convert it first: iconv -f UTF-16BE -t UTF-8"
			: "looks like UTF-16 text; convert it first: iconv -f UTF-16LE -t UTF-8";
}

/* `{` and what may follow it in JSON. */
static bool begins_as_json(struct slice head)
{
	return head.len > 1 && head.data[0] == '{' && strchr(" \t\r\n\"}", head.data[1]) &&
	       head.data[1];
}

/* A few stray control bytes make bad lines, not a binary file. */
static bool is_binary(struct slice head, bool named)
{
	size_t zeros = 0, controls = 0;

	if (begins_as_json(head))
		return false;
	for (size_t i = 0; i < head.len; i++) {
		zeros += !head.data[i];
		controls += is_controlling(head.data[i]);
	}
	return controls > FEW + head.len / 10 || (zeros && !named);
}

static const char *alien_name(struct slice head, enum source_format told)
{
	for (size_t i = 0; i < ARRAY_SIZE(aliens); i++) {
		const struct alien *a = &aliens[i];

		if (begins_with(head, a->magic) && (!a->text || told == SOURCE_AUTO) &&
		    (!a->proof || a->proof(head)))
			return a->what;
	}
	if (head.len > 262 && memcmp(head.data + 257, "ustar", 5) == 0 &&
	    memchr(head.data, '\0', 257))
		return ARCHIVE;
	return NULL;
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

/* Carriage returns alone end the lines, as on the first Macs. */
static bool has_bare_returns(struct slice head)
{
	bool quoted = false;

	if (memchr(head.data, '\n', head.len))
		return false;
	for (size_t i = 0; i + 1 < head.len; i++) {
		quoted ^= head.data[i] == '"';
		if (head.data[i] == '\r' && !quoted)
			return true;
	}
	return false;
}

/* Moves *text behind the token, and blanks before it. */
static bool take(struct slice *text, const char *token)
{
	size_t n = strlen(token);

	while (text->len && is_blank(text->data[0])) {
		text->data++;
		text->len--;
	}
	if (text->len < n || memcmp(text->data, token, n) != 0)
		return false;
	text->data += n;
	text->len -= n;
	return true;
}

/* The line of a fallback file, as far as its topic, which is *topic then. */
static bool is_envelope(struct slice line, struct slice *topic)
{
	const char *end;

	if (!take(&line, "{") || !take(&line, "\"v\"") || !take(&line, ":") || !take(&line, "1") ||
	    !take(&line, ",") || !take(&line, "\"topic\"") || !take(&line, ":") ||
	    !take(&line, "\""))
		return false;
	end = memchr(line.data, '"', line.len);
	if (!end)
		return false;
	*topic = (struct slice){line.data, (size_t)(end - line.data)};
	line.len -= topic->len + 1;
	line.data = end + 1;
	return take(&line, ",") && (take(&line, "\"key") || take(&line, "\"value"));
}

/* A number, a date or an address for mail, perhaps in quotes: no name for a column. */
static bool is_value(struct slice field)
{
	if (field.len && memchr(field.data, '@', field.len))
		return true;
	if (field.len > 2 && field.data[0] == '"') {
		field.data++;
		field.len -= 2;
	}
	if (!field.len || !strchr("+-.0123456789", field.data[0]))
		return false;
	for (size_t i = 0; i < field.len; i++)
		if (!field.data[i] || !strchr("+-.:/ TZ0123456789", field.data[i]))
			return false;
	return field.len > 1 || strchr("0123456789", field.data[0]);
}

static bool is_headless(struct slice head, char delimiter)
{
	struct slice line = next_line(&head);

	while (line.len) {
		const char *end = memchr(line.data, delimiter, line.len);
		size_t n = end ? (size_t)(end - line.data) : line.len;

		if (is_value((struct slice){line.data, n}))
			return true;
		line.data += end ? n + 1 : n;
		line.len -= end ? n + 1 : n;
	}
	return false;
}

static struct slice without_mark(struct slice head)
{
	if (begins_with(head, SLICE_LIT("\xef\xbb\xbf")))
		return (struct slice){head.data + 3, head.len - 3};
	return head;
}

/* What was recognised for sure, not by text alone, comes before what the user
 * says. A name that promises orders makes of an alien something that must not
 * be left out. */
static const char *find_fault(struct slice head, const struct suffix *suffix,
			      enum source_format told, enum sniff_verdict *verdict)
{
	const char *what = wide_text(head);

	*verdict = SNIFF_UNUSABLE;
	if (what)
		return what;
	if (!suffix)
		*verdict = SNIFF_ALIEN;
	what = alien_name(head, told);
	if (!what && told == SOURCE_AUTO && is_binary(head, suffix))
		what = "is binary, neither JSON nor CSV";
	return what;
}

static const char *find_unusable(enum source_format format, struct slice text)
{
	if (format == SOURCE_NDJSON && is_pretty_printed(text))
		return "is a pretty-printed JSON document, but one record a line is needed: "
		       "jq -c '.[]' makes that of a list, jq -c . of single documents";
	if (has_bare_returns(text))
		return "has lines that end with carriage returns alone; convert it first, "
		       "with mac2unix for example";
	return NULL;
}

/* What the user may not expect of a format that was found out. */
static bool find_notice(struct sniffed *s, struct slice text, struct error *why)
{
	struct slice first = next_line(&text), topic;

	if (s->format != SOURCE_NDJSON)
		return false;
	if (is_envelope(first, &topic)) {
		s->format = SOURCE_ENVELOPE;
		error_set(why, ERROR_INPUT,
			  "is a fallback file of topic %.*s: its messages are loaded, not the "
			  "envelopes around them (--format ndjson loads the lines as they are)",
			  (int)topic.len, topic.data);
		return true;
	}
	if (!take(&first, "[") || !take(&first, "{"))
		return false;
	error_set(why, ERROR_INPUT,
		  "begins with a JSON array, which is loaded as one message; jq -c '.[]' makes "
		  "one of each of its elements");
	return true;
}

static struct sniffed refuse(struct sniffed s, enum sniff_verdict verdict, const char *what,
			     struct error *why)
{
	error_set(why, ERROR_INPUT, "%s", what);
	s.verdict = verdict;
	return s;
}

struct sniffed sniff(const char *name, struct slice head, enum source_format format, char delimiter,
		     struct error *why)
{
	const struct suffix *suffix = by_name(name);
	struct slice text = without_mark(head);
	struct sniffed s = {.format = format, .delimiter = delimiter};
	enum sniff_verdict verdict;
	const char *what = find_fault(head, suffix, format, &verdict);

	if (!s.delimiter)
		s.delimiter = suffix ? suffix->delimiter : ',';
	if (s.format == SOURCE_AUTO)
		s.format = suffix ? suffix->format : by_content(text, s.delimiter);
	if (what)
		return refuse(s, verdict, what, why);
	if (s.format == SOURCE_AUTO)
		return refuse(s, SNIFF_ALIEN,
			      "is neither JSON lines nor CSV as far as can be told; say --format "
			      "if it is",
			      why);
	what = find_unusable(s.format, text);
	if (what)
		return refuse(s, SNIFF_UNUSABLE, what, why);
	s.notice = format == SOURCE_AUTO && find_notice(&s, text, why);
	s.headless = s.format == SOURCE_CSV && is_headless(text, s.delimiter);
	return s;
}
