/* Are the canaries back in the DLQ? */
#ifndef REDRIVE_REPLAY_LOOK_H
#define REDRIVE_REPLAY_LOOK_H

struct replay;

/* The first records are sent: begins to wait for them. */
void look_wait(struct replay *r);

/* Looks, when the time has come, whether they are back: sets halted or canary.passed. */
void look_again(struct replay *r);

#endif
