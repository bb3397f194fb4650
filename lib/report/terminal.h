/* The end of a stream that a person looks at. */
#ifndef REDRIVE_REPORT_TERMINAL_H
#define REDRIVE_REPORT_TERMINAL_H

#include <stdio.h>

#include "base/slice.h"

/* Writes text past the stream's buffer, in one write() where the system takes
 * it whole. Failure is ignored: a closed log must not stop a load. The process
 * must ignore SIGPIPE. */
void terminal_write(FILE *out, struct slice text);

/* Columns of the terminal behind out, `unknown` when there is none. */
unsigned terminal_width(FILE *out, unsigned unknown);

#endif
