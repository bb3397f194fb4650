#include "mend/complaint.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/wait.h>

enum mend_result complaint_set(struct complaint *c, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(c->what, sizeof(c->what), fmt, args);
	va_end(args);
	return MEND_REFUSED;
}

enum mend_result complaint_set_delay(struct complaint *c, const char *what, int64_t timeout_ms)
{
	if (timeout_ms % 1000)
		return complaint_set(c, "%s within %" PRId64 " ms", what, timeout_ms);
	return complaint_set(c, "%s within %" PRId64 " s", what, timeout_ms / 1000);
}

enum mend_result complaint_set_end(struct complaint *c, bool ended, int status, int64_t timeout_ms)
{
	if (!ended)
		return complaint_set_delay(c, "closed its output, but didn't end", timeout_ms);
	if (WIFSIGNALED(status))
		return complaint_set(c, "was killed by signal %d", WTERMSIG(status));
	return complaint_set(c, "ended with status %d%s", WEXITSTATUS(status),
			     WEXITSTATUS(status) == 127 ? ", as a command that isn't found" : "");
}

enum mend_result complaint_set_size(struct complaint *c, uint64_t max_bytes)
{
	return complaint_set(c, "printed more than %" PRIu64 " bytes", max_bytes);
}
