import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;

/** Commands on topics: create, delete, configs, offsets. Each returns only when the broker acts on the change. */
final class Topics {
    static final Map<String, Admin.Command> COMMANDS = Map.of(
            "create_topic", Topics::create,
            "add_partitions", Topics::addPartitions,
            "delete_topic", Topics::delete,
            "delete_records", Topics::deleteRecords,
            "topics", (admin, request) -> admin.listTopics().names().get(),
            "set_config", Topics::setConfig,
            "config", Topics::config,
            "offsets", Topics::offsets,
            "fence", (admin, request) -> fence(admin));

    private static final String FENCE = "test-fence";
    private static final AtomicLong FENCES = new AtomicLong(System.currentTimeMillis());

    /** name, partitions, config {property: value}. */
    private static Object create(AdminClient admin, JsonNode request) throws Exception {
        String name = request.get("name").asText();
        int partitions = request.get("partitions").asInt();
        Map<String, String> config = new HashMap<>();
        request.get("config").properties().forEach(e -> config.put(e.getKey(), e.getValue().asText()));
        admin.createTopics(List.of(new NewTopic(name, Optional.of(partitions), Optional.empty()).configs(config)))
                .all().get();
        Admin.await("leaders of " + name, () -> hasLeaders(describe(admin, name), partitions));
        return null;
    }

    /** name, partitions: the new total. */
    private static Object addPartitions(AdminClient admin, JsonNode request) throws Exception {
        String name = request.get("name").asText();
        int partitions = request.get("partitions").asInt();
        admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all().get();
        Admin.await("leaders of " + name, () -> hasLeaders(describe(admin, name), partitions));
        return null;
    }

    /** name, partition, before: the first offset that stays. */
    private static Object deleteRecords(AdminClient admin, JsonNode request) throws Exception {
        TopicPartition partition =
                new TopicPartition(request.get("name").asText(), request.get("partition").asInt());
        long before = request.get("before").asLong();
        admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(before))).all().get();
        return null;
    }

    private static boolean hasLeaders(Optional<TopicDescription> topic, int partitions) {
        return topic.isPresent() && topic.get().partitions().size() == partitions
                && topic.get().partitions().stream().allMatch(p -> p.leader() != null && !p.leader().isEmpty());
    }

    static Optional<TopicDescription> describe(AdminClient admin, String name) throws Exception {
        try {
            return Optional.of(admin.describeTopics(List.of(name)).allTopicNames().get().get(name));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException)
                return Optional.empty();
            throw e;
        }
    }

    static Collection<TopicPartition> partitions(AdminClient admin, String name) throws Exception {
        return describe(admin, name)
                .orElseThrow(() -> new UnknownTopicOrPartitionException("no topic " + name))
                .partitions().stream().map(p -> new TopicPartition(name, p.partition()))
                .collect(Collectors.toList());
    }

    private static Object delete(AdminClient admin, JsonNode request) throws Exception {
        String name = request.get("name").asText();
        admin.deleteTopics(List.of(name)).all().get();
        Admin.await(name + " deleted", () -> describe(admin, name).isEmpty());
        return null;
    }

    /** type: topic or broker; name; config {property: value, or null for the default}. */
    private static Object setConfig(AdminClient admin, JsonNode request) throws Exception {
        List<AlterConfigOp> changes = new ArrayList<>();
        request.get("config").properties().forEach(e -> changes.add(new AlterConfigOp(
                new ConfigEntry(e.getKey(), e.getValue().isNull() ? null : e.getValue().asText()),
                e.getValue().isNull() ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET)));
        admin.incrementalAlterConfigs(Map.of(resource(request), changes)).all().get();
        return fence(admin);
    }

    private static Object config(AdminClient admin, JsonNode request) throws Exception {
        ConfigResource resource = resource(request);
        Map<String, String> config = new HashMap<>();
        admin.describeConfigs(List.of(resource)).all().get().get(resource).entries()
                .forEach(e -> config.put(e.name(), e.value()));
        return config;
    }

    private static ConfigResource resource(JsonNode request) {
        ConfigResource.Type type = ConfigResource.Type.valueOf(request.get("type").asText().toUpperCase());
        return new ConfigResource(type, request.get("name").asText());
    }

    /** topic, isolation: {partition: [first, end]}, the end as that isolation sees it. */
    private static Object offsets(AdminClient admin, JsonNode request) throws Exception {
        Collection<TopicPartition> partitions = partitions(admin, request.get("topic").asText());
        ListOffsetsOptions options = new ListOffsetsOptions(
                IsolationLevel.valueOf(request.get("isolation").asText().toUpperCase()));
        var first = admin.listOffsets(all(partitions, OffsetSpec.earliest()), options).all().get();
        var end = admin.listOffsets(all(partitions, OffsetSpec.latest()), options).all().get();
        Map<Integer, long[]> offsets = new HashMap<>();
        for (TopicPartition p : partitions)
            offsets.put(p.partition(), new long[] {first.get(p).offset(), end.get(p).offset()});
        return offsets;
    }

    private static Map<TopicPartition, OffsetSpec> all(Collection<TopicPartition> partitions, OffsetSpec spec) {
        return partitions.stream().collect(Collectors.toMap(p -> p, p -> spec));
    }

    /**
     * Returns when every change made before is in force. The broker applies metadata changes one after
     * the other and later than it answers, so a later change that can be seen vouches for all earlier ones;
     * a quota for a user nobody is serves as that change.
     */
    static Object fence(AdminClient admin) throws Exception {
        ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, FENCE));
        double mark = FENCES.incrementAndGet();
        admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity,
                List.of(new ClientQuotaAlteration.Op("producer_byte_rate", mark))))).all().get();
        Admin.await("fence", () -> {
            var quotas = admin.describeClientQuotas(ClientQuotaFilter.all()).entities().get().get(entity);
            return quotas != null && quotas.get("producer_byte_rate") == mark;
        });
        return null;
    }
}
