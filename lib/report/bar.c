#include "report/bar.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "base/text.h"
#include "source/source.h"

#define BAR_MIN 8
#define BAR_MAX 30

/* The parts of the line in the order they are shown. */
enum part { PART_PERCENT, PART_RECORDS, PART_BYTES, PART_RATE, PART_LEFT, PART_FAILED, PART_STATE };
#define PART_COUNT (PART_STATE + 1)

/* What goes first when there is no room. */
static const enum part expendable[] = {PART_BYTES, PART_RATE,	 PART_LEFT,  PART_PERCENT,
				       PART_STATE, PART_RECORDS, PART_FAILED};

static double share(const struct bar_view *view)
{
	double done = (double)view->input_done / (double)view->input_total;

	return done < 1 ? done : 1;
}

static void add_bytes(struct buf *out, uint64_t bytes)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	double value = (double)bytes;
	size_t unit = 0;

	for (; value >= 1024 && unit + 1 < ARRAY_SIZE(units); unit++)
		value /= 1024;
	buf_addf(out, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void add_time(struct buf *out, double seconds)
{
	uint64_t s = (uint64_t)ceil(seconds);

	if (s >= 3600)
		buf_addf(out, "%llu:%02llu:%02llu", (unsigned long long)(s / 3600),
			 (unsigned long long)(s / 60 % 60), (unsigned long long)(s % 60));
	else
		buf_addf(out, "%llu:%02llu", (unsigned long long)(s / 60),
			 (unsigned long long)(s % 60));
}

static void add_left(struct buf *out, const struct bar_view *view)
{
	double seconds;

	if (view->input_done >= view->input_total || view->input_per_s < 1)
		return;
	seconds = (double)(view->input_total - view->input_done) / view->input_per_s;
	if (seconds > 100 * 3600)
		return;
	add_time(out, seconds);
	buf_add_str(out, " left");
}

static void add_count(struct buf *out, uint64_t count, const char *unit)
{
	char digits[TEXT_COUNT_SIZE];

	buf_addf(out, "%s%s", text_count(count, digits), unit);
}

/* Adds one part; nothing when it has nothing to say. */
static void add_part(struct buf *out, enum part part, const struct bar_view *view)
{
	switch (part) {
	case PART_PERCENT:
		if (view->input_total)
			buf_addf(out, "%3.0f %%", floor(share(view) * 100));
		break;
	case PART_RECORDS:
		add_count(out, view->records, view->records == 1 ? " record" : " records");
		break;
	case PART_BYTES:
		if (view->bytes != SOURCE_NO_BYTES)
			add_bytes(out, view->bytes);
		break;
	case PART_RATE:
		add_count(out, (uint64_t)llround(view->records_per_s), "/s");
		break;
	case PART_LEFT:
		add_left(out, view);
		break;
	case PART_FAILED:
		if (view->failed)
			add_count(out, view->failed, " failed");
		break;
	case PART_STATE:
		if (view->state)
			text_add_escaped(out, slice_of(view->state));
		break;
	}
}

/* Columns of valid UTF-8 without wide characters. */
static unsigned columns(const struct buf *text)
{
	unsigned n = 0;

	for (size_t i = 0; i < text->len; i++)
		n += (text->data[i] & 0xc0) != 0x80;
	return n;
}

static unsigned total_width(struct buf parts[PART_COUNT])
{
	unsigned width = 0;

	for (unsigned i = 0; i < PART_COUNT; i++)
		if (parts[i].len)
			width += columns(&parts[i]) + (width ? 2 : 0);
	return width;
}

static void add_bar(struct buf *out, double done, unsigned width)
{
	static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
	unsigned filled = (unsigned)(done * width * 8), cells = filled / 8;

	for (unsigned i = 0; i < cells; i++)
		buf_add_str(out, "█");
	if (filled % 8) {
		buf_add_str(out, eighths[filled % 8]);
		cells++;
	}
	for (; cells < width; cells++)
		buf_add_str(out, "░");
}

static void add_colored(struct buf *out, const struct buf *part, const char *color)
{
	buf_addf(out, "%s%s%s", color, part->data, *color ? "\033[0m" : "");
}

static const char *part_color(enum part part)
{
	return part == PART_FAILED ? "\033[31m" : part == PART_STATE ? "\033[33m" : "";
}

static void join(struct buf *out, struct buf parts[PART_COUNT], const char *separator, bool color)
{
	bool first = true;

	for (unsigned i = 0; i < PART_COUNT; i++) {
		if (!parts[i].len)
			continue;
		buf_add_str(out, first ? "" : separator);
		add_colored(out, &parts[i], color ? part_color(i) : "");
		first = false;
	}
}

static void make_parts(struct buf parts[PART_COUNT], const struct bar_view *view)
{
	for (unsigned i = 0; i < PART_COUNT; i++)
		add_part(&parts[i], i, view);
}

static void finish_parts(struct buf parts[PART_COUNT])
{
	for (unsigned i = 0; i < PART_COUNT; i++)
		buf_finish(&parts[i]);
}

void bar_render(struct buf *out, const struct bar_view *view, unsigned width, bool color)
{
	struct buf parts[PART_COUNT] = {0};
	unsigned used;

	make_parts(parts, view);
	for (unsigned i = 0; i < PART_COUNT && total_width(parts) > width; i++)
		buf_clear(&parts[expendable[i]]);
	used = total_width(parts);
	if (parts[PART_PERCENT].len && width >= used + 1 + BAR_MIN) {
		unsigned room = width - used - 1;

		buf_add_char(&parts[PART_PERCENT], ' ');
		add_bar(&parts[PART_PERCENT], share(view), room < BAR_MAX ? room : BAR_MAX);
	}
	join(out, parts, "  ", color);
	finish_parts(parts);
}

void bar_render_plain(struct buf *out, const struct bar_view *view)
{
	struct buf parts[PART_COUNT] = {0};

	make_parts(parts, view);
	join(out, parts, ", ", false);
	finish_parts(parts);
}
