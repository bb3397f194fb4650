import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Commands on records, by Java's own clients. Bytes in a request are base64, null stays null. */
final class Records {
    static final Map<String, Admin.Command> COMMANDS = Map.of(
            "consume", Records::consume,
            "produce", Records::produce,
            "partitions", Records::partitions);

    private static final long CONSUME_TIMEOUT_MS = 120_000;

    /**
     * topic, isolation, file: writes every record up to the end offsets at the start, in big endian: int partition,
     * long offset, long timestamp in ms, key, value, int number of headers, name and value of each. Bytes are an int
     * length, -1 for null, and themselves. Returns the number of records.
     */
    private static Object consume(AdminClient admin, JsonNode request) throws Exception {
        var partitions = Topics.partitions(admin, request.get("topic").asText());
        Map<String, Object> config = new HashMap<>(Map.of(
                "bootstrap.servers", request.get("bootstrap").asText(),
                "isolation.level", request.get("isolation").asText(),
                "enable.auto.commit", false,
                "auto.offset.reset", "none",
                "fetch.max.wait.ms", 20,
                "max.partition.fetch.bytes", 8 << 20,
                "max.poll.records", 10000));
        long count = 0;
        try (var consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
                DataOutputStream out = new DataOutputStream(new BufferedOutputStream(
                        Files.newOutputStream(Path.of(request.get("file").asText())), 1 << 20))) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long deadline = System.currentTimeMillis() + CONSUME_TIMEOUT_MS;
            while (!reached(consumer, ends)) {
                if (System.currentTimeMillis() > deadline)
                    throw new IllegalStateException("end not reached, " + count + " records read");
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    if (record.offset() >= ends.get(new TopicPartition(record.topic(), record.partition())))
                        continue;
                    write(out, record);
                    count++;
                }
            }
        }
        return count;
    }

    private static boolean reached(KafkaConsumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().allMatch(e -> consumer.position(e.getKey()) >= e.getValue());
    }

    private static void write(DataOutputStream out, ConsumerRecord<byte[], byte[]> record) throws IOException {
        out.writeInt(record.partition());
        out.writeLong(record.offset());
        out.writeLong(record.timestamp());
        write(out, record.key());
        write(out, record.value());
        Header[] headers = record.headers().toArray();
        out.writeInt(headers.length);
        for (Header header : headers) {
            write(out, header.key().getBytes(StandardCharsets.UTF_8));
            write(out, header.value());
        }
    }

    private static void write(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes == null ? -1 : bytes.length);
        if (bytes != null)
            out.write(bytes);
    }

    /**
     * topic, records [[partition, timestamp, key, value, [[header, value], ...]], ...] (null where the producer
     * decides), config {property: value}, transaction: commit, abort or null. Returns [[partition, offset], ...].
     */
    private static Object produce(AdminClient admin, JsonNode request) throws Exception {
        Map<String, Object> config = new HashMap<>(Map.of("bootstrap.servers", request.get("bootstrap").asText()));
        request.get("config").properties().forEach(e -> config.put(e.getKey(), e.getValue().asText()));
        String transaction = Admin.text(request, "transaction");
        List<long[]> written = new ArrayList<>();
        try (var producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            if (transaction != null) {
                producer.initTransactions();
                producer.beginTransaction();
            }
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (JsonNode record : request.get("records"))
                sent.add(producer.send(record(request.get("topic").asText(), record)));
            producer.flush();
            for (var future : sent)
                written.add(new long[] {future.get().partition(), future.get().offset()});
            if ("commit".equals(transaction))
                producer.commitTransaction();
            else if ("abort".equals(transaction))
                producer.abortTransaction();
        }
        return written;
    }

    private static ProducerRecord<byte[], byte[]> record(String topic, JsonNode fields) throws Exception {
        List<Header> headers = new ArrayList<>();
        for (JsonNode header : fields.get(4))
            headers.add(new RecordHeader(header.get(0).asText(), bytes(header.get(1))));
        return new ProducerRecord<>(topic,
                fields.get(0).isNull() ? null : fields.get(0).asInt(),
                fields.get(1).isNull() ? null : fields.get(1).asLong(),
                bytes(fields.get(2)), bytes(fields.get(3)), headers);
    }

    private static byte[] bytes(JsonNode node) throws Exception {
        return node.isNull() ? null : node.binaryValue();
    }

    /** file of base64 keys, one a line; count of partitions: where Java's producer puts each key. */
    private static Object partitions(AdminClient admin, JsonNode request) throws Exception {
        int count = request.get("count").asInt();
        List<Integer> partitions = new ArrayList<>();
        for (String key : Files.readAllLines(Path.of(request.get("file").asText())))
            partitions.add(BuiltInPartitioner.partitionForKey(Base64.getDecoder().decode(key), count));
        return partitions;
    }
}
