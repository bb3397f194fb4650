/* The header conventions of the field: which names, in which encoding, mean what.
 *
 * A new convention is rows of the table, not code. Read from the systems' sources:
 * Kafka Connect (KIP-298, KIP-610), Kafka Streams (KIP-1034), share groups (KIP-1191),
 * Spring Kafka and Spring Cloud Stream, SmallRye, Silverback, Wolverine, MassTransit,
 * KafkaFlow, Brighter, Karafka, Watermill, and others. */
#ifndef REDRIVE_LETTER_CONVENTION_H
#define REDRIVE_LETTER_CONVENTION_H

#include <stdbool.h>
#include <stddef.h>

#include "letter/encoding.h"
#include "letter/field.h"

/* In the order of their rows. */
enum system {
	SYSTEM_OURS, /* beside a family of names, what redrive adds to any of them */
	SYSTEM_REDRIVE,
	SYSTEM_CONNECT,
	SYSTEM_CONNECT_REPORTER,
	SYSTEM_STREAMS,
	SYSTEM_SHARE_GROUP,
	SYSTEM_SPRING,
	SYSTEM_SPRING_RETRY,
	SYSTEM_SPRING_CLOUD,
	SYSTEM_SMALLRYE,
	SYSTEM_SMALLRYE_RETRY,
	SYSTEM_SMALLRYE_DESERIALIZATION,
	SYSTEM_SILVERBACK,
	SYSTEM_WOLVERINE,
	SYSTEM_WOLVERINE_RETRY,
	SYSTEM_MASSTRANSIT,
	SYSTEM_KAFKAFLOW,
	SYSTEM_BRIGHTER,
	SYSTEM_KARAFKA,
	SYSTEM_WATERMILL,
	SYSTEM_KONSUMER,
	SYSTEM_ARROYO,
	SYSTEM_KNATIVE,
	SYSTEM_REDPANDA_CONNECT,
	SYSTEM_EVENTFERRY,
	SYSTEM_HAND_MADE, /* names that many use; they count only where no other system tells */
	SYSTEM_CUSTOM,	  /* of a header map */
	SYSTEMS,
};

/* The record's timestamp is that of the original (systems that copy it), or tells when
 * the dead letter was written. */
enum system_time { SYSTEM_WRITES_ITS_TIME, SYSTEM_KEEPS_TIME };

/* What becomes of headers that are there, when a record is given up once more: the new
 * ones come behind them, or before them, or they are the same chain of passes, of which
 * the first says where the record came from. */
enum system_adds { SYSTEM_ADDS_BEHIND, SYSTEM_ADDS_BEFORE, SYSTEM_ADDS_AGAIN };

/* "connect", "spring": as reports have it. */
const char *system_name(enum system system);
enum system_time system_time(enum system system);
enum system_adds system_adds(enum system system);

/* The system whose headers are added together with its own: one for all of them. */
enum system system_kin(enum system system);

/* Of several values of one name, the one that counts. */
enum pick { PICK_LAST, PICK_FIRST };

struct rule {
	const char *name; /* exact */
	enum system system;
	bool tells;		 /* a record that has it is a dead letter of that system */
	enum letter_field field; /* LETTER_FIELDS: it belongs to the system, and says nothing
				  * that all have. Of rules for one field the first wins */
	enum encoding encoding;
	enum pick pick;
};

const struct rule *convention_rules(size_t *n);

#endif
