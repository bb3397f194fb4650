#include "deliver/tolerance.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool parse_percent(const char *text, double *percent)
{
	char *end;

	/* strtod knows more numbers than a person means: inf, nan, 0x1p3. */
	if (strspn(text, "0123456789.") + 1 != strlen(text) || text[strlen(text) - 1] != '%')
		return false;
	*percent = strtod(text, &end);
	return end != text && strcmp(end, "%") == 0 && *percent <= 100;
}

int tolerance_parse(struct tolerance *t, const char *text, struct error *err)
{
	*t = (struct tolerance){.kind = TOLERANCE_COUNT};
	if (text_parse_u64(text, &t->count))
		return 0;
	t->kind = TOLERANCE_SHARE;
	if (parse_percent(text, &t->percent))
		return 0;
	return error_set(err, ERROR_USAGE, "%s is neither a number nor a percentage up to 100%%",
			 text);
}

bool tolerance_exceeded(const struct tolerance *t, uint64_t failed, uint64_t read)
{
	switch (t->kind) {
	case TOLERANCE_COUNT:
		return failed > t->count;
	case TOLERANCE_SHARE:
		return read >= TOLERANCE_SAMPLE && (double)failed * 100 > t->percent * (double)read;
	case TOLERANCE_ALL:
		break;
	}
	return false;
}
