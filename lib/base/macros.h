/* Compiler attributes and the cleanup idiom, named once. */
#ifndef REDRIVE_BASE_MACROS_H
#define REDRIVE_BASE_MACROS_H

#define _must_check_       __attribute__((warn_unused_result))
#define _printf_(fmt, arg) __attribute__((format(printf, fmt, arg)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Hands the pointer out and leaves NULL behind, so that a destructor which
 * runs later finds nothing to do. */
#define TAKE_PTR(p)                                                                                \
	({                                                                                         \
		__typeof__(p) *take_from = &(p);                                                   \
		__typeof__(p) taken = *take_from;                                                  \
		*take_from = NULL;                                                                 \
		taken;                                                                             \
	})

#endif
