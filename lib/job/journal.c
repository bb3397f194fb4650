#include "job/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "record/envelope.h"

void journal_finish(struct journal *j)
{
	free(j->runs);
	*j = (struct journal){0};
}

/* The number of runs that begin at or before that place. */
static size_t count_before(const struct journal *j, const struct source_place *at)
{
	size_t from = 0, to = j->n;

	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (source_place_compare(&j->runs[middle].first, at) <= 0)
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

static bool is_in(const struct journal_run *run, const struct source_place *at)
{
	return run->first.input == at->input && run->first.member == at->member &&
	       at->offset <= run->last_offset;
}

bool journal_has(const struct journal *j, const struct source_place *at)
{
	size_t n = count_before(j, at);

	return n && is_in(&j->runs[n - 1], at);
}

static bool follows(const struct journal_run *run, const struct source_place *at)
{
	return run->first.input == at->input && run->first.member == at->member &&
	       run->last_line + 1 == at->line;
}

void journal_add(struct journal *j, const struct source_place *at)
{
	size_t n = count_before(j, at);

	if (n && is_in(&j->runs[n - 1], at))
		return;
	j->records++;
	if (n && follows(&j->runs[n - 1], at)) {
		j->runs[n - 1].last_line = at->line;
		j->runs[n - 1].last_offset = at->offset;
		return;
	}
	j->runs = mem_grow(j->runs, &j->cap, j->n + 1, sizeof(*j->runs));
	memmove(j->runs + n + 1, j->runs + n, (j->n - n) * sizeof(*j->runs));
	j->runs[n] = (struct journal_run){*at, at->line, at->offset};
	j->n++;
}

/* A run that `until` lies in stays whole: what is before it isn't asked for any more. */
void journal_forget(struct journal *j, const struct source_place *until)
{
	size_t n = count_before(j, until);

	if (n && is_in(&j->runs[n - 1], until))
		n--;
	if (n)
		memmove(j->runs, j->runs + n, (j->n - n) * sizeof(*j->runs));
	j->n -= n;
}

static void take_line(struct journal *j, struct slice line, uint64_t job_id,
		      const struct source_place *from)
{
	struct envelope e = {0};
	struct source_place at;
	struct error err;
	/* Lines count from 1: one without lacks its place. */
	bool ours = envelope_read(&e, line, &err) == 0 && e.job_id == job_id && e.line;

	at = (struct source_place){e.input, e.number, e.offset, e.line};
	if (ours && source_place_compare(&at, from) >= 0)
		journal_add(j, &at);
	envelope_finish(&e);
}

int journal_read(struct journal *j, const char *path, uint64_t job_id,
		 const struct source_place *from, struct error *err)
{
	FILE *file = fopen(path, "re");
	char *line = NULL, id[24];
	size_t cap = 0;
	ssize_t len;
	int rc = 0;

	if (!file && errno == ENOENT)
		return 0;
	snprintf(id, sizeof(id), "\"%016" PRIx64 "\"", job_id);
	/* A last line that is whole but for its line feed stays; one that is torn is
	 * no envelope. */
	while (file && (len = getline(&line, &cap, file)) > 0) {
		len -= line[len - 1] == '\n';
		if (memmem(line, (size_t)len, id, strlen(id)))
			take_line(j, (struct slice){line, (size_t)len}, job_id, from);
	}
	/* A run that was killed may not have synced them, and the checkpoint will rely
	 * on them. */
	if (file && j->n && fdatasync(fileno(file)) < 0)
		rc = error_set(err, ERROR_OUTPUT, "can't sync the fallback file %s: %s", path,
			       strerror(errno));
	if (!file || ferror(file))
		rc = error_set(err, ERROR_OUTPUT, "can't read the fallback file %s: %s", path,
			       strerror(errno));
	if (file)
		fclose(file);
	free(line);
	return rc;
}
