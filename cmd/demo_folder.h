/* The folder that the demo works in, and what happens to files there. */
#ifndef REDRIVE_CMD_DEMO_FOLDER_H
#define REDRIVE_CMD_DEMO_FOLDER_H

#include "base/error.h"

/* The names of files that are not there from the beginning, or not told of. */
#define DEMO_FOLDER_CONFIG   "redrive.conf"
#define DEMO_FOLDER_FALLBACK "held.fallback.ndjson"
#define DEMO_FOLDER_EXPORT   "to-mend"

struct demo_folder {
	char *path; /* absolute; NULL: there is none */
};

/* Makes it in TMPDIR or /tmp, with the demo's files, and goes there. 0, or -1 with *err;
 * demo_folder_remove is called in any case. */
int demo_folder_make(struct demo_folder *f, struct error *err) _must_check_;

/* Writes 15.0 behind "total": in the exported file, as a human would. 0, or -1: it isn't
 * what it should be, or can't be written. */
int demo_folder_mend(void) _must_check_;

/* Leaves it, and deletes what the demo has made. */
void demo_folder_remove(struct demo_folder *f);

#endif
