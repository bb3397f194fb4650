/* A mock Kafka cluster that tests command line by line.
 *
 * mockd BROKERS prints the bootstrap list on standard output, then obeys lines
 * on standard input, with one line as the answer: "ok" or "error REASON".
 *
 *   topic NAME PARTITIONS       create a topic
 *   topic-error NAME CODE       what metadata says of it; NO_ERROR: nothing
 *   errors API CODE COUNT       the answer to the next COUNT requests of that kind
 *   clear API                   no more such answers
 *   down N|all, up N|all        a broker goes and comes back
 *   rtt N|all MS                how long a broker takes to answer
 *   quit
 *
 * API is a request's name (Produce), CODE librdkafka's name of an error. The
 * cluster ends with standard input. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#define WORDS_MAX      4
#define LINE_MAX_BYTES 1024
#define ALL_BROKERS    (-1)
#define NUMBER_MAX     1000000

struct mockd {
	rd_kafka_t *rk; /* the cluster lives in a client */
	rd_kafka_mock_cluster_t *cluster;
	int brokers;
};

/* NULL, or why it can't be done: static text. */
typedef const char *command_fn(struct mockd *m, char **args);

static const struct {
	const char *name;
	int16_t key;
} apis[] = {
	{"Produce", 0}, {"Fetch", 1}, {"ListOffsets", 2}, {"Metadata", 3}, {"InitProducerId", 22},
};

static bool read_number(const char *text, long min, long max, int *number)
{
	char *end;
	long n = strtol(text, &end, 10);

	*number = (int)n;
	return *text && !*end && n >= min && n <= max;
}

static bool read_broker(const struct mockd *m, const char *text, int *id)
{
	*id = ALL_BROKERS;
	return strcmp(text, "all") == 0 || read_number(text, 1, m->brokers, id);
}

static bool read_api(const char *name, int16_t *key)
{
	for (size_t i = 0; i < sizeof(apis) / sizeof(apis[0]); i++) {
		if (strcmp(apis[i].name, name) != 0)
			continue;
		*key = apis[i].key;
		return true;
	}
	return false;
}

static bool read_code(const char *name, rd_kafka_resp_err_t *code)
{
	const struct rd_kafka_err_desc *descs;
	size_t n;

	rd_kafka_get_err_descs(&descs, &n);
	for (size_t i = 0; i < n; i++) {
		if (!descs[i].name || strcmp(descs[i].name, name) != 0)
			continue;
		*code = descs[i].code;
		return true;
	}
	return false;
}

static const char *reason(rd_kafka_resp_err_t err)
{
	return err ? rd_kafka_err2str(err) : NULL;
}

static const char *create_topic(struct mockd *m, char **args)
{
	int partitions;

	if (!read_number(args[1], 1, NUMBER_MAX, &partitions))
		return "not a number of partitions";
	return reason(rd_kafka_mock_topic_create(m->cluster, args[0], partitions,
						 m->brokers < 3 ? m->brokers : 3));
}

static const char *set_topic_error(struct mockd *m, char **args)
{
	rd_kafka_resp_err_t code;

	if (!read_code(args[1], &code))
		return "no such error code";
	rd_kafka_mock_topic_set_error(m->cluster, args[0], code);
	return NULL;
}

static const char *push_errors(struct mockd *m, char **args)
{
	rd_kafka_resp_err_t code, *codes;
	int16_t api;
	int count;

	if (!read_api(args[0], &api))
		return "no such request";
	if (!read_code(args[1], &code))
		return "no such error code";
	if (!read_number(args[2], 1, NUMBER_MAX, &count))
		return "not a number of errors";
	codes = calloc((size_t)count, sizeof(*codes));
	if (!codes)
		return "out of memory";
	for (int i = 0; i < count; i++)
		codes[i] = code;
	rd_kafka_mock_push_request_errors_array(m->cluster, api, (size_t)count, codes);
	free(codes);
	return NULL;
}

static const char *clear_errors(struct mockd *m, char **args)
{
	int16_t api;

	if (!read_api(args[0], &api))
		return "no such request";
	rd_kafka_mock_clear_request_errors(m->cluster, api);
	return NULL;
}

static const char *set_down(struct mockd *m, char **args)
{
	int id;

	if (!read_broker(m, args[0], &id))
		return "no such broker";
	return reason(rd_kafka_mock_broker_set_down(m->cluster, id));
}

static const char *set_up(struct mockd *m, char **args)
{
	int id;

	if (!read_broker(m, args[0], &id))
		return "no such broker";
	return reason(rd_kafka_mock_broker_set_up(m->cluster, id));
}

static const char *set_rtt(struct mockd *m, char **args)
{
	int id, ms;

	if (!read_broker(m, args[0], &id))
		return "no such broker";
	if (!read_number(args[1], 0, NUMBER_MAX, &ms))
		return "not a number of milliseconds";
	return reason(rd_kafka_mock_broker_set_rtt(m->cluster, id, ms));
}

static const struct {
	const char *name;
	int n_args;
	command_fn *run;
} commands[] = {
	{"topic", 2, create_topic}, {"topic-error", 2, set_topic_error},
	{"errors", 3, push_errors}, {"clear", 1, clear_errors},
	{"down", 1, set_down},	    {"up", 1, set_up},
	{"rtt", 2, set_rtt},
};

static const char *obey(struct mockd *m, char **words, int n)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (!n || strcmp(commands[i].name, words[0]) != 0)
			continue;
		if (n - 1 != commands[i].n_args)
			return "wrong number of arguments";
		return commands[i].run(m, words + 1);
	}
	return "no such command";
}

/* One more than WORDS_MAX when there are too many. */
static int split(char *line, char **words)
{
	int n = 0;

	for (char *word = strtok(line, " \n"); word; word = strtok(NULL, " \n")) {
		if (n == WORDS_MAX)
			return WORDS_MAX + 1;
		words[n++] = word;
	}
	return n;
}

static void answer(const char *failed)
{
	if (failed)
		printf("error %s\n", failed);
	else
		puts("ok");
	fflush(stdout);
}

static void serve(struct mockd *m)
{
	char line[LINE_MAX_BYTES], *words[WORDS_MAX];
	bool quit = false;

	while (!quit && fgets(line, sizeof(line), stdin)) {
		int n = split(line, words);

		quit = n == 1 && strcmp(words[0], "quit") == 0;
		answer(quit ? NULL : obey(m, words, n));
	}
}

/* Brokers that come and go are no news here. */
static void drop_log(const rd_kafka_t *rk, int level, const char *facility, const char *text)
{
	(void)rk;
	(void)level;
	(void)facility;
	(void)text;
}

static const char *start(struct mockd *m)
{
	static char text[256];
	rd_kafka_conf_t *conf = rd_kafka_conf_new();

	rd_kafka_conf_set_log_cb(conf, drop_log);
	m->rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof(text));
	if (!m->rk) {
		rd_kafka_conf_destroy(conf);
		return text;
	}
	m->cluster = rd_kafka_mock_cluster_new(m->rk, m->brokers);
	return m->cluster ? NULL : "the mock cluster can't be started";
}

static void finish(struct mockd *m)
{
	if (m->cluster)
		rd_kafka_mock_cluster_destroy(m->cluster);
	if (m->rk)
		rd_kafka_destroy(m->rk);
}

int main(int argc, char **argv)
{
	struct mockd m = {0};
	const char *failed;

	if (argc != 2 || !read_number(argv[1], 1, 100, &m.brokers)) {
		fputs("usage: mockd BROKERS\n", stderr);
		return 2;
	}
	failed = start(&m);
	if (failed) {
		fprintf(stderr, "mockd: %s\n", failed);
	} else {
		puts(rd_kafka_mock_cluster_bootstraps(m.cluster));
		fflush(stdout);
		serve(&m);
	}
	finish(&m);
	return failed ? 1 : 0;
}
