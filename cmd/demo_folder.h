/* The folder that the demo works in, and what happens to files there. */
#ifndef REDRIVE_CMD_DEMO_FOLDER_H
#define REDRIVE_CMD_DEMO_FOLDER_H

#include "base/error.h"

#define DEMO_FOLDER_CONFIG "redrive.conf" /* there from the beginning */
#define DEMO_FOLDER_EXPORT "to-mend"	  /* comes later */

struct demo_folder {
	char *path; /* absolute; NULL: there is none */
};

/* Makes it in TMPDIR or /tmp, with the demo's files, and goes there. 0, or -1 with *err;
 * demo_folder_remove is called in any case. */
int demo_folder_make(struct demo_folder *f, struct error *err) _must_check_;

/* Writes 15.0 behind "total": in the exported file, as a human would. 0, or -1: it isn't
 * what it should be, or can't be written. */
int demo_folder_mend(void) _must_check_;

/* Leaves it, and deletes it with all that is in it. */
void demo_folder_remove(struct demo_folder *f);

#endif
