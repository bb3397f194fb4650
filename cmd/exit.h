/* Exit status: what a script can rely on. */
#ifndef REDRIVE_CMD_EXIT_H
#define REDRIVE_CMD_EXIT_H

enum exit_status {
	EXIT_DONE = 0,	   /* all delivered, or done what was asked */
	EXIT_FATAL = 1,	   /* fatal or unexpected, or all is done but output is lost */
	EXIT_USAGE = 2,	   /* the command line is wrong */
	EXIT_DLQ = 3,	   /* finished, some records are in the DLQ */
	EXIT_FALLBACK = 4, /* finished, some are in the fallback file */
	EXIT_STOPPED = 5,  /* stopped early, nothing lost; the message says how to go on */
	EXIT_REJECTED = 6, /* finished, some were taken by no sink */
	EXIT_SIGNAL = 128, /* plus the signal's number */
};

#endif
