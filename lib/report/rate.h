/* A share that is cut, never rounded: 100 % means all. */
#ifndef REDRIVE_REPORT_RATE_H
#define REDRIVE_REPORT_RATE_H

#include <stdint.h>

#define RATE_SIZE 32

/* part of whole as a decimal fraction of 1: "1" only when part is all of it (or
 * whole is 0), "0" only when part is 0. Five digits at least, as many more as it
 * takes to tell a share from 0 and 1, zeros at the end left out: "0.99997".
 * whole is below 2^60. */
char *rate_fraction(uint64_t part, uint64_t whole, char out[RATE_SIZE]);

/* The same digits as a percentage, without the sign: "99.997". */
char *rate_percent(uint64_t part, uint64_t whole, char out[RATE_SIZE]);

#endif
