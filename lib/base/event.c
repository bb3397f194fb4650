#include "base/event.h"

#include <stdarg.h>
#include <stdio.h>

void event_emit(const struct event_sink *sink, enum event_level level, const char *name,
		const struct event_field *fields, size_t n, const char *fmt, ...)
{
	char msg[1024];
	va_list args;

	if (!sink || !sink->emit)
		return;
	va_start(args, fmt);
	vsnprintf(msg, sizeof(msg), fmt, args);
	va_end(args);
	sink->emit(sink->ctx, &(struct event){level, name, msg, fields, n});
}
