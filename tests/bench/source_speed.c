/* How fast a source reads: source_speed FILE [COLUMNS], no checks, nothing sent. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "source/source.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	struct source_options options = {.csv = {0, argc > 2 ? argv[2] : NULL, -1}};
	uint64_t counts[SOURCE_END + 1] = {0};
	struct block_pool *pool = block_pool_create(1024 * 1024, 4);
	struct source_stats stats;
	struct source_item item;
	enum source_type type;
	struct error err;
	struct source *s;
	double start = now(), took;

	if (argc < 2)
		return 2;
	s = source_create((const char *const[]){argv[1]}, 1, &options, pool, &err);
	if (!s) {
		fprintf(stderr, "%s\n", err.text);
		return 2;
	}
	do {
		type = source_next(s, &item);
		counts[type]++;
		if (type == SOURCE_FAILED)
			fprintf(stderr, "%s\n", item.error.text);
		if (type == SOURCE_NOTICE || (type == SOURCE_BAD && counts[type] < 10))
			fprintf(stderr, "%s:%" PRIu64 ": %s\n",
				item.position.origin ? item.position.origin->file : "",
				item.position.line, item.message);
	} while (type != SOURCE_END);
	took = now() - start;
	source_get_stats(s, &stats);
	printf("%" PRIu64 " records, %" PRIu64 " bad, %.3f CPU s, %.0f MB/s, %.0f ns a record\n",
	       counts[SOURCE_RECORD], counts[SOURCE_BAD], took,
	       (double)stats.bytes_raw / took / 1e6, took * 1e9 / (double)counts[SOURCE_RECORD]);
	source_destroy(s);
	block_pool_destroy(pool);
	return 0;
}
