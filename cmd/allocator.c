#include "allocator.h"

const char *const malloc_conf = "narenas:1,oversize_threshold:0,dirty_decay_ms:1000";
