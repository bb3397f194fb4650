/* Gives a target the inputs that are named, for builds without a fuzzer:
 *   fuzz_NAME FILE|FOLDER...
 * One line an input. Status 1 when one can't be read, or when there is none. */
#include "fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/mem.h"

static unsigned replayed;

static bool complain(const char *path)
{
	perror(path);
	return false;
}

static bool read_whole(const char *path, struct buf *content)
{
	FILE *file = fopen(path, "re");
	bool fine;

	if (!file)
		return false;
	while (!feof(file) && !ferror(file))
		content->len += fread(buf_reserve(content, 4096), 1, 4096, file);
	fine = !ferror(file);
	fclose(file);
	return fine;
}

/* In memory of just that size, so that a read behind the end shows. */
static void run(const struct buf *content)
{
	uint8_t *data = mem_alloc(content->len, 1);

	if (content->len)
		memcpy(data, content->data, content->len);
	LLVMFuzzerTestOneInput(data, content->len);
	free(data);
}

static bool replay_file(const char *path)
{
	struct buf content = {0};
	bool fine = read_whole(path, &content);

	if (fine) {
		printf("%s", path);
		fflush(stdout);
		run(&content);
		puts(": ok");
		replayed++;
	}
	buf_finish(&content);
	return fine || complain(path);
}

static int is_shown(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool replay_folder(const char *path)
{
	struct dirent **entries;
	int n = scandir(path, &entries, is_shown, alphasort);
	bool fine = n >= 0 || complain(path);

	for (int i = 0; i < n; i++) {
		char *file = mem_printf("%s/%s", path, entries[i]->d_name);

		fine &= replay_file(file);
		free(file);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	return fine;
}

static bool replay(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return complain(path);
	return S_ISDIR(st.st_mode) ? replay_folder(path) : replay_file(path);
}

int main(int argc, char **argv)
{
	bool fine = true;

	for (int i = 1; i < argc; i++)
		fine &= replay(argv[i]);
	if (!replayed)
		fprintf(stderr, "%s: no inputs\n", argv[0]);
	return fine && replayed ? EXIT_SUCCESS : EXIT_FAILURE;
}
