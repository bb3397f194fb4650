/* Reads a topic from its beginning to its end as it is now, for the demo. */
#ifndef REDRIVE_CMD_PEEK_H
#define REDRIVE_CMD_PEEK_H

#include <librdkafka/rdkafka.h>

#include "base/error.h"

/* Calls on_message, unless it is NULL, for each message of the topic, which is
 * valid only during the call. Returns how many there are, or -1 with *err. */
int64_t peek_topic(const char *brokers, const char *topic,
		   void (*on_message)(const rd_kafka_message_t *message), struct error *err);

#endif
