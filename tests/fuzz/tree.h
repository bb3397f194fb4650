/* JSON as jansson's own tree, to hold against what redrive finds in the text. */
#ifndef REDRIVE_FUZZ_TREE_H
#define REDRIVE_FUZZ_TREE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/slice.h"

/* NULL for what is invalid, and for some valid texts: names that stand twice, or have NULs,
 * numbers that are too large. */
json_t *tree_read(struct slice text);

/* False when `name` spells no index (RFC 6901). */
bool tree_index(struct slice name, size_t *index);

/* What the tokens of a pointer lead to, borrowed, or NULL. */
json_t *tree_find(json_t *root, const struct slice *tokens, size_t n);

#endif
