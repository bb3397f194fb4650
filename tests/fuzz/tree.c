#include "tree.h"

json_t *tree_read(struct slice text)
{
	const size_t flags = JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES;

	return json_loadb(text.data, text.len, flags, NULL);
}

bool tree_index(struct slice name, size_t *index)
{
	*index = 0;
	if (!name.len || name.len > 9 || (name.len > 1 && name.data[0] == '0'))
		return false;
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] < '0' || name.data[i] > '9')
			return false;
		*index = *index * 10 + (size_t)(name.data[i] - '0');
	}
	return true;
}

static json_t *member_of(json_t *object, struct slice name)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value) if (slice_is(name, key)) return value;
	return NULL;
}

json_t *tree_find(json_t *root, const struct slice *tokens, size_t n)
{
	json_t *at = root;
	size_t index;

	for (size_t i = 0; i < n && at; i++) {
		if (json_is_array(at))
			at = tree_index(tokens[i], &index) ? json_array_get(at, index) : NULL;
		else
			at = member_of(at, tokens[i]);
	}
	return at;
}
