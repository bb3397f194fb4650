#include "report/metrics.h"

#include <errno.h>
#include <string.h>

#include "base/publish.h"
#include "base/text.h"

/* Prometheus knows three escapes in a label, and refuses what is not UTF-8. */
static void add_label_value(struct buf *out, const char *text)
{
	struct buf shown = {0};

	if (text_is_utf8(slice_of(text)))
		buf_add_str(&shown, text);
	else
		text_add_escaped(&shown, slice_of(text));
	buf_add_char(out, '"');
	for (size_t i = 0; i < shown.len; i++) {
		char c = shown.data[i];

		if (strchr("\\\"\n", c))
			buf_add_char(out, '\\');
		buf_add_char(out, c == '\n' ? 'n' : c);
	}
	buf_add_char(out, '"');
	buf_finish(&shown);
}

/* The labels that every sample has, without braces; the caller finishes it. */
static struct buf common_labels(const struct summary *s, const char *topic)
{
	struct buf labels = {0};

	buf_add_str(&labels, "command=");
	add_label_value(&labels, s->command);
	if (topic) {
		buf_add_str(&labels, ",topic=");
		add_label_value(&labels, topic);
	}
	return labels;
}

static void add_head(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_addf(out, "# HELP redrive_%s %s\n# TYPE redrive_%s %s\n", name, help, name, type);
}

static void add_sample(struct buf *out, const struct buf *labels, const char *name,
		       const char *label, const char *value, uint64_t count)
{
	buf_addf(out, "redrive_%s{%s,%s=", name, labels->data, label);
	add_label_value(out, value);
	buf_addf(out, "} %llu\n", (unsigned long long)count);
}

static void add_outcomes(struct buf *out, const struct buf *labels, const struct ledger *l)
{
	static const char *const names[OUTCOME_COUNT] = {
		[OUTCOME_DELIVERED] = "delivered", [OUTCOME_DEAD_LETTERED] = "dead_lettered",
		[OUTCOME_FALLBACK] = "fallback",   [OUTCOME_REJECTED] = "rejected",
		[OUTCOME_PARKED] = "parked",	   [OUTCOME_DISCARDED] = "discarded",
		[OUTCOME_PENDING] = "pending",
	};

	add_head(out, "records_total", "counter", "Records by where they ended.");
	/* The last three are of dead letters alone. */
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		if (i < OUTCOME_PARKED || l->outcome[i])
			add_sample(out, labels, "records_total", "outcome", names[i],
				   l->outcome[i]);
}

static void add_errors(struct buf *out, const struct buf *labels, const struct ledger *l)
{
	add_head(out, "errors_total", "counter", "Records that failed for good, by error code.");
	for (size_t i = 0; i < l->n_errors; i++)
		add_sample(out, labels, "errors_total", "code", l->errors[i].code,
			   l->errors[i].count);
}

static void add_counter(struct buf *out, const struct buf *labels, const char *name,
			const char *help, uint64_t value)
{
	add_head(out, name, "counter", help);
	buf_addf(out, "redrive_%s{%s} %llu\n", name, labels->data, (unsigned long long)value);
}

static void add_gauge(struct buf *out, const struct buf *labels, const char *name, const char *help,
		      double value, int decimals)
{
	add_head(out, name, "gauge", help);
	buf_addf(out, "redrive_%s{%s} %.*f\n", name, labels->data, decimals, value);
}

void metrics_render(struct buf *out, const struct summary *s, const char *topic, int64_t wall_ms)
{
	const struct ledger *l = s->ledger;
	struct buf labels = common_labels(s, topic);

	add_counter(out, &labels, "records_read_total", "Records read from the input.", l->read);
	add_outcomes(out, &labels, l);
	add_errors(out, &labels, l);
	add_counter(out, &labels, "retries_total", "Rounds of sending failed records again.",
		    l->retries);
	add_counter(out, &labels, "possible_duplicates_total",
		    "Records sent again although the first may have arrived.",
		    l->possible_duplicates);
	add_counter(out, &labels, "bytes_total", "Bytes of input after decompression.", l->bytes);
	add_gauge(out, &labels, "duration_seconds", "How long the run took.", s->duration_s, 3);
	add_gauge(out, &labels, "last_run_timestamp_seconds", "When the run ended.",
		  (double)wall_ms / 1000, 3);
	add_gauge(out, &labels, "exit_status", "Exit status of the run.", s->exit_status, 0);
	buf_finish(&labels);
}

int metrics_check(const char *path, struct error *err)
{
	if (publish_check(path) == 0)
		return 0;
	return error_set(err, ERROR_USAGE, "cannot write the metrics file %s: %s", path,
			 errno == EEXIST ? "not a regular file" : strerror(errno));
}

/* Whoever collects metrics may read them. */
int metrics_write(const char *path, const struct summary *s, const char *topic, int64_t wall_ms,
		  struct error *err)
{
	struct publish file = {0};
	struct buf text = {0};
	int result;

	metrics_render(&text, s, topic, wall_ms);
	result = publish_begin(&file, path, 0644);
	if (result == 0) {
		publish_write(&file, buf_slice(&text));
		result = publish_end(&file);
	}
	if (result < 0)
		error_set(err, ERROR_OUTPUT, "cannot write the metrics file %s: %s", path,
			  strerror(errno));
	buf_finish(&text);
	return result;
}
