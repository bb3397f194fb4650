import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.AdminClient;

/**
 * The tests' hand on a broker: reads one JSON request a line on stdin and answers each with one JSON
 * line on stdout, {"ok": result} or {"error": code, "message": text}. Ends with its stdin.
 *
 * A request is {"command": name, "bootstrap": "host:port", ...}; the further fields are the command's.
 * The bootstrap is empty for a command that needs no broker.
 */
public final class Admin {
    interface Command {
        Object run(AdminClient admin, JsonNode request) throws Exception;
    }

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, Command> COMMANDS = new LinkedHashMap<>();
    private static final Map<String, AdminClient> CLIENTS = new HashMap<>();

    static {
        COMMANDS.putAll(Topics.COMMANDS);
        COMMANDS.putAll(Groups.COMMANDS);
        COMMANDS.putAll(Security.COMMANDS);
        COMMANDS.putAll(Records.COMMANDS);
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; )
            out.println(JSON.writeValueAsString(answer(line)));
        System.exit(0);
    }

    private static Map<String, Object> answer(String line) {
        Map<String, Object> answer = new LinkedHashMap<>();
        try {
            answer.put("ok", dispatch(JSON.readTree(line)));
        } catch (Exception e) {
            Throwable cause = e instanceof ExecutionException ? e.getCause() : e;
            answer.put("error", cause.getClass().getSimpleName());
            answer.put("message", messages(cause));
        }
        return answer;
    }

    private static String messages(Throwable error) {
        String message = String.valueOf(error.getMessage());
        return error.getCause() == null ? message : message + ": " + messages(error.getCause());
    }

    private static Object dispatch(JsonNode request) throws Exception {
        String command = request.get("command").asText();
        String bootstrap = request.get("bootstrap").asText();
        if (command.equals("forget"))
            return forget(bootstrap);
        if (!COMMANDS.containsKey(command))
            throw new IllegalArgumentException("no command " + command + " in " + COMMANDS.keySet());
        AdminClient admin = bootstrap.isEmpty() ? null : CLIENTS.computeIfAbsent(bootstrap, Admin::connect);
        return COMMANDS.get(command).run(admin, request);
    }

    private static AdminClient connect(String bootstrap) {
        return AdminClient.create(Map.of(
                "bootstrap.servers", bootstrap,
                "request.timeout.ms", 10000,
                "default.api.timeout.ms", 20000,
                "reconnect.backoff.max.ms", 200));
    }

    /** Closes the client of a broker that has gone for good. */
    private static Object forget(String bootstrap) {
        AdminClient client = CLIENTS.remove(bootstrap);
        if (client != null)
            client.close();
        return null;
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    /** Returns when the condition holds; an exception if it doesn't within 20 s. */
    static void await(String what, Condition condition) throws Exception {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.holds()) {
            if (System.nanoTime() > deadline)
                throw new IllegalStateException("not within 20 s: " + what);
            Thread.sleep(2);
        }
    }

    /** Text of a field, or null where it is missing or null. */
    static String text(JsonNode request, String field) {
        JsonNode node = request.get(field);
        return node == null || node.isNull() ? null : node.asText();
    }
}
