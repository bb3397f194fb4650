#include "allocator.h"

const char *const malloc_conf = "narenas:2,oversize_threshold:0";
