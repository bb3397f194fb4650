#include "resolved/marks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Records of a page, four a byte. */
#define PAGE 4096

struct marks_page {
	int64_t from; /* a multiple of PAGE */
	unsigned char bits[PAGE / 4];
};

void marks_finish(struct marks *m)
{
	for (size_t i = 0; i < m->n; i++)
		free(m->pages[i]);
	free(m->pages);
	*m = (struct marks){0};
}

/* The first page that doesn't begin before `from`. */
static size_t find(const struct marks *m, int64_t from)
{
	size_t low = 0, high = m->n;

	if (m->last < m->n && m->pages[m->last]->from == from)
		return m->last;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (m->pages[middle]->from < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool has_page(const struct marks *m, size_t i, int64_t from)
{
	return i < m->n && m->pages[i]->from == from;
}

static void insert(struct marks *m, size_t i, int64_t from)
{
	struct marks_page *page = mem_alloc(1, sizeof(*page));

	page->from = from;
	m->pages = mem_grow(m->pages, &m->cap, m->n + 1, sizeof(*m->pages));
	memmove(m->pages + i + 1, m->pages + i, (m->n - i) * sizeof(*m->pages));
	m->pages[i] = page;
	m->n++;
}

void marks_set(struct marks *m, int64_t offset, enum letter_status status)
{
	int64_t at = offset % PAGE;
	size_t i = find(m, offset - at);
	unsigned shift = (unsigned)(at % 4) * 2;
	unsigned char *bits;

	if (!has_page(m, i, offset - at))
		insert(m, i, offset - at);
	m->last = i;
	bits = &m->pages[i]->bits[at / 4];
	*bits = (unsigned char)((*bits & ~(3u << shift)) | (unsigned)status << shift);
}

enum letter_status marks_get(const struct marks *m, int64_t offset)
{
	int64_t at = offset % PAGE;
	size_t i = find(m, offset - at);

	if (!has_page(m, i, offset - at))
		return STATUS_PENDING;
	((struct marks *)m)->last = i;
	return (enum letter_status)(m->pages[i]->bits[at / 4] >> (at % 4) * 2 & 3);
}

static unsigned bits_at(const struct marks_page *page, int64_t k)
{
	return page->bits[k / 4] >> k % 4 * 2 & 3;
}

int64_t marks_next(const struct marks *m, int64_t from)
{
	int64_t k = from % PAGE;

	for (size_t i = find(m, from - k); i < m->n; i++, k = 0) {
		const struct marks_page *page = m->pages[i];

		/* That of `from` has none. */
		if (page->from > from)
			k = 0;
		for (; k < PAGE; k++)
			if (bits_at(page, k))
				return page->from + k;
	}
	return -1;
}

uint64_t marks_count(const struct marks *m, int64_t from, int64_t to)
{
	uint64_t n = 0;

	for (size_t i = find(m, from - from % PAGE); i < m->n && m->pages[i]->from < to; i++)
		for (int64_t k = 0; k < PAGE; k++) {
			int64_t offset = m->pages[i]->from + k;

			n += bits_at(m->pages[i], k) && offset >= from && offset < to;
		}
	return n;
}
