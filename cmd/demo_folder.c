#include "demo_folder.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/mem.h"
#include "story.h"

#define LARGE_BYTES 2000000
#define EXPORTED    DEMO_FOLDER_EXPORT "/trouble.ndjson"

/* The mock cluster waits for a consumer that has left until its session is over, before
 * it lets the next one join. */
static const char config[] = "session.timeout.ms=5000\n";

static int write_file(const char *name, struct slice text, size_t large)
{
	FILE *file = fopen(name, "we");

	if (!file)
		return -1;
	fwrite(text.data, 1, text.len, file);
	if (large) {
		fputs("{\"orderId\":\"ORD-0016\",\"customerId\":\"customer-C\","
		      "\"currency\":\"EUR\",\"note\":\"",
		      file);
		while (large--)
			fputc('x', file);
		fputs("\"}\n", file);
	}
	return fclose(file);
}

static int write_files(const struct demo_folder *f)
{
	const struct slice settings = {config, sizeof(config) - 1};

	if (chdir(f->path) < 0)
		return -1;
	if (write_file("orders.ndjson", story_orders(), 0) < 0 ||
	    write_file("trouble.ndjson", story_trouble(), LARGE_BYTES) < 0 ||
	    write_file("late.ndjson", story_late(), 0) < 0)
		return -1;
	return write_file(DEMO_FOLDER_CONFIG, settings, 0);
}

int demo_folder_make(struct demo_folder *f, struct error *err)
{
	const char *parent = getenv("TMPDIR");
	char *path = mem_printf("%s/redrive-demo.XXXXXX", parent && *parent ? parent : "/tmp");
	int result = 0;

	if (mkdtemp(path))
		f->path = realpath(path, NULL);
	if (!f->path)
		result = error_set(err, ERROR_FATAL, "can't make the demo's folder %s: %s", path,
				   strerror(errno));
	else if (write_files(f) < 0)
		result = error_set(err, ERROR_FATAL, "can't write the demo's files in %s: %s",
				   f->path, strerror(errno));
	free(path);
	return result;
}

int demo_folder_mend(void)
{
	static const char before[] = "\"total\":";
	char text[4096], *at;
	FILE *file = fopen(EXPORTED, "re");
	size_t n;

	if (!file)
		return -1;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	at = strstr(text, before);
	if (!at || !(file = fopen(EXPORTED, "we")))
		return -1;
	at += strlen(before);
	fprintf(file, "%.*s15.0%s", (int)(at - text), text, at);
	return fclose(file);
}

static void unlink_all(const char *pattern)
{
	glob_t found;

	if (glob(pattern, 0, NULL, &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		unlink(found.gl_pathv[i]);
	globfree(&found);
}

void demo_folder_remove(struct demo_folder *f)
{
	if (f->path && chdir(f->path) == 0) {
		unlink_all("*");
		unlink_all(DEMO_FOLDER_EXPORT "/*");
		rmdir(DEMO_FOLDER_EXPORT);
		if (chdir("/") == 0)
			rmdir(f->path);
	}
	free(TAKE_PTR(f->path));
}
