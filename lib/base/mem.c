#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

void *mem_alloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		abort();
	return p;
}

void *mem_grow(void *array, size_t *cap, size_t want, size_t size)
{
	size_t next = *cap ? *cap : 8;

	if (array && want <= *cap)
		return array;
	while (next < want) {
		if (next > SIZE_MAX / 2)
			abort();
		next *= 2;
	}
	if (next > SIZE_MAX / size)
		abort();
	array = realloc(array, next * size);
	if (!array)
		abort();
	*cap = next;
	return array;
}

char *mem_strdup(const char *text)
{
	return text ? mem_dup(slice_of(text)) : NULL;
}

char *mem_dup(struct slice bytes)
{
	char *copy;

	if (!bytes.data)
		return NULL;
	if (bytes.len == SIZE_MAX)
		abort();
	copy = mem_alloc(bytes.len + 1, 1);
	if (bytes.len)
		memcpy(copy, bytes.data, bytes.len);
	return copy;
}

char *mem_printf(const char *fmt, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0)
		abort();
	return text;
}
