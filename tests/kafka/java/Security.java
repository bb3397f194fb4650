import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** Commands on who may do what: ACLs and SCRAM users. */
final class Security {
    private static final int ITERATIONS = 4096;

    static final Map<String, Admin.Command> COMMANDS = Map.of(
            "acl_add", Security::aclAdd,
            "acl_clear", Security::aclClear,
            "scram_user", Security::scramUser);

    /** principal "User:alice", permission, operation, resource, name, pattern: the enum names of Kafka. */
    private static Object aclAdd(AdminClient admin, JsonNode request) throws Exception {
        ResourcePattern resource = new ResourcePattern(
                ResourceType.valueOf(request.get("resource").asText()),
                request.get("name").asText(),
                PatternType.valueOf(request.get("pattern").asText()));
        AccessControlEntry entry = new AccessControlEntry(
                request.get("principal").asText(), "*",
                AclOperation.valueOf(request.get("operation").asText()),
                AclPermissionType.valueOf(request.get("permission").asText()));
        admin.createAcls(List.of(new AclBinding(resource, entry))).all().get();
        return Topics.fence(admin);
    }

    /** Takes every ACL away; returns how many there were. */
    private static Object aclClear(AdminClient admin, JsonNode request) throws Exception {
        int removed = admin.deleteAcls(List.of(AclBindingFilter.ANY)).all().get().size();
        Topics.fence(admin);
        return removed;
    }

    /** user, password, mechanism: SCRAM_SHA_256 or SCRAM_SHA_512. */
    private static Object scramUser(AdminClient admin, JsonNode request) throws Exception {
        ScramMechanism mechanism = ScramMechanism.valueOf(request.get("mechanism").asText());
        admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                request.get("user").asText(),
                new ScramCredentialInfo(mechanism, ITERATIONS),
                request.get("password").asText()))).all().get();
        return Topics.fence(admin);
    }
}
