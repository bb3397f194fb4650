#include "deliver/mark.h"

#include <inttypes.h>
#include <string.h>

static bool same_member(const struct origin *a, const struct origin *b)
{
	if (!a->member || !b->member)
		return a->member == b->member;
	return strcmp(a->member, b->member) == 0;
}

void mark_clear(struct mark *m)
{
	origin_unref(m->origin);
	*m = (struct mark){0};
}

void mark_note(struct mark *m, const struct origin *origin, uint64_t line)
{
	if (!origin || (m->origin && m->origin->input < origin->input))
		return;
	if (!m->origin || origin->input < m->origin->input) {
		mark_clear(m);
		m->origin = origin_ref((struct origin *)origin);
		m->line = line;
	} else if (!same_member(m->origin, origin)) {
		m->line = 0;
	} else if (line < m->line) {
		m->line = line;
	}
}

void mark_note_mark(struct mark *m, const struct mark *other)
{
	mark_note(m, other->origin, other->line);
}

void mark_text(struct buf *out, const struct mark *m)
{
	bool member = m->line && m->origin->member;
	const char *file = m->origin->file;

	buf_addf(out, "%s%s%s%s", m->line ? "" : "the beginning of ",
		 strcmp(file, "-") == 0 ? "standard input" : file, member ? ", " : "",
		 member ? m->origin->member : "");
	if (m->line)
		buf_addf(out, ", line %" PRIu64, m->line);
}
