/* A file that says what home-made headers mean: see decoder_add_map. */
#ifndef REDRIVE_LETTER_MAP_H
#define REDRIVE_LETTER_MAP_H

#include "base/error.h"
#include "base/macros.h"
#include "letter/convention.h"

/* Zero-initialise. */
struct map {
	struct rule *rules; /* all of SYSTEM_CUSTOM; their names are owned */
	size_t n, cap;
};

/* Adds the rules of a file, which may move those that are there. 0, or -1 with *err
 * (ERROR_USAGE), with nothing added. */
int map_read(struct map *map, const char *path, struct error *err) _must_check_;
void map_finish(struct map *map);

#endif
