/* What stands between the quotes of a JSON string, made into what it stands for. */
#ifndef REDRIVE_BASE_UNESCAPE_H
#define REDRIVE_BASE_UNESCAPE_H

/* What there is to know of such a text. What is wrong is passed over: a control
 * character or a byte stays as it is, of an escape that JSON doesn't have the backslash
 * goes, one that the end cuts off goes whole, half a surrogate pair becomes U+FFFD. */
enum unescape_flag {
	UNESCAPE_NO_JSON = 1, /* a control character, or an escape that is none */
	UNESCAPE_NO_UTF8 = 2, /* bytes that are not UTF-8 */
	UNESCAPE_NUL = 4,     /* a NUL, which is fine */
};

/* Goes from p to the first quote without a backslash before it, or to end, and
 * returns where it stands then. Writes to *out, which needs room for end - p bytes
 * outside of that text, and moves it behind what was written; adds to *flags. */
const char *unescape(char **out, const char *p, const char *end, unsigned *flags);

#endif
