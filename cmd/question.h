/* Asks whoever sits at the terminal. */
#ifndef REDRIVE_CMD_QUESTION_H
#define REDRIVE_CMD_QUESTION_H

#include <stdbool.h>

/* Is there somebody to ask? Questions go to stderr, answers come from stdin. */
bool question_is_possible(void);

/* True for "y" and "yes". */
bool question_ask(const char *text);

#endif
