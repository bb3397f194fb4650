#include "story.h"

/* The fixtures' own bytes; the include path leads to fixtures/. */
#define INCBIN(name, file)                                                                         \
	__asm__(".section .rodata\n"                                                               \
		".global " #name "_begin\n" #name "_begin:\n"                                      \
		".incbin \"" file "\"\n"                                                           \
		".global " #name "_end\n" #name "_end:\n"                                          \
		".byte 0\n"                                                                        \
		".previous\n");                                                                    \
	extern const char name##_begin[], name##_end[];

INCBIN(demo_orders, "demo/orders.ndjson")
INCBIN(demo_trouble, "demo/trouble.ndjson")
INCBIN(demo_late, "demo/late.ndjson")

struct slice story_orders(void)
{
	return (struct slice){demo_orders_begin, (size_t)(demo_orders_end - demo_orders_begin)};
}

struct slice story_trouble(void)
{
	return (struct slice){demo_trouble_begin, (size_t)(demo_trouble_end - demo_trouble_begin)};
}

struct slice story_late(void)
{
	return (struct slice){demo_late_begin, (size_t)(demo_late_end - demo_late_begin)};
}
