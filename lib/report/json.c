#include "report/json.h"

#include "base/text.h"

void json_add_slice(struct buf *out, struct slice s)
{
	struct buf shown = {0};

	if (!s.data) {
		buf_add_str(out, "null");
		return;
	}
	if (!text_is_utf8(s)) {
		text_add_escaped(&shown, s);
		s = buf_slice(&shown);
	}
	text_add_json(out, s);
	buf_finish(&shown);
}

void json_add_text(struct buf *out, const char *text)
{
	json_add_slice(out, slice_of(text));
}
