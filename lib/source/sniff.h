/* What an input is, told by its name and its first bytes. */
#ifndef REDRIVE_SOURCE_SNIFF_H
#define REDRIVE_SOURCE_SNIFF_H

#include "base/error.h"
#include "base/slice.h"
#include "source/source.h"

enum sniff_verdict {
	SNIFF_FINE,
	SNIFF_ALIEN,	/* no orders: binary, a picture, some text; *why says what */
	SNIFF_UNUSABLE, /* perhaps orders, but in no form that can be read; *why says what to do */
};

struct sniffed {
	enum sniff_verdict verdict;
	enum source_format format; /* of SNIFF_FINE */
	char delimiter;		   /* of CSV */
	bool notice;		   /* SNIFF_FINE, and *why is something to tell all the same */
	bool headless;		   /* CSV whose first row looks like values, not like names */
};

/* name is the input's or the member's ("-" tells nothing); head its first
 * bytes; format and delimiter what the user said (SOURCE_AUTO, 0: nothing).
 * With a format given, bytes that are no text are the records' fault, not the
 * file's, and text is never taken for anything else. *why is a text that follows the name, such as "is a PNG picture". */
struct sniffed sniff(const char *name, struct slice head, enum source_format format, char delimiter,
		     struct error *why);

#endif
