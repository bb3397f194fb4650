/* A change that was asked for on the command line. */
#ifndef REDRIVE_MEND_CHANGE_H
#define REDRIVE_MEND_CHANGE_H

#include "base/buf.h"
#include "base/error.h"
#include "base/macros.h"
#include "check/json.h"

enum change_kind { CHANGE_RENAME, CHANGE_UNSET, CHANGE_SET };

struct change {
	enum change_kind kind;
	struct pointer at;
	struct pointer to; /* of CHANGE_RENAME */
	struct buf value;  /* of CHANGE_SET: JSON */
};

/* Reads "OLD=NEW", "POINTER" or "POINTER=JSON", which is not kept, and checks JSON with
 * `json`. 0, or -1 with *err (ERROR_USAGE), which names the option; call change_finish in
 * both cases. */
int change_init(struct change *c, enum change_kind kind, const char *text,
		struct json_checker *json, struct error *err) _must_check_;
void change_finish(struct change *c);

/* As the functions of mend/edit.h. */
int change_apply(const struct change *c, struct buf *out, struct slice json,
		 struct error *why) _must_check_;

#endif
