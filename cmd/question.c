#include "question.h"

#include <stdio.h>
#include <strings.h>
#include <unistd.h>

bool question_is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
}

bool question_ask(const char *text)
{
	char line[16];

	fprintf(stderr, "%s [y/N] ", text);
	fflush(stderr);
	return fgets(line, sizeof(line), stdin) &&
	       (strcasecmp(line, "y\n") == 0 || strcasecmp(line, "yes\n") == 0);
}
