#include "mend/exchange.h"

#include <errno.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"

/* A line end of two bytes, or a blank line behind the answer. */
#define LINE_END_MAX 2

void exchange_init(struct exchange *x)
{
	child_init(&x->child);
}

void exchange_finish(struct exchange *x)
{
	child_kill(&x->child);
	buf_finish(&x->line);
	buf_finish(&x->said);
}

/* Valid JSON has line feeds only where blanks may stand. */
void exchange_set_line(struct exchange *x, struct slice value)
{
	const char *end;

	buf_clear(&x->line);
	if (!value.data)
		return;
	buf_add_slice(&x->line, value);
	end = x->line.data + x->line.len;
	for (const char *feeds = "\n\r"; *feeds; feeds++)
		for (char *c = x->line.data; (c = memchr(c, *feeds, (size_t)(end - c))); c++)
			*c = ' ';
	buf_add_char(&x->line, '\n');
}

struct talk exchange_talk(struct exchange *x, enum talk_aim aim)
{
	buf_clear(&x->said);
	x->hung = x->absent = false;
	return (struct talk){.child = &x->child,
			     .aim = aim,
			     .words = buf_slice(&x->line),
			     .said = &x->said,
			     .max = x->max_bytes + LINE_END_MAX,
			     .deadline = clock_mono_ms() + x->timeout_ms,
			     .stop = x->line.len ? x->stop : NULL};
}

static const char *silence(const struct exchange *x, enum talk_aim aim)
{
	if (aim == TALK_TO_THE_END && (x->said.len || !x->line.len))
		return "didn't end";
	if (aim != TALK_TO_BE_READ && !x->said.len)
		return "printed nothing";
	if (aim == TALK_TO_A_LINE && !memchr(x->said.data, '\n', x->said.len))
		return "printed no whole line";
	return "didn't read the record";
}

enum mend_result exchange_refuse(struct exchange *x, const struct talk *talk, enum talk_end end)
{
	int failed = errno;

	switch (end) {
	case TALK_SILENT:
		x->hung = true;
		return complaint_set_delay(&x->complaint, silence(x, talk->aim), x->timeout_ms);
	case TALK_LONG:
		return complaint_set_size(&x->complaint, x->max_bytes);
	case TALK_STOPPED:
		return complaint_set(&x->complaint, "was stopped");
	default:
		return complaint_set(&x->complaint, "can't be talked to: %s", strerror(failed));
	}
}

enum mend_result exchange_see_off(struct exchange *x, const struct talk *talk)
{
	int status = 0;
	bool ended = child_end(&x->child, talk->deadline, &status);

	if (ended && !status)
		return MEND_DONE;
	x->hung = !ended;
	/* So the shell says it (POSIX). */
	x->absent = ended && WIFEXITED(status) &&
		    (WEXITSTATUS(status) == 126 || WEXITSTATUS(status) == 127);
	return complaint_set_end(&x->complaint, ended, status, x->timeout_ms);
}

enum mend_result exchange_hear_out(struct exchange *x, struct talk *talk)
{
	enum talk_end end;

	talk->aim = TALK_TO_THE_END;
	end = talk_run(talk);
	return end == TALK_ENDED ? exchange_see_off(x, talk) : exchange_refuse(x, talk, end);
}

bool exchange_is_echo(const struct exchange *x)
{
	return x->said.len < x->line.len &&
	       memcmp(buf_slice(&x->said).data, x->line.data, x->said.len) == 0;
}

bool exchange_has_more_lines(const struct exchange *x)
{
	const char *feed = x->said.len ? memchr(x->said.data, '\n', x->said.len) : NULL;

	return feed && feed + 1 != x->said.data + x->said.len;
}
