/* A place in the inputs: all records before it have been yielded, none behind it. */
#ifndef REDRIVE_SOURCE_PLACE_H
#define REDRIVE_SOURCE_PLACE_H

#include <stdint.h>

struct source_place {
	unsigned input;	 /* number of the input, from 0; as many as there are: all are read */
	unsigned member; /* of an archive: number among its files and links, from 0; else 0 */
	uint64_t offset; /* bytes before it in the (decompressed) member */
	uint64_t line;	 /* its line number in the member, from 1 */
};

/* < 0, 0, > 0 as a comes before, is, comes after b. */
static inline int source_place_compare(const struct source_place *a, const struct source_place *b)
{
	if (a->input != b->input)
		return a->input < b->input ? -1 : 1;
	if (a->member != b->member)
		return a->member < b->member ? -1 : 1;
	return a->offset < b->offset ? -1 : a->offset > b->offset;
}

#endif
