import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Commands on consumer groups: members and committed offsets. */
final class Groups {
    static final Map<String, Admin.Command> COMMANDS = Map.of(
            "group", Groups::group,
            "group_offsets", Groups::offsets,
            "set_group_offset", Groups::setOffset,
            "delete_group", Groups::delete);

    /** group: {state, members: [{client_id, host, partitions: ["topic-0"]}]}. */
    private static Object group(AdminClient admin, JsonNode request) throws Exception {
        String name = request.get("group").asText();
        ConsumerGroupDescription group = admin.describeConsumerGroups(List.of(name)).all().get().get(name);
        return Map.of(
                "state", group.groupState().toString(),
                "members", group.members().stream().map(Groups::member).collect(Collectors.toList()));
    }

    private static Map<String, Object> member(MemberDescription member) {
        return Map.of(
                "client_id", member.clientId(),
                "host", member.host(),
                "partitions", member.assignment().topicPartitions().stream()
                        .map(TopicPartition::toString).sorted().collect(Collectors.toList()));
    }

    /** group: {topic: {partition: {offset, metadata}}}, empty for a group nobody knows. */
    private static Object offsets(AdminClient admin, JsonNode request) throws Exception {
        Map<String, Map<Integer, Object>> offsets = new HashMap<>();
        admin.listConsumerGroupOffsets(request.get("group").asText())
                .partitionsToOffsetAndMetadata().get()
                .forEach((partition, committed) -> {
                    if (committed != null)
                        offsets.computeIfAbsent(partition.topic(), t -> new TreeMap<>()).put(partition.partition(),
                                Map.of("offset", committed.offset(), "metadata", committed.metadata()));
                });
        return offsets;
    }

    /** group, topic, partition, offset, metadata. */
    private static Object setOffset(AdminClient admin, JsonNode request) throws Exception {
        TopicPartition partition = new TopicPartition(request.get("topic").asText(), request.get("partition").asInt());
        OffsetAndMetadata offset =
                new OffsetAndMetadata(request.get("offset").asLong(), request.get("metadata").asText());
        admin.alterConsumerGroupOffsets(request.get("group").asText(), Map.of(partition, offset)).all().get();
        return null;
    }

    private static Object delete(AdminClient admin, JsonNode request) throws Exception {
        admin.deleteConsumerGroups(List.of(request.get("group").asText())).all().get();
        return null;
    }
}
