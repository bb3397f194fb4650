#include "source/litter.h"

#include <string.h>

bool litter_is(const char *member)
{
	const char *slash = strrchr(member, '/'), *name = slash ? slash + 1 : member;

	return strncmp(name, "._", 2) == 0 || strcmp(name, ".DS_Store") == 0 ||
	       strcmp(name, "Thumbs.db") == 0 || strcmp(name, "desktop.ini") == 0 ||
	       strncmp(member, "__MACOSX/", 9) == 0 || strstr(member, "/__MACOSX/");
}
