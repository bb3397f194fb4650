/* SIGINT, SIGTERM and SIGHUP: the first asks for an end, the second ends at once. */
#ifndef REDRIVE_CMD_SIGNALS_H
#define REDRIVE_CMD_SIGNALS_H

#include <sys/types.h>

/* A closed pipe and a file that may not grow show as failed writes, which do no
 * harm to a load: SIGPIPE and SIGXFSZ are ignored. */
void signals_ignore_failures(void);

/* Does that, installs the handler, and returns the flag that it sets to the
 * signal's number; 0 until then. A SIGINT or SIGHUP that was ignored stays so.
 * A SIGHUP is never the second signal, nor is one that comes with the first. */
const volatile int *signals_install(void);

/* Forks a child that has the default handling of signals. From then on this
 * process passes SIGTERM and SIGHUP on to it, and leaves SIGINT to it, which a
 * terminal sends to both; each sets the flag. Returns as fork does. */
pid_t signals_fork(void);

/* Waits for that child. Returns its status as waitpid has it, or -1. */
int signals_wait(void);

#endif
