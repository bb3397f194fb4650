/* SIGINT and SIGTERM: the first asks for an end, the second ends at once. */
#ifndef REDRIVE_CMD_SIGNALS_H
#define REDRIVE_CMD_SIGNALS_H

#include <sys/types.h>

/* Installs the handler and returns the flag that it sets to the signal's
 * number; 0 until then. SIGPIPE is ignored: a closed stdout or stderr shows as
 * a failed write, and does no harm to the load. */
const volatile int *signals_install(void);

/* Forks a child that has the default handling of signals. From then on this
 * process passes SIGTERM on to it, and leaves SIGINT to it, which a terminal
 * sends to both; either sets the flag. Returns as fork does. */
pid_t signals_fork(void);

/* Waits for that child. Returns its status as waitpid has it, or -1. */
int signals_wait(void);

#endif
