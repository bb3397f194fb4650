/* The input files of a source, by name, and how large they were when it began. */
#ifndef REDRIVE_SOURCE_PATHS_H
#define REDRIVE_SOURCE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct path {
	char *name;    /* "-" is stdin */
	bool regular;  /* a file that can be read again */
	uint64_t size; /* bytes, of a regular file; else 0 */
};

/* Zero-initialise. */
struct paths {
	struct path *items;
	size_t n;
};

/* The names are copied. */
void paths_set(struct paths *p, const char *const *names, size_t n);
void paths_finish(struct paths *p);

/* Bytes of the first n. */
uint64_t paths_size(const struct paths *p, size_t n);

/* Bytes of all, 0 when one of them is not a file. */
uint64_t paths_total(const struct paths *p);

#endif
