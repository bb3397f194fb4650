"""Dead letters as other systems write them, and what their headers say.

The values are made from what each system's own sources do, by encoders that share nothing with redrive's.
"""

import base64
import json
import struct
from typing import NamedTuple

from harness.witness import Headers

# The timestamp of all these records: of systems that copy it, the original's; of the others, when they wrote theirs.
WRITTEN = 1_735_787_045_678
KEPT = {"timestamp": WRITTEN}
REWRITTEN = {"when": "2025-01-02T03:04:05.678Z"}

# When their originals were, and when they failed.
BORN = 1_700_000_000_000
FAILED = 1_700_000_123_456
FAILED_ISO = "2023-11-14T22:15:23.456Z"

ORIGIN = {"topic": "orders", "partition": 4, "offset": 70_000_000_123}
FAULT = {"type": "com.acme.OrderException", "message": "no price: order 17"}
STACK = "com.acme.OrderException: no price: order 17\n\tat com.acme.Orders.price(Orders.java:41)\n"


class Case(NamedTuple):
    """A dead letter: what it shows, its headers, and the object `dlq` that comes of them."""

    name: str
    headers: Headers
    dlq: dict | None


def i32(number: int) -> bytes:
    """Java's ByteBuffer.putInt()."""
    return struct.pack(">i", number)


def i64(number: int) -> bytes:
    """Java's ByteBuffer.putLong()."""
    return struct.pack(">q", number)


def big(number: int) -> bytes:
    """Java's BigInteger.toByteArray(): as few bytes as hold the number and its sign."""
    return number.to_bytes((number if number >= 0 else ~number).bit_length() // 8 + 1, "big", signed=True)


def ticks(ms: int) -> int:
    """.NET's DateTime.Ticks of that time, and 56.78 us: tenths of a microsecond since the year 1."""
    return 621_355_968_000_000_000 + ms * 10_000 + 567


def serialised(*classes: str) -> bytes:
    """What Java's ObjectOutputStream writes of an object without fields: its class, then those it extends."""
    described = [b"\x72" + struct.pack(">H", len(name)) + name.encode() + i64(1) + b"\x02\0\0\x78" for name in classes]
    return b"\xac\xed\0\5\x73" + b"".join(described) + b"\x70"


def headers(prefix: str, values: dict) -> Headers:
    """Headers of a system: text stands there in UTF-8, numbers in decimal digits, bytes and null as they are."""
    def raw(value):
        return str(value).encode() if isinstance(value, int | str) else value
    return [(prefix + name, raw(value)) for name, value in values.items()]


def connect(**changes) -> Headers:
    """Kafka Connect's (KIP-298); changes: names with _ for ., None is null."""
    values = {"topic": "orders", "partition": 4, "offset": 70_000_000_123, "connector.name": "orders-sink",
              "task.id": 2, "stage": "VALUE_CONVERTER", "class.name": "org.apache.kafka.connect.json.JsonConverter",
              "exception.class.name": FAULT["type"], "exception.message": FAULT["message"],
              "exception.stacktrace": STACK}
    return headers("__connect.errors.", {**values, **{name.replace("_", "."): v for name, v in changes.items()}})


CONNECT_SAYS = {"system": "connect", **ORIGIN, **FAULT, "stack": STACK, "stage": "VALUE_CONVERTER",
                "component": "orders-sink", **KEPT}


def replaced(found: Headers, name: str, value: bytes | None) -> Headers:
    """The same headers, one of them with another value."""
    assert name in dict(found)
    return [(n, value if n == name else v) for n, v in found]


def without(said: dict, *fields: str) -> dict:
    """The same, but nothing of these fields."""
    return {field: value for field, value in said.items() if field not in fields}


CONNECT = [
    Case("connect", connect(), CONNECT_SAYS),
    Case("connect: an exception without a message", connect(exception_message=None), without(CONNECT_SAYS, "message")),
    Case("connect: nulls", connect(topic=None, partition=None, offset=None, stage=None),
         without(CONNECT_SAYS, "topic", "partition", "offset", "stage")),
    Case("connect: an empty message", connect(exception_message=""), {**CONNECT_SAYS, "message": ""}),
    Case("connect: no exception", connect()[:7], without(CONNECT_SAYS, "type", "message", "stack")),
    Case("connect: died twice",
         connect() + connect(topic="dlq-orders", partition=0, offset=0, stage="TASK_PUT", exception_message="later"),
         {**CONNECT_SAYS, "topic": "dlq-orders", "partition": 0, "offset": 0, "stage": "TASK_PUT",
          "message": "later"}),
    Case("connect-reporter", headers("input_record_", {"topic": "orders", "partition": 4, "offset": 70_000_000_123}),
         {"system": "connect-reporter", **ORIGIN, **REWRITTEN}),
]


def streams(**changes) -> Headers:
    """Kafka Streams' (KIP-1034)."""
    return headers("__streams.errors.", {"exception": FAULT["type"], "message": FAULT["message"], "stacktrace": STACK,
                                         "topic": "orders", "partition": 4, "offset": 70_000_000_123, **changes})


STREAMS_SAYS = {"system": "streams", **ORIGIN, **FAULT, "stack": STACK, **KEPT}
BAKDATA = headers("__streams.errors.", {
    "description": "Error in price", "exception.class.name": FAULT["type"], "exception.message": FAULT["message"],
    "exception.stack_trace": STACK, "topic": "orders", "partition": 4, "offset": 70_000_000_123})
STREAMS = [
    Case("streams", streams(), STREAMS_SAYS),
    Case("streams: nobody knows where it came from", streams(topic=None, partition=-1, offset=-1, message=None),
         without(STREAMS_SAYS, "topic", "partition", "offset", "message")),
    # What was written before 4.2: Throwable.toString().
    Case("streams: class and message in one", streams(exception="com.acme.OrderException: no price: order 17"),
         STREAMS_SAYS),
    Case("streams: kafka-error-handling", BAKDATA, STREAMS_SAYS),
    Case("streams: kafka-error-handling without a message", BAKDATA[:2] + BAKDATA[3:],
         {**STREAMS_SAYS, "message": "Error in price"}),
    Case("streams: kafka-error-handling with its node",
         BAKDATA + headers("__streams.errors.", {"processor.node.id": "KSTREAM-MAP-0000000003", "task.id": "0_4"}),
         {**STREAMS_SAYS, "component": "KSTREAM-MAP-0000000003"}),
]


def share(**changes) -> Headers:
    """Those of a broker for its share groups (KIP-1191)."""
    return headers("__dlq.errors.", {"topic": "orders", "partition": 4, "offset": 70_000_000_123, "group": "billing",
                                     **{name.replace("_", "."): value for name, value in changes.items()}})


SHARE_SAYS = {"system": "share-group", **ORIGIN, "group": "billing", **REWRITTEN}
SHARE = [
    Case("share-group: only what is always there", share(), SHARE_SAYS),
    Case("share-group", share(delivery_count=5, message="Offset rejected by client."),
         {**SHARE_SAYS, "attempts": 5, "message": "Offset rejected by client."}),
    Case("share-group: a topic that is gone", share(topic="sEPx7J5CTuKXWtXk4aTAaQ"),
         {**SHARE_SAYS, "topic": "sEPx7J5CTuKXWtXk4aTAaQ"}),
]

GROUP = [("kafka_dlt-original-consumer-group", b"billing")]


def spring_original(prefix: str = "kafka_dlt-", topic: str = "orders", partition: int = 4,
                    offset: int = 70_000_000_123, timestamp: int = BORN, kind: str = "CreateTime") -> Headers:
    """Where it was read from, as Spring appends it at each hop."""
    return headers(prefix + "original-", {"topic": topic, "partition": i32(partition), "offset": i64(offset),
                                          "timestamp": i64(timestamp), "timestamp-type": kind})


def spring_exception(prefix: str = "kafka_dlt-exception-") -> Headers:
    """Why it failed."""
    return headers(prefix, {"fqcn": "org.springframework.kafka.listener.ListenerExecutionFailedException",
                            "cause-fqcn": FAULT["type"], "message": FAULT["message"], "stacktrace": STACK})


SPRING_WHY = {"type": "org.springframework.kafka.listener.ListenerExecutionFailedException", "root": FAULT["type"],
              "message": FAULT["message"], "stack": STACK}
SPRING_SAYS = {"system": "spring", **ORIGIN, "timestamp": BORN, "timestamp_type": "CreateTime", "group": "billing",
               **SPRING_WHY, **REWRITTEN}
KEY_FAULT = {"fqcn": "org.springframework.kafka.support.serializer.DeserializationException", "message": "bad key",
             "stacktrace": "bad key\n\tat A.b(A.java:1)\n"}
KEY_SAYS = {"type": KEY_FAULT["fqcn"], "message": "bad key", "stack": KEY_FAULT["stacktrace"]}
SPRING_WHOLE = spring_exception() + spring_original() + GROUP
VALUE_CLASS = "org.springframework.kafka.support.serializer.DeserializationException"
VALUE_BROKEN = serialised(VALUE_CLASS, "org.springframework.kafka.KafkaException", "java.lang.RuntimeException")
SPRING = [
    Case("spring", SPRING_WHOLE, SPRING_SAYS),
    Case("spring: outside of a listener", spring_exception() + spring_original(), without(SPRING_SAYS, "group")),
    Case("spring: three hops add their origins, and replace the exception",
         spring_original() + GROUP
         + spring_original(topic="orders-dlt", partition=0, offset=1, timestamp=BORN + 1, kind="LogAppendTime")
         + [("kafka_dlt-original-consumer-group", b"repair")] + spring_exception()
         + spring_original(topic="orders-dlt-dlt", partition=1, offset=2, timestamp=BORN + 2), SPRING_SAYS),
    Case("spring: exceptions that were not replaced",
         headers("kafka_dlt-exception-", {"fqcn": "com.acme.First", "cause-fqcn": "com.acme.FirstRoot",
                                          "message": "first", "stacktrace": "first"}) + SPRING_WHOLE, SPRING_SAYS),
    Case("spring: a record without a timestamp",
         spring_exception() + spring_original(timestamp=-1, kind="NoTimestampType") + GROUP,
         {**without(SPRING_SAYS, "timestamp"), "timestamp_type": "NoTimestampType"}),
    Case("spring: null is not empty",
         replaced(replaced(SPRING_WHOLE, "kafka_dlt-exception-message", None), "kafka_dlt-original-partition", None),
         without(SPRING_SAYS, "message", "partition")),
    Case("spring: empty is not null", replaced(SPRING_WHOLE, "kafka_dlt-exception-message", b""),
         {**SPRING_SAYS, "message": ""}),
    Case("spring: the key is broken", headers("kafka_dlt-key-exception-", KEY_FAULT) + spring_original(),
         {**without(SPRING_SAYS, "group", "root"), **KEY_SAYS}),
    Case("spring: key and value are broken", headers("kafka_dlt-key-exception-", KEY_FAULT) + SPRING_WHOLE,
         SPRING_SAYS),
    Case("spring: delivered three times", [("kafka_deliveryAttempt", i32(3)), *SPRING_WHOLE],
         {**SPRING_SAYS, "attempts": 3}),
    Case("spring: only a serialised exception says why",
         [("springDeserializerExceptionValue", VALUE_BROKEN), *spring_original()],
         {**without(SPRING_SAYS, "group", *SPRING_WHY), "type": VALUE_CLASS}),
    Case("spring: only a serialised exception of the key says why",
         [("springDeserializerExceptionKey", VALUE_BROKEN), *spring_original()],
         {**without(SPRING_SAYS, "group", *SPRING_WHY), "type": VALUE_CLASS}),
    Case("spring: somebody else's serialised object",
         [("springDeserializerExceptionValue", serialised("com.acme.Gadget")), *spring_original()],
         {**without(SPRING_SAYS, "group", *SPRING_WHY), "type": "com.acme.Gadget"}),
    Case("spring: a serialised exception beside what it led to",
         [("springDeserializerExceptionValue", VALUE_BROKEN), *SPRING_WHOLE], SPRING_SAYS),
]


def retry(attempts: bytes, backoff: int = FAILED) -> Headers:
    """What @RetryableTopic adds at each hop."""
    return headers("retry_topic-", {"attempts": attempts, "original-timestamp": big(BORN),
                                    "backoff-timestamp": big(backoff)})


def retry_hop(**original) -> Headers:
    return spring_original("kafka_", **original) + GROUP


RETRY_WHY = spring_exception("kafka_exception-")
RETRY_SAYS = {**SPRING_SAYS, "system": "spring-retry", "attempts": 2}
RETRY_WHOLE = RETRY_WHY + retry_hop()
SPRING_RETRY = [
    Case("spring-retry", RETRY_WHOLE + retry(i32(2)), RETRY_SAYS),
    Case("spring-retry: attempts of one byte", RETRY_WHOLE + retry(b"\x02"), RETRY_SAYS),
    Case("spring-retry: one byte has no sign", RETRY_WHOLE + retry(b"\xc8"), {**RETRY_SAYS, "attempts": 200}),
    Case("spring-retry: three hops",
         retry_hop() + retry(i32(2)) + retry_hop(topic="orders-retry-0", offset=1, timestamp=BORN + 1)
         + retry(i32(3), FAILED + 1) + RETRY_WHY + retry_hop(topic="orders-retry-1", offset=2, timestamp=BORN + 2)
         + retry(i32(4), FAILED + 2), {**RETRY_SAYS, "attempts": 4}),
    Case("spring-retry: the key is broken",
         headers("kafka_key-exception-", KEY_FAULT) + spring_original("kafka_") + retry(i32(2)),
         {**without(RETRY_SAYS, "group", "root"), **KEY_SAYS}),
    *[Case(f"spring-retry: only what counts the hops, and a time of {len(big(ms))} bytes",
           headers("retry_topic-", {"attempts": i32(2), "original-timestamp": big(ms)}),
           {"system": "spring-retry", "attempts": 2, "timestamp": ms, **REWRITTEN}) for ms in (BORN, 127, 128)],
    Case("spring-retry: only what counts the hops, and no time",
         headers("retry_topic-", {"attempts": i32(2), "original-timestamp": big(-1)}),
         {"system": "spring-retry", "attempts": 2, **REWRITTEN}),
    Case("spring-retry: delivered and listened to", RETRY_WHOLE + headers(
        "kafka_", {"deliveryAttempt": i32(3), "listenerInfo": "orders-listener"}),
         {**RETRY_SAYS, "attempts": 3, "component": "orders-listener"}),
    Case("spring-retry: only a serialised exception says why",
         [("springDeserializerExceptionValue", VALUE_BROKEN), *spring_original("kafka_")],
         {**without(RETRY_SAYS, "group", "attempts", *SPRING_WHY), "type": VALUE_CLASS}),
]

JSON_TYPES = [("spring_json_header_types", b'{"kafka_dlt-original-topic":"java.lang.String"}')]


def quoted(found: Headers) -> Headers:
    """The same as Spring's mapper encodes strings: as JSON."""
    return [(name, value if name.endswith(("-partition", "-offset", "-timestamp")) else
             json.dumps(value.decode()).encode()) for name, value in found]


SPRING_JSON = [
    Case("spring: quoted strings", quoted(SPRING_WHOLE) + JSON_TYPES, SPRING_SAYS),
    Case("spring: quoted strings, the types first", JSON_TYPES + quoted(SPRING_WHOLE), SPRING_SAYS),
    Case("spring-retry: quoted strings", quoted(RETRY_WHOLE) + retry(i32(2)) + JSON_TYPES, RETRY_SAYS),
    *[Case(f"spring: {text} is no JSON string", [*JSON_TYPES, *replaced(
        SPRING_WHOLE, "kafka_dlt-exception-message", text.encode())], {**SPRING_SAYS, "message": text})
      for text in ('"no\\price', '"', '"total" is not a "number"')],
    Case("spring: quotes without the types are the text's own",
         replaced(SPRING_WHOLE, "kafka_dlt-exception-message", b'"no price"'),
         {**SPRING_SAYS, "message": '"no price"'}),
    Case("spring: the types alone say nothing of an error", JSON_TYPES, None),
]

SCS_WHY = headers("x-exception-", {"fqcn": FAULT["type"], "message": FAULT["message"], "stacktrace": STACK})
SCS_SAYS = {"system": "spring-cloud-stream", **ORIGIN, "timestamp": BORN, "timestamp_type": "CreateTime", **FAULT,
            "stack": STACK, **REWRITTEN}
SPRING_CLOUD_STREAM = [
    Case("spring-cloud-stream", spring_original("x-") + SCS_WHY, SCS_SAYS),
    Case("spring-cloud-stream: in decimal digits",
         headers("x-original-", {"topic": "orders", "partition": 4, "offset": 70_000_000_123, "timestamp": BORN,
                                 "timestamp-type": "CreateTime"}) + SCS_WHY, SCS_SAYS),
    Case("spring-cloud-stream: as many digits as bytes",
         headers("x-original-", {"topic": "orders", "partition": 1234, "offset": 12_345_678, "timestamp": 23_456_789}),
         {"system": "spring-cloud-stream", "topic": "orders", "partition": 1234, "offset": 12_345_678,
          "timestamp": 23_456_789, **REWRITTEN}),
    Case("spring-cloud-stream: two hops",
         spring_original("x-") + headers("x-exception-", {"fqcn": "com.acme.First", "message": "first",
                                                          "stacktrace": "first"})
         + spring_original("x-", topic="error.orders.billing", partition=0, offset=1, timestamp=BORN + 1) + SCS_WHY,
         SCS_SAYS),
    Case("spring-cloud-stream: a record without a timestamp",
         spring_original("x-", timestamp=-1, kind="NoTimestampType") + SCS_WHY,
         {**without(SCS_SAYS, "timestamp"), "timestamp_type": "NoTimestampType"}),
]


def smallrye(prefix: str = "dead-letter-", **changes) -> Headers:
    """Those of a Quarkus application."""
    return headers(prefix, {"exception-class-name": "java.util.concurrent.CompletionException",
                            "reason": FAULT["message"], "cause-class-name": FAULT["type"], "cause": "no price",
                            "topic": "orders", "partition": 4, "offset": 70_000_000_123, **changes})


SMALLRYE_SAYS = {"system": "smallrye", **ORIGIN, "type": "java.util.concurrent.CompletionException",
                 "root": FAULT["type"], "message": FAULT["message"], **REWRITTEN}
SMALLRYE_LATER = {"topic": "dead-letter-topic-in", "partition": 0, "offset": 3}
SMALLRYE_COUNT = headers("delayed-retry-", {"original-timestamp": BORN, "first-processing-timestamp": BORN + 1,
                                            "count": 0})
SMALLRYE_RETRY_SAYS = {**SMALLRYE_SAYS, "system": "smallrye-retry", "timestamp": BORN, "attempts": 0}
SMALLRYE = [
    Case("smallrye", smallrye(), SMALLRYE_SAYS),
    Case("smallrye: no cause", [h for h in smallrye() if "cause" not in h[0]], without(SMALLRYE_SAYS, "root")),
    Case("smallrye: died twice, the newest stands first",
         smallrye(**SMALLRYE_LATER, reason="later") + smallrye(),
         {**SMALLRYE_SAYS, **SMALLRYE_LATER, "message": "later"}),
    Case("smallrye-retry", smallrye("delayed-retry-") + SMALLRYE_COUNT, SMALLRYE_RETRY_SAYS),
    # Each delivery adds its count behind all others; what the failure adds stands before them.
    Case("smallrye-retry: failed again, the newest stands first, but the newest count last",
         smallrye("delayed-retry-", topic="in_retry_10000", partition=0, offset=3, reason="later")
         + smallrye("delayed-retry-") + SMALLRYE_COUNT + headers("delayed-retry-", {"count": 1}),
         {**SMALLRYE_RETRY_SAYS, "topic": "in_retry_10000", "partition": 0, "offset": 3, "message": "later",
          "attempts": 1}),
    Case("smallrye-deserialization",
         headers("deserialization-failure-", {
             "deserializer": "org.acme.OrderDeserializer", "topic": "orders", "reason": FAULT["message"],
             "cause": "unexpected token", "key": "true", "data": b"\0\xff{", "key-data": b"\xfe", "value-data": b"{",
             "dlq": "true"}),
         {"system": "smallrye-deserialization", "topic": "orders", "message": FAULT["message"],
          "component": "org.acme.OrderDeserializer", **REWRITTEN}),
]

SILVERBACK = headers("x-", {
    "failed-attempts": 3, "source-topic": "orders", "source-consumer-group-id": "billing", "source-partition": 4,
    "source-offset": 70_000_000_123, "source-timestamp": "2023-11-14T22:13:20.0000000Z"})
SILVERBACK_SAYS = {"system": "silverback", **ORIGIN, "timestamp": BORN, "group": "billing", "attempts": 3,
                   "type": "Acme.OrderException", "message": "Acme.OrderException in Acme.Orders", **REWRITTEN}
WOLVERINE = headers("", {
    "exception-type": "Acme.OrderException", "exception-message": FAULT["message"], "exception-stack": STACK,
    "failed-at": FAILED, "original-destination": "kafka://topic/orders", "original-partition": 4,
    "original-offset": 70_000_000_123})
WOLVERINE_RETRY = headers("wolverine-kafka-retry-", {
    "source": "orders", "tier": 1, "attempt": 3, "first-failed": ticks(FAILED),
    "exception-type": "Acme.OrderException", "exception-message": FAULT["message"]})
MASSTRANSIT = headers("MT-", {
    "Reason": "fault", "Fault-ExceptionType": "Acme.OrderException", "Fault-Message": FAULT["message"],
    "Fault-StackTrace": STACK, "Fault-Timestamp": "2023-11-14T22:15:23.4567890Z",
    "Fault-ConsumerType": "Acme.OrderConsumer", "Fault-MessageType": "Acme.OrderCreated",
    "Fault-InputAddress": "loopback://localhost/kafka/orders", "Fault-RetryCount": 3, "Fault-RedeliveryCount": 1})
BRIGHTER = headers("", {
    "OriginalTopic": "orders", "OriginalType": "MT_EVENT", "RejectionReason": "DeliveryError",
    "RejectionMessage": FAULT["message"], "RejectionTimestamp": "2023-11-14T22:15:23.4567890Z", "HandledCount": 3})
DOTNET = [
    Case("silverback", [("x-failure-reason", b"Acme.OrderException in Acme.Orders"), *SILVERBACK], SILVERBACK_SAYS),
    Case("silverback: a reason that is only a type",
         [("x-failure-reason", b"Acme.OrderException"), *SILVERBACK],
         {**SILVERBACK_SAYS, "message": "Acme.OrderException"}),
    Case("silverback: a time in a zone of its own",
         [("x-failure-reason", b"Acme.OrderException in Acme.Orders"), *SILVERBACK[:-1],
          ("x-source-timestamp", b"2023-11-14T23:43:20.0009999+01:30")], SILVERBACK_SAYS),
    Case("wolverine", WOLVERINE,
         {"system": "wolverine", **ORIGIN, "type": "Acme.OrderException", "message": FAULT["message"], "stack": STACK,
          "when": FAILED_ISO}),
    Case("wolverine-retry", WOLVERINE_RETRY,
         {"system": "wolverine-retry", "topic": "orders", "attempts": 3, "type": "Acme.OrderException",
          "message": FAULT["message"], "when": FAILED_ISO}),
    Case("masstransit", MASSTRANSIT,
         {"system": "masstransit", "topic": "orders", "attempts": 3, "type": "Acme.OrderException",
          "message": FAULT["message"], "stack": STACK, "stage": "fault", "component": "Acme.OrderConsumer",
          "when": FAILED_ISO}),
    Case("masstransit: what reaches the wire", [h for h in MASSTRANSIT if h[0][9:] in ("Message", "InputAddress")],
         {"system": "masstransit", "topic": "orders", "message": FAULT["message"], **REWRITTEN}),
    Case("kafkaflow", headers("Kafka-Flow-Retry-Durable-", {
        "Attempts-Count": 3, "Queue-Id": "9ae0daaf", "Item-Id": "17", "Sort": 1,
        "Original-Message-Type": "Acme.OrderCreated"}), {"system": "kafkaflow", "attempts": 3, **REWRITTEN}),
    Case("brighter", BRIGHTER,
         {"system": "brighter", "topic": "orders", "attempts": 3, "type": "DeliveryError",
          "message": FAULT["message"], "when": FAILED_ISO}),
]

OTHERS = [
    Case("karafka", headers("source_", {
        "topic": "orders", "partition": 4, "offset": 70_000_000_123, "consumer_group": "billing", "attempts": 3,
        "trace_id": "0a1b2c"}),
         {"system": "karafka", **ORIGIN, "group": "billing", "attempts": 3, **REWRITTEN}),
    Case("watermill", [("reason_poisoned", b"no price"), ("topic_poisoned", b"orders"),
                       ("handler_poisoned", b"price"), ("subscriber_poisoned", b"kafka.Subscriber")],
         {"system": "watermill", "topic": "orders", "message": "no price", "component": "price", **REWRITTEN}),
    Case("konsumer", headers("x-", {"retry-count": 3, "retry-attempt-count": 1,
                                    "produce-time": FAILED * 1_000_000 + 999_999, "error-message": "no price"}),
         {"system": "konsumer", "attempts": 3, "message": "no price", "when": FAILED_ISO}),
    Case("arroyo", headers("original_", {"partition": 4, "offset": 70_000_000_123}),
         {"system": "arroyo", "partition": 4, "offset": 70_000_000_123, **REWRITTEN}),
    Case("knative", headers("ce_knativeerror", {
        "dest": "http://orders.acme.svc.cluster.local", "code": 503,
        "data": base64.b64encode("kein Preis für 17".encode()).decode()}),
         {"system": "knative", "component": "http://orders.acme.svc.cluster.local", "type": "503",
          "message": "kein Preis für 17", **REWRITTEN}),
    Case("redpanda-connect", [("fallback_error", b"no price")],
         {"system": "redpanda-connect", "message": "no price", **REWRITTEN}),
    Case("eventferry", headers("dlq-", {
        "reason": "no price", "error-class": "com.acme.OrderException", "original-topic": "orders",
        "failed-at": "2023-11-14T22:15:23.456Z", "attempts": 3, "stack": STACK}),
         {"system": "eventferry", "topic": "orders", "attempts": 3, "type": "com.acme.OrderException",
          "message": "no price", "stack": STACK, "when": FAILED_ISO}),
    Case("hand-made: x-dlq-original-topic", [("x-dlq-original-topic", b"orders")],
         {"system": "hand-made", "topic": "orders", **REWRITTEN}),
    Case("hand-made: original-topic", [("original-topic", b"orders")],
         {"system": "hand-made", "topic": "orders", **REWRITTEN}),
    Case("hand-made: dlq.*", headers("dlq.", {
        "source.topic": "orders", "source.partition": 4, "source.offset": 70_000_000_123,
        "exception.class": FAULT["type"], "exception.message": FAULT["message"], "failure.timestamp": FAILED}),
         {"system": "hand-made", **ORIGIN, **FAULT, "when": FAILED_ISO}),
    Case("hand-made: a failure's time as text", headers("dlq.", {
        "source.topic": "orders", "failure.timestamp": "2023-11-14T22:15:23.456Z"}),
         {"system": "hand-made", "topic": "orders", "when": FAILED_ISO}),
]

REDRIVE = [
    ("original-topic", b"orders"), ("error-timestamp", b"2023-11-14T22:15:23.456Z"), ("error-type", b"MISSING_FIELD"),
    ("error-message", b"required field /total is missing"), ("retry-count", b"3"), ("error-class", b"permanent"),
    ("persisted", b"no"), ("source-file", b"orders.tar/a.csv"), ("source-line", b"17"), ("source-offset", b"6001"),
    ("source-format", b"csv"), ("source-columns", b"id;total"), ("source-delimiter", b";")]
REDRIVE_SAYS = {
    "system": "redrive", "topic": "orders", "attempts": 3, "type": "MISSING_FIELD", "class": "permanent",
    "message": "required field /total is missing", "when": FAILED_ISO, "persisted": "no", "file": "orders.tar/a.csv",
    "line": 17, "byte": 6001, "format": "csv", "columns": "id;total", "delimiter": ";", **KEPT}
# With --dlq-headers the first four have other systems' names, and partition and offset are -1.
REDRIVE_AS = {
    "connect": headers("__connect.errors.", {
        "topic": "orders", "partition": -1, "offset": -1, "connector.name": "redrive", "task.id": 0,
        "stage": "VALUE_CONVERTER", "exception.class.name": "MISSING_FIELD",
        "exception.message": "required field /total is missing"}),
    "spring": spring_original(partition=-1, offset=-1) + headers(
        "kafka_dlt-exception-", {"fqcn": "MISSING_FIELD", "message": "required field /total is missing"}),
    "streams": headers("__streams.errors.", {
        "exception": "MISSING_FIELD", "message": "required field /total is missing", "topic": "orders",
        "partition": -1, "offset": -1})}
REDRIVE_AS_SAYS = {
    "connect": {"component": "redrive", "stage": "VALUE_CONVERTER"},
    "spring": {"timestamp": BORN, "timestamp_type": "CreateTime"},
    "streams": {}}
OURS = [
    Case("redrive", REDRIVE, REDRIVE_SAYS),
    Case("redrive: of a broker's refusal", REDRIVE[:7],
         without(REDRIVE_SAYS, "file", "line", "byte", "format", "columns", "delimiter")),
    Case("redrive: of a job, replayed", REDRIVE + [("job", b"orders-2026"), ("replay-count", b"2")],
         {**REDRIVE_SAYS, "job": "orders-2026", "replays": 2}),
    # Records keep their timestamps, whatever the names: none of these headers says when it failed.
    *[Case(f"redrive: with {style}'s names", found + REDRIVE[4:],
           {**without(REDRIVE_SAYS, "when"), "system": style, **REDRIVE_AS_SAYS[style]})
      for style, found in REDRIVE_AS.items()],
]


def older(newest: dict, *others: dict) -> dict:
    """What is said of a record with several systems' headers."""
    return {**newest, "older": [*others]}


# The record's own timestamp says nothing of what an older system wrote, once a newer one has given it a new one.
KARAFKA = OTHERS[0]
CONNECT_REWRITTEN = without(CONNECT_SAYS, "timestamp")
SEVERAL = [
    Case("Connect's, given up by Spring", connect() + SPRING_WHOLE, older(SPRING_SAYS, CONNECT_REWRITTEN)),
    Case("Spring's, given up by Connect", SPRING_WHOLE + connect(), older(CONNECT_SAYS, SPRING_SAYS)),
    Case("Streams', given up by Connect, then by Karafka",
         streams() + [("tenant", b"acme")] + connect() + KARAFKA.headers,
         older(KARAFKA.dlq, CONNECT_REWRITTEN, without(STREAMS_SAYS, "timestamp"))),
    Case("@RetryableTopic's, given up by a plain recoverer", RETRY_WHOLE + retry(i32(2)) + SPRING_WHOLE,
         older(SPRING_SAYS, without(RETRY_SAYS, "when"))),
    Case("redrive's, given up by Spring", REDRIVE + SPRING_WHOLE,
         older(SPRING_SAYS, without(REDRIVE_SAYS, "timestamp"))),
    Case("redrive's, given up by Connect", REDRIVE + connect(), older(CONNECT_SAYS, REDRIVE_SAYS)),
    # redrive replaces the names of all families that it knows; these are what it leaves.
    Case("Connect's, given up by redrive", connect()[6:7] + connect()[9:] + REDRIVE, REDRIVE_SAYS),
    Case("a hand-made name beside Connect's", connect() + [("x-dlq-original-topic", b"elsewhere")], CONNECT_SAYS),
]

SOME = [("trace", b"a"), ("null", None), ("trace", b"\0\xff"), ("", b"no name"), ("empty", b""), ("trace", b"a")]
NONE = [
    Case("no headers", [], None),
    Case("headers of no system, some of them twice, null, empty and binary", SOME, None),
    Case("names in other letters", [
        ("__Connect.errors.topic", b"orders"), ("KAFKA_DLT-original-topic", b"orders"), ("Source_topic", b"orders"),
        ("Original-Topic", b"orders"), ("mt-fault-message", b"no price"), ("originaltopic", b"orders"),
        ("X-Original-Topic", b"orders"), ("Error-Type", b"OOPS")], None),
    Case("names that begin or end like others", [
        ("__connect.errors.", b"orders"), ("__connect.errors.topics", b"orders"), ("kafka_dlt-original-topi", b"o"),
        ("my-kafka_dlt-original-topic", b"orders"), ("_dlq.errors.topic", b"orders"), (" source_topic", b"o")], None),
    Case("business headers", [("traceparent", b"00-0a-0b-01"), ("ce_id", b"17"), ("ce_source", b"/orders")], None),
    Case("a system's headers between others", SOME[:3] + KARAFKA.headers[:2] + SOME[3:] + KARAFKA.headers[2:],
         KARAFKA.dlq),
]

FAMILIES = [CONNECT, STREAMS, SHARE, SPRING, SPRING_RETRY, SPRING_JSON, SPRING_CLOUD_STREAM, SMALLRYE, DOTNET, OTHERS,
            OURS, SEVERAL, NONE]
CASES = [case for family in FAMILIES for case in family]


class Strange(NamedTuple):
    """A header that is not what its name promises, and what the record says all the same."""

    name: str
    headers: Headers
    header: str
    dlq: dict


def lost(said: dict, field: str) -> dict:
    """The same, but one field could not be read."""
    return {**without(said, field), **(REWRITTEN if field == "when" else {})}


WHOLE = {case.name: case for case in CASES}
STRANGE = [
    Strange(f"{name}: {value[:20]}", replaced(WHOLE[case].headers, name, value), name, lost(WHOLE[case].dlq, field))
    for case, name, field, values in [
        ("spring", "kafka_dlt-original-partition", "partition", [b"\0\0\4", b"", i64(4)]),
        ("spring", "kafka_dlt-original-offset", "offset", [i32(4), b"70000000123"]),
        ("spring", "kafka_dlt-original-timestamp", "timestamp", [big(BORN)]),
        ("spring: delivered three times", "kafka_deliveryAttempt", "attempts", [b"\3"]),
        ("spring: only a serialised exception says why", "springDeserializerExceptionValue", "type",
         [b"com.acme.Gadget", VALUE_BROKEN[:20]]),
        ("spring-retry", "retry_topic-attempts", "attempts", [b"\0\2", b""]),
        ("spring-retry: only what counts the hops, and a time of 6 bytes", "retry_topic-original-timestamp",
         "timestamp", [b"", b"\0" + i64(BORN)]),
        ("spring-cloud-stream", "x-original-partition", "partition", [b"\0\0\4", b"four!"]),
        ("spring-cloud-stream", "x-original-offset", "offset", [b"\0" * 9]),
        ("connect", "__connect.errors.partition", "partition", [b"4a", i32(4)]),
        ("connect", "__connect.errors.offset", "offset", [b"", b"9223372036854775808"]),
        ("share-group", "__dlq.errors.delivery.count", "attempts", [b" 5"]),
        ("silverback", "x-source-timestamp", "timestamp", [b"yesterday"]),
        ("wolverine", "failed-at", "when", [b"2023-11-14T22:15:23Z"]),
        ("wolverine-retry", "wolverine-kafka-retry-first-failed", "when", [b"2023-11-14"]),
        ("masstransit", "MT-Fault-Timestamp", "when", [b"2023-11-14T25:15:23.4567890Z"]),
        ("konsumer", "x-produce-time", "when", [b"1700000123456.789"]),
        ("knative", "ce_knativeerrordata", "message", [b"bm8gcHJpY2"]),
        ("redrive", "source-line", "line", [b"seventeen"]),
    ] for value in values]
