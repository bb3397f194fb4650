/* What an input is, told by its name and its first bytes. */
#ifndef REDRIVE_SOURCE_SNIFF_H
#define REDRIVE_SOURCE_SNIFF_H

#include "base/error.h"
#include "base/slice.h"
#include "source/source.h"

enum sniff_verdict {
	SNIFF_FINE,
	SNIFF_ALIEN,	/* no orders: binary, a picture, some text; *why says what */
	SNIFF_UNUSABLE, /* perhaps orders, but not a record a line; *why says what to do */
};

struct sniffed {
	enum sniff_verdict verdict;
	enum source_format format; /* of SNIFF_FINE */
	char delimiter;		   /* of CSV */
};

/* name is the input's or the member's ("-" tells nothing); head its first
 * bytes; format and delimiter what the user said (SOURCE_AUTO, 0: nothing).
 * *why is a text that follows the name, such as "is a PNG picture". */
struct sniffed sniff(const char *name, struct slice head, enum source_format format, char delimiter,
		     struct error *why);

#endif
