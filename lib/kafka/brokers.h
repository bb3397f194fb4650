/* A list of brokers, as --brokers and bootstrap.servers have it. */
#ifndef REDRIVE_KAFKA_BROKERS_H
#define REDRIVE_KAFKA_BROKERS_H

#include "base/error.h"

/* Is each entry HOST:PORT ([ADDRESS]:PORT for IPv6), with librdkafka's
 * PROTOCOL:// before it or not? 0, or -1 with ERROR_USAGE, which names origin
 * and entry, and says how it should look; an entry that may hold a password is
 * not shown. */
int brokers_check(const char *list, const char *origin, struct error *err) _must_check_;

#endif
