/* Settings of jemalloc, which looks for a symbol of this name (jemalloc(3), "TUNING"): one
 * arena, since few threads are busy at once; none of its own for large blocks, which are used
 * again soon; what has been free for a second goes back to the system, when more is allocated. */
#ifndef REDRIVE_CMD_ALLOCATOR_H
#define REDRIVE_CMD_ALLOCATOR_H

extern const char *const malloc_conf;

#endif
