/* Archives and compressed files, made in memory by libarchive's writers. */
#ifndef REDRIVE_FUZZ_PACK_H
#define REDRIVE_FUZZ_PACK_H

#include "base/buf.h"
#include "base/slice.h"

enum pack_form { PACK_PLAIN, PACK_TAR, PACK_ZIP, PACK_7Z, PACK_FORMS };
enum pack_filter { PACK_GZIP, PACK_ZSTD, PACK_LZ4, PACK_BZIP2, PACK_NONE, PACK_FILTERS };

/* Members a.ndjson, b.ndjson and so on; PACK_PLAIN takes one alone, without a
 * name. zip and 7z are never compressed a second time. */
void pack(struct buf *out, enum pack_form form, enum pack_filter filter,
	  const struct slice *members, size_t n);

#endif
