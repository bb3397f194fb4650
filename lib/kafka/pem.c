#include "kafka/pem.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define BEGIN	   "-----BEGIN "
#define END	   "-----END "
#define DASHES	   "-----"
#define LINE_BYTES 64

enum store_kind pem_store_kind(const char *path)
{
	static const char jks[] = "\xfe\xed\xfe\xed", jceks[] = "\xce\xce\xce\xce";
	char head[4096];
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		return STORE_UNREADABLE;
	n = fread(head, 1, sizeof(head), file);
	fclose(file);
	if (memmem(head, n, BEGIN, strlen(BEGIN)))
		return STORE_PEM;
	if (n >= 4 && (memcmp(head, jks, 4) == 0 || memcmp(head, jceks, 4) == 0))
		return STORE_JKS;
	return n ? STORE_PKCS12 : STORE_UNREADABLE;
}

/* Blanks, and a line feed that is spelled out. */
static size_t blank_len(const char *at, const char *end)
{
	if (isspace((unsigned char)*at))
		return 1;
	return end - at >= 2 && at[0] == '\\' && strchr("nr", at[1]) ? 2 : 0;
}

static void add_body(struct buf *out, const char *at, const char *end)
{
	size_t column = 0;

	while (at < end) {
		size_t blank = blank_len(at, end);

		if (blank) {
			at += blank;
			continue;
		}
		buf_add_char(out, *at++);
		if (++column % LINE_BYTES == 0)
			buf_add_char(out, '\n');
	}
	if (column % LINE_BYTES)
		buf_add_char(out, '\n');
}

/* Header lines ("Proc-Type: 4,ENCRYPTED") can't be told from each other once
 * they are on one line. */
static void add_lines(struct buf *out, const char *at, const char *end)
{
	if (memchr(at, ':', (size_t)(end - at)))
		buf_add(out, at, (size_t)(end - at));
	else
		add_body(out, at, end);
}

/* Adds the block that begins at `at`; returns what follows it, NULL when it
 * doesn't end. */
static const char *add_block(struct buf *out, const char *at)
{
	const char *body = strstr(at + strlen(BEGIN), DASHES);
	const char *end = body ? strstr(body + strlen(DASHES), END) : NULL;
	const char *tail = end ? strstr(end + strlen(END), DASHES) : NULL;

	if (!tail)
		return NULL;
	body += strlen(DASHES);
	buf_add(out, at, (size_t)(body - at));
	buf_add_char(out, '\n');
	add_lines(out, body, end);
	if (out->data[out->len - 1] != '\n')
		buf_add_char(out, '\n');
	tail += strlen(DASHES);
	buf_add(out, end, (size_t)(tail - end));
	buf_add_char(out, '\n');
	return tail;
}

char *pem_rewrap(const char *text)
{
	struct buf out = {0};
	const char *at = text;

	while (at && (at = strstr(at, BEGIN)))
		at = add_block(&out, at);
	return out.data;
}
