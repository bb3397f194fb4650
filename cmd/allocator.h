/* Settings of jemalloc, which looks for a symbol of this name (jemalloc(3), "TUNING"): as many
 * arenas as threads are busy, and none of their own for large blocks, which are used again at
 * once. */
#ifndef REDRIVE_CMD_ALLOCATOR_H
#define REDRIVE_CMD_ALLOCATOR_H

extern const char *const malloc_conf;

#endif
