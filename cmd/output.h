/* Standard output: was it written, and what if not. */
#ifndef REDRIVE_CMD_OUTPUT_H
#define REDRIVE_CMD_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

/* Call it first: no file that is opened later may get the number of a closed
 * stream. Off a terminal all output waits for output_flush or output_close. */
void output_open(void);

/* For output of any length, piece by piece; now: it shall not wait for more. False once a
 * piece could not be written: nobody wants more, or output_close will complain. */
bool output_add(const char *data, size_t len, bool now);

/* For a summary, which is not what the run was for. Writes what waits. 0, or
 * the errno that kept it from being written; somebody who has gone away or has
 * closed the stream didn't want it: that is 0. What wasn't written is dropped. */
int output_flush(void);

/* At the end of the process: writes what waits, and complains on stderr when
 * that fails, unless the reader has gone away. Returns `status`, or EXIT_FATAL
 * in place of EXIT_DONE for output that is lost. */
int output_close(int status);

#endif
