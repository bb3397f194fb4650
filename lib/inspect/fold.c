#include "inspect/fold.h"

#include <ctype.h>

#include "base/macros.h"
#include "base/text.h"
#include "inspect/things.h"

/* Longer quotations are payload. */
#define QUOTED_MAX 40
/* Bytes of JSON that are surely payload. */
#define PAYLOAD_MIN 12
/* No word is as long that has no other letters than those of hexadecimal digits. */
#define HEX_MIN 8

struct fold {
	struct buf *out;
	size_t from; /* where it begins in `out` */
	const char *at, *end;
	char before;	 /* the byte before `at` */
	bool id;	 /* the word's last part was folded to an id */
	unsigned joints; /* of the word: see thing_joint */
	bool unclosed;	 /* no bracket closes from here on */
};

static struct slice rest(const struct fold *f)
{
	return (struct slice){f->at, (size_t)(f->end - f->at)};
}

static size_t left(const struct fold *f)
{
	return (size_t)(f->end - f->at);
}

static bool is_byte(const struct fold *f, size_t i, char c)
{
	return i < left(f) && f->at[i] == c;
}

static size_t run(const struct fold *f, size_t from, unsigned wanted)
{
	return thing_run(rest(f), from, wanted);
}

static void advance(struct fold *f, size_t n)
{
	if (!n)
		return;
	f->before = f->at[n - 1];
	f->at += n;
}

/* There is room: what is folded never gets longer than twice what it was. */
static void add(struct fold *f, const char *data, size_t n)
{
	memcpy(f->out->data + f->out->len, data, n);
	f->out->len += n;
}

static void copy(struct fold *f, size_t n)
{
	add(f, f->at, n);
	advance(f, n);
}

static bool ends_with(const struct fold *f, const char *tail)
{
	size_t n = strlen(tail);

	return f->out->len - f->from >= n && memcmp(f->out->data + f->out->len - n, tail, n) == 0;
}

/* "<n>, <n>, <n>" is as long as a list happens to be: one is enough. */
static bool joins_list(struct fold *f)
{
	static const char *const separators[] = {", ", ",", "; "};

	for (size_t i = 0; i < ARRAY_SIZE(separators); i++) {
		size_t n = strlen(separators[i]);

		if (!ends_with(f, separators[i]) || f->out->len - f->from < n + 2 ||
		    f->out->data[f->out->len - n - 2] != FOLD_MARK)
			continue;
		f->out->len -= n;
		return true;
	}
	return false;
}

/* A sign before a number belongs to it. */
static void drop_sign(struct fold *f)
{
	size_t n = f->out->len - f->from;
	const char *out = f->out->data + f->from;

	if (n && (out[n - 1] == '-' || out[n - 1] == '+') &&
	    (n == 1 || strchr(" ([=:,", out[n - 2])))
		f->out->len--;
}

/* Puts a thing in the place of the next n bytes. */
static void put(struct fold *f, enum thing thing, size_t n)
{
	if (thing == THING_NUMBER)
		drop_sign(f);
	if (!joins_list(f))
		add(f, (const char[]){FOLD_MARK, (char)thing}, 2);
	advance(f, n);
}

/* Words that have digits in them by their nature. */
static bool is_term(struct slice part)
{
	static const char *const terms[] = {
		"utf8",	 "utf16", "base64", "sha1",  "sha256", "sha512",  "md5",     "crc32",
		"int8",	 "int16", "int32",  "int64", "uint32", "uint64",  "float32", "float64",
		"http2", "ipv4",  "ipv6",   "log4j", "x509",   "s3",	  "ec2",     "k8s",
		"lz4",	 "p12",	  "pkcs12", "tls1",  "oauth2", "iso8601", "h2",	     "db2",
	};
	char lower[8];

	if (part.len >= sizeof(lower))
		return false;
	for (size_t i = 0; i < part.len; i++)
		lower[i] = (char)tolower((unsigned char)part.data[i]);
	for (size_t i = 0; i < ARRAY_SIZE(terms); i++)
		if (slice_is((struct slice){lower, part.len}, terms[i]))
			return true;
	return false;
}

/* Random names as clusters give them have no vowels, so that they spell nothing. */
static bool is_random(struct slice part, size_t least)
{
	static const char *const words[] = {"https", "xhtml"};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (slice_is(part, words[i]))
			return false;
	for (size_t i = 0; i < part.len; i++)
		if (!islower((unsigned char)part.data[i]) || strchr("aeiouy", part.data[i]))
			return false;
	return part.len >= least;
}

/* A run of digits with its fractions and thousands: 12.5 and 1,204. */
static size_t number_len(const struct fold *f)
{
	size_t n = run(f, 0, SORT_DIGIT);

	for (;;) {
		size_t more = 0;

		if (is_byte(f, n, '.'))
			more = run(f, n + 1, SORT_DIGIT);
		else if (is_byte(f, n, ',') && run(f, n + 1, SORT_DIGIT) == 3)
			more = 3;
		if (!more || thing_is(rest(f), n + 1 + more, SORT_LETTER))
			return n;
		n += 1 + more;
	}
}

static bool is_unit(struct slice s)
{
	static const char *const units[] = {"ms",  "s",	 "m",	"h",   "d",   "us",  "ns", "b",
					    "kb",  "mb", "gb",	"kib", "mib", "gib", "B",  "KB",
					    "MB",  "GB", "KiB", "MiB", "GiB", "k",   "K",  "min",
					    "sec", "th", "st",	"nd",  "rd",  "x"};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (slice_is(s, units[i]))
			return true;
	return false;
}

/* A word, or the end of one, with a number behind it. */
static bool is_numbered(const struct fold *f, size_t letters, size_t digits, size_t n, bool first)
{
	if (letters < 3 || letters + digits != n)
		return false;
	if (n >= 6 && run(f, 0, SORT_HEX) == n)
		return false;
	return first || !is_random((struct slice){f->at, letters}, 3);
}

/* A name in which a number stands, as in ipv4Address: an id has more digits, or fewer
 * letters around them. */
static bool has_number(const struct fold *f, size_t letters, size_t digits, size_t n)
{
	size_t more = run(f, letters + digits, SORT_LETTER);

	return letters >= 3 && digits <= 2 && more >= 4 && letters + digits + more == n &&
	       run(f, 0, SORT_HEX) < n &&
	       !is_random((struct slice){f->at + letters + digits, more}, 4);
}

/* d and b are hexadecimal digits, too. */
static bool has_unit(const struct fold *f, size_t digits, size_t n)
{
	return !strchr("-_@#/.", f->before) && run(f, 0, SORT_HEX) < HEX_MIN &&
	       is_unit((struct slice){f->at + digits, n - digits});
}

/* A part of digits and letters, n bytes long. */
static void fold_mixed(struct fold *f, size_t n, bool first)
{
	size_t letters = run(f, 0, SORT_LETTER), digits = run(f, letters, SORT_DIGIT);

	if (is_term((struct slice){f->at, n}) || has_number(f, letters, digits, n)) {
		copy(f, n);
	} else if (!letters && has_unit(f, digits, n)) {
		put(f, THING_NUMBER, digits);
		copy(f, n - digits);
	} else if (is_numbered(f, letters, digits, n, first)) {
		copy(f, letters);
		put(f, THING_NUMBER, digits);
	} else {
		put(f, THING_ID, n);
		f->id = true;
	}
}

/* An offset in a partition, as Kafka's own messages have it: orders-3@42. */
static const char number_at[] = {FOLD_MARK, THING_NUMBER, '@', '\0'};

/* A part of a word, between joints. */
static void fold_part(struct fold *f, bool first)
{
	size_t n = run(f, 0, SORT_LETTER | SORT_DIGIT), digits = run(f, 0, SORT_DIGIT), whole;

	if (digits == n) {
		/* What a Java object is called by, as against an offset in a partition. */
		bool hash = f->before == '@' && n >= 5 && !ends_with(f, number_at);

		whole = number_len(f);
		put(f, hash ? THING_ID : THING_NUMBER, whole > n ? whole : n);
		f->id = true;
	} else if (run(f, 0, SORT_LETTER) < n) {
		fold_mixed(f, n, first);
	} else if (run(f, 0, SORT_HEX) == n && n >= HEX_MIN) {
		put(f, THING_ID, n);
		f->id = true;
	} else if (f->before == '-' && is_random((struct slice){f->at, n}, f->id ? 4 : 5)) {
		put(f, THING_ID, n);
	} else {
		copy(f, n);
	}
}

static bool fold_thing(struct fold *f)
{
	enum thing thing;
	size_t n = thing_match(rest(f), f->joints, &thing);

	if (!n)
		return false;
	put(f, thing, n);
	f->id = true;
	return true;
}

/* Nothing in it can be folded: no digit, and no joint that makes an address or puts ids
 * together. */
static bool is_plain(struct fold *f, const char *stop)
{
	size_t hex = 0, longest = 0;
	unsigned all = 0;

	f->joints = 0;
	for (const char *c = f->at; c < stop; c++) {
		all |= thing_sort(*c);
		hex = thing_sort(*c) & SORT_HEX ? hex + 1 : 0;
		longest = hex > longest ? hex : longest;
		if (thing_sort(*c) & SORT_JOINT)
			f->joints |= thing_joint(*c);
	}
	return !(all & SORT_DIGIT) && longest < HEX_MIN &&
	       !(f->joints &
		 (thing_joint('.') | thing_joint('@') | thing_joint(':') | thing_joint('-')));
}

static void fold_word(struct fold *f)
{
	const char *stop = f->at + thing_word(rest(f));
	bool first = true;

	if (is_plain(f, stop)) {
		copy(f, (size_t)(stop - f->at));
		return;
	}
	f->id = false;
	while (f->at < stop) {
		if (thing_is(rest(f), 0, SORT_JOINT))
			copy(f, 1);
		else if (!fold_thing(f))
			fold_part(f, first);
		first = false;
	}
}

/* What a quotation at `at` is long, with its quotes; 0 when it is none. */
static size_t quoted_len(const struct fold *f)
{
	size_t n = 1;

	if (thing_sort(f->before) & (SORT_LETTER | SORT_DIGIT))
		return 0;
	for (; n < left(f); n++)
		if (f->at[n] == *f->at && f->at[n - 1] != '\\' &&
		    !thing_is(rest(f), n + 1, SORT_LETTER | SORT_DIGIT))
			return n + 1;
	return 0;
}

/* A name of a type, with those that it is made of. */
static bool is_type(struct slice text)
{
	bool dot = false;

	for (size_t i = 0; i < text.len; i++) {
		dot |= text.data[i] == '.';
		if (!thing_is(text, i, SORT_LETTER) && !strchr("._$<>,[]", text.data[i]) &&
		    !(text.data[i] == ' ' && i && text.data[i - 1] == ','))
			return false;
	}
	return dot && thing_is(text, 0, SORT_LETTER);
}

/* A quotation of payload, rather than of a name; a method's may be long. */
static bool is_payload(struct slice text)
{
	if (is_type(text))
		return false;
	return (text.len > QUOTED_MAX && !memchr(text.data, '(', text.len)) ||
	       memchr(text.data, '{', text.len) || memchr(text.data, '<', text.len) ||
	       memchr(text.data, '\\', text.len);
}

static void fold_quote(struct fold *f)
{
	size_t n = quoted_len(f);

	/* An answer that was quoted as it came ends with its bracket, not with its first
	 * quote. */
	if (n > 3 && strchr("{[", f->at[1]) && !strchr("}]", f->at[n - 2])) {
		copy(f, 1);
		return;
	}
	if (n < 3 || !is_payload((struct slice){f->at + 1, n - 2})) {
		copy(f, 1);
		return;
	}
	copy(f, 1);
	put(f, THING_TEXT, n - 2);
	copy(f, 1);
}

/* What an object or a list at `at` is long, with its brackets; cut off, it goes to the
 * end, as does then what is opened behind it. */
static size_t bracketed_len(struct fold *f)
{
	unsigned depth = 0;
	bool quoted = false;

	for (size_t n = 0; n < left(f); n++) {
		char c = f->at[n];

		if (c == '"' && (!n || f->at[n - 1] != '\\'))
			quoted = !quoted;
		else if (!quoted && (c == '{' || c == '['))
			depth++;
		else if (!quoted && (c == '}' || c == ']') && !--depth)
			return n + 1;
	}
	f->unclosed = true;
	return left(f);
}

/* An interval, [0, 100), does not. */
static bool begins_payload(const struct fold *f)
{
	size_t n = 1;

	while (is_byte(f, n, ' ') || is_byte(f, n, '\n'))
		n++;
	return *f->at == '{' || (n < left(f) && strchr("{[\"", f->at[n]));
}

/* JSON is payload; a list of names in brackets is not. */
static void fold_bracket(struct fold *f)
{
	size_t n = f->unclosed ? left(f) : bracketed_len(f);

	bool closed = n < left(f) || f->end[-1] == '}' || f->end[-1] == ']';

	if (n < PAYLOAD_MIN || !memchr(f->at, '"', n) || !memchr(f->at, ':', n) ||
	    (!closed && !begins_payload(f))) {
		copy(f, 1);
		return;
	}
	copy(f, 1);
	if (closed) {
		put(f, THING_TEXT, n - 2);
		copy(f, 1);
	} else {
		put(f, THING_TEXT, n - 1);
	}
}

/* Blanks and line ends are one blank; what could be taken for a mark is gone. */
static void fold_blank(struct fold *f)
{
	if (!ends_with(f, " ") && f->out->len > f->from)
		add(f, " ", 1);
	advance(f, 1);
}

void fold_text(struct buf *out, struct slice message)
{
	struct slice text = text_cut(message, FOLD_MAX);
	struct fold f = {out, out->len, text.data, text.data + text.len, ' ', false, 0, false};

	buf_reserve(out, 2 * text.len + 1);
	while (f.at < f.end) {
		char c = *f.at;

		if (thing_sort(c) & (SORT_LETTER | SORT_DIGIT))
			fold_word(&f);
		else if (c == '"' || c == '\'' || c == '`')
			fold_quote(&f);
		else if (c == '{' || c == '[')
			fold_bracket(&f);
		else if ((unsigned char)c <= ' ')
			fold_blank(&f);
		else
			copy(&f, 1);
	}
	if (out->len > f.from && out->data[out->len - 1] == ' ')
		out->len--;
	out->data[out->len] = '\0';
}

void fold_level(char *text, size_t len)
{
	char *end = text + len;

	while (text < end && (text = memchr(text, FOLD_MARK, (size_t)(end - text)))) {
		if (++text < end)
			*text++ = FOLD_MARK;
	}
}

bool fold_same(struct slice a, struct slice b)
{
	if (!a.data || !b.data)
		return a.data == b.data;
	for (size_t i = 0; i < a.len && i < b.len && a.len == b.len; i++) {
		if (a.data[i] != b.data[i])
			return false;
		i += a.data[i] == FOLD_MARK;
	}
	return a.len == b.len;
}

static const char *thing_name(char thing)
{
	static const struct {
		enum thing thing;
		const char *name;
	} names[] = {
		{THING_NUMBER, "<n>"},	{THING_ID, "<id>"},   {THING_TIME, "<time>"},
		{THING_HOST, "<host>"}, {THING_URL, "<url>"}, {THING_MAIL, "<email>"},
		{THING_TEXT, "..."},
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (thing == (char)names[i].thing)
			return names[i].name;
	return "<*>";
}

void fold_show(struct buf *out, struct slice folded)
{
	for (size_t i = 0; i < folded.len; i++) {
		if (folded.data[i] == FOLD_MARK && i + 1 < folded.len)
			buf_add_str(out, thing_name(folded.data[++i]));
		else
			buf_add_char(out, folded.data[i]);
	}
}
