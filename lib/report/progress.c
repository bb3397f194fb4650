#include "report/progress.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/bar.h"
#include "report/terminal.h"

#define BAR_INTERVAL_MS	  100
#define PLAIN_INTERVAL_MS 1000
#define RATE_MEMORY_MS	  3000.0 /* older speeds fade with this time constant */
#define WIDTH_UNKNOWN	  80

enum style { STYLE_NONE, STYLE_BAR, STYLE_PLAIN };

struct progress {
	FILE *out;
	enum style style;
	bool color;
	bool shown, finished, started, urgent;
	int64_t drawn_ms;
	struct bar_view view; /* state: owned */
	struct buf line;
};

static enum style choose_style(const struct progress_options *options)
{
	if (options->mode == PROGRESS_NEVER)
		return STYLE_NONE;
	if (options->terminal)
		return STYLE_BAR;
	return options->mode == PROGRESS_ALWAYS ? STYLE_PLAIN : STYLE_NONE;
}

struct progress *progress_create(const struct progress_options *options)
{
	struct progress *p = mem_alloc(1, sizeof(*p));

	p->out = options->out;
	p->color = options->color;
	p->style = choose_style(options);
	return p;
}

void progress_destroy(struct progress *p)
{
	if (!p)
		return;
	progress_clear(p);
	free((char *)p->view.state);
	buf_finish(&p->line);
	free(p);
}

/* The share that a new speed has in the average, 1 at first. */
static double faded(double average, double speed, double elapsed_ms)
{
	double share = elapsed_ms / (elapsed_ms + RATE_MEMORY_MS);

	return average > 0 ? average + share * (speed - average) : speed;
}

/* Bytes of the input whose records have ended: what is read and on its way is
 * not done. */
static uint64_t done_of(const struct ledger *ledger, const struct source_stats *stats,
			uint64_t settled)
{
	if (settled >= ledger->read)
		return stats->bytes_in;
	return (uint64_t)((double)stats->bytes_in * (double)settled / (double)ledger->read);
}

static void measure(struct progress *p, const struct ledger *ledger,
		    const struct source_stats *stats, double elapsed_ms)
{
	struct bar_view *view = &p->view;
	uint64_t settled = ledger->outcome[OUTCOME_DELIVERED] + ledger_failed(ledger);
	uint64_t done = done_of(ledger, stats, settled);

	if (elapsed_ms > 0) {
		double records = (double)(settled - view->records) * 1000 / elapsed_ms;
		double bytes = ((double)done - (double)view->input_done) * 1000 / elapsed_ms;

		view->records_per_s = faded(view->records_per_s, records, elapsed_ms);
		view->input_per_s = faded(view->input_per_s, bytes, elapsed_ms);
	}
	view->records = settled;
	view->failed = ledger_failed(ledger);
	view->bytes = stats->bytes_raw;
	view->input_done = done;
	view->input_total = stats->bytes_total;
}

static void draw(struct progress *p)
{
	buf_clear(&p->line);
	if (p->style == STYLE_BAR) {
		unsigned width = terminal_width(p->out, WIDTH_UNKNOWN);

		buf_add_char(&p->line, '\r');
		/* The last column stays free: a cursor behind it wraps on some terminals. */
		bar_render(&p->line, &p->view, width - 1, p->color);
		buf_add_str(&p->line, "\033[K");
		p->shown = true;
	} else {
		bar_render_plain(&p->line, &p->view);
		buf_add_char(&p->line, '\n');
	}
	terminal_write(p->out, buf_slice(&p->line));
}

void progress_update(struct progress *p, const struct ledger *ledger,
		     const struct source_stats *stats, int64_t now_ms)
{
	int64_t interval = p->style == STYLE_BAR ? BAR_INTERVAL_MS : PLAIN_INTERVAL_MS;

	if (p->style == STYLE_NONE || p->finished)
		return;
	if (!p->started) {
		p->started = true;
		p->drawn_ms = now_ms;
		measure(p, ledger, stats, 0);
		return;
	}
	if (now_ms - p->drawn_ms < interval && !p->urgent)
		return;
	measure(p, ledger, stats, (double)(now_ms - p->drawn_ms));
	p->drawn_ms = now_ms;
	p->urgent = false;
	draw(p);
}

void progress_set_state(struct progress *p, const char *state)
{
	const char *old = p->view.state;

	if (old == state || (old && state && strcmp(old, state) == 0))
		return;
	p->view.state = mem_strdup(state);
	p->urgent = p->style == STYLE_BAR;
	free((char *)old);
}

void progress_clear(struct progress *p)
{
	if (!p->shown)
		return;
	terminal_write(p->out, SLICE_LIT("\r\033[K"));
	p->shown = false;
}

void progress_redraw(struct progress *p)
{
	if (p->style == STYLE_BAR && p->started && !p->finished)
		draw(p);
}

void progress_finish(struct progress *p)
{
	progress_clear(p);
	p->finished = true;
}

static void hook_clear(void *ctx)
{
	progress_clear(ctx);
}

static void hook_redraw(void *ctx)
{
	progress_redraw(ctx);
}

struct log_hooks progress_log_hooks(struct progress *p)
{
	return (struct log_hooks){hook_clear, hook_redraw, p};
}
