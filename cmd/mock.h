/* librdkafka's mock cluster: brokers in this process, on loopback ports.
 * https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h */
#ifndef REDRIVE_CMD_MOCK_H
#define REDRIVE_CMD_MOCK_H

#include <stdbool.h>

#include "base/error.h"

struct mock;

/* NULL with *err. */
struct mock *mock_create(int brokers, int default_partitions, struct error *err);
void mock_destroy(struct mock *m); /* NULL is fine */

/* "127.0.0.1:40001,..."; valid as long as m. */
const char *mock_brokers(const struct mock *m);

/* spec: "name:partitions" or "name". 0, or -1 with *err. */
int mock_create_topic(struct mock *m, const char *spec, struct error *err) _must_check_;

/* Takes all brokers down, or brings them back. */
void mock_set_down(struct mock *m, bool down);

#endif
