#include "inspect/markup.h"

#include "base/text.h"

static void add_piece(struct buf *out, struct slice text)
{
	struct buf shown = {0};

	text_add_visible(&shown, text);
	for (size_t i = 0; i < shown.len; i++) {
		switch (shown.data[i]) {
		case '&':
			buf_add_str(out, "&amp;");
			break;
		case '<':
			buf_add_str(out, "&lt;");
			break;
		case '>':
			buf_add_str(out, "&gt;");
			break;
		case '"':
			buf_add_str(out, "&quot;");
			break;
		case '\'':
			buf_add_str(out, "&#39;");
			break;
		default:
			buf_add_char(out, shown.data[i]);
		}
	}
	buf_finish(&shown);
}

void markup_text(struct buf *out, struct slice text)
{
	add_piece(out, text);
}

void markup_lines(struct buf *out, struct slice text)
{
	const char *at = text.data, *end = text.data + text.len, *stop;

	while (at < end && (stop = memchr(at, '\n', (size_t)(end - at)))) {
		add_piece(out, (struct slice){at, (size_t)(stop - at)});
		buf_add_char(out, '\n');
		at = stop + 1;
	}
	add_piece(out, (struct slice){at, (size_t)(end - at)});
}

const char markup_style[] =
	":root{--page:#f7f7f5;--card:#fff;--ink:#1d1f21;--soft:#5d646b;--line:#dcdfe2;"
	"--bar:#b3431f;--tint:#f4ddd3;--code:#f0f1ef}\n"
	"@media (prefers-color-scheme:dark){:root{--page:#16181a;--card:#1f2225;--ink:#e6e8ea;"
	"--soft:#9aa3ab;--line:#343a40;--bar:#e58a63;--tint:#4a2e22;--code:#272b2f}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--page);color:var(--ink);"
	"font:15px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,sans-serif}\n"
	"main{max-width:68rem;margin:0 auto;padding:1.5rem 1rem 4rem}\n"
	"h1{margin:0;font-size:1.6rem;overflow-wrap:anywhere}\n"
	"h2{margin:2rem 0 .75rem;font-size:1.1rem}\n"
	"h3{margin:1rem 0 .4rem;font-size:.8rem;color:var(--soft);text-transform:uppercase;"
	"letter-spacing:.04em}\n"
	"p{overflow-wrap:anywhere}\n"
	".when,.seen,figcaption,em,dt{color:var(--soft)}\n"
	".when{margin:.25rem 0 1.25rem}\n"
	".warning{padding:.5rem .75rem;background:var(--tint);border-radius:.4rem}\n"
	".tiles{display:flex;flex-wrap:wrap;gap:.6rem;margin:0}\n"
	".tiles div{display:flex;flex-direction:column;background:var(--card);"
	"border:1px solid var(--line);border-radius:.5rem;padding:.5rem .9rem;max-width:16rem}\n"
	".tiles dd{margin:0;font-size:1.35rem;font-weight:600;font-variant-numeric:tabular-nums}\n"
	".tiles dt{font-size:.8rem}\n"
	"figure{margin:1.25rem 0 0;padding:.9rem;background:var(--card);"
	"border:1px solid var(--line);border-radius:.5rem}\n"
	"svg{display:block;width:100%;height:7rem}\n"
	"rect{fill:var(--bar)}\n"
	"figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1rem;"
	"margin-top:.4rem;padding-top:.4rem;border-top:1px solid var(--line);font-size:.8rem;"
	"font-variant-numeric:tabular-nums}\n"
	"details{margin:.5rem 0;background:var(--card);border:1px solid var(--line);"
	"border-radius:.5rem}\n"
	"summary{display:grid;grid-template-columns:8rem 8rem 1fr 11rem;gap:.25rem 1rem;"
	"align-items:start;padding:.7rem .9rem;cursor:pointer;list-style:none}\n"
	"summary::-webkit-details-marker{display:none}\n"
	"summary:focus-visible{outline:2px solid var(--bar);border-radius:.5rem}\n"
	".count{font-weight:600;text-align:right;font-variant-numeric:tabular-nums}\n"
	".count::before{content:'\\25b8';float:left;color:var(--soft)}\n"
	"[open] .count::before{content:'\\25be'}\n"
	".share{display:flex;align-items:center;gap:.5rem;height:1.4em}\n"
	".share span{flex:none;width:4rem;background:var(--tint);border-radius:.2rem}\n"
	".share i{display:block;height:.55rem;min-width:2px;background:var(--bar);"
	"border-radius:.2rem}\n"
	".share em{font-style:normal;font-size:.85rem;font-variant-numeric:tabular-nums;"
	"white-space:nowrap}\n"
	".what b,.what span{display:block;overflow-wrap:anywhere}\n"
	".seen{font-size:.8rem;text-align:right;font-variant-numeric:tabular-nums}\n"
	".example{padding:.2rem .9rem 1rem;border-top:1px solid var(--line)}\n"
	"table{width:100%;table-layout:fixed;border-collapse:collapse;font-size:.85rem}\n"
	"th,td{padding:.25rem .5rem;border-bottom:1px solid var(--line);text-align:left;"
	"vertical-align:top;overflow-wrap:anywhere;white-space:pre-wrap}\n"
	"th{width:14rem;font-weight:500;color:var(--soft)}\n"
	"pre{margin:0;padding:.75rem;background:var(--code);border-radius:.4rem;"
	"font:.85rem/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;"
	"white-space:pre-wrap;overflow-wrap:anywhere}\n"
	"@media (max-width:44rem){summary{grid-template-columns:auto 1fr}"
	".count::before{float:none;margin-right:.5rem}.count{text-align:left}.what,.seen{grid-"
	"column:1/-1}.seen{text-align:left}"
	".most{order:1;flex-basis:100%}"
	"th{width:8.5rem}}\n";
