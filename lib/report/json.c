#include "report/json.h"

#include <string.h>

#include "base/text.h"

static bool has_c1(const char *text)
{
	while ((text = strchr(text, '\xc2')))
		if ((unsigned char)*++text < 0xa0)
			return true;
	return false;
}

void json_add_text(struct buf *out, const char *text)
{
	struct buf shown = {0};
	struct slice s = slice_of(text);

	if (!text) {
		buf_add_str(out, "null");
		return;
	}
	if (!text_is_utf8(s) || has_c1(text)) {
		text_add_escaped(&shown, s);
		s = buf_slice(&shown);
	}
	text_add_json(out, s);
	buf_finish(&shown);
}
