/* SIGINT and SIGTERM: the first asks for an end, the second ends at once. */
#ifndef REDRIVE_CMD_SIGNALS_H
#define REDRIVE_CMD_SIGNALS_H

/* Installs the handler and returns the flag that it sets to the signal's
 * number; 0 until then. SIGPIPE is ignored: a closed stdout or stderr shows as
 * a failed write, and does no harm to the load. */
const volatile int *signals_install(void);

#endif
