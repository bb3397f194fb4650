"""dlq-inspect's report in a real browser, and its table on a terminal: hostile messages are seen, and do nothing."""

import base64
import contextlib
import csv
import fcntl
import io
import json
import os
import pty
import random
import re
import select
import shutil
import signal
import struct
import termios
import time
import zlib
from html.parser import HTMLParser
from pathlib import Path

import letters
import pytest
from cli import terminal

from harness import paths, process
from harness import run as runner
from harness.browser import Browser, BrowserError
from harness.witness import consume, produce

NAME = "inspect-html-dlq"
DAY = 86_400_000
WAIT_S = 30
# Progress moves the cursor, and may.
QUIET = ["--progress", "never"]
TAB, ENTER = "\ue004", "\ue007"
# How much a page shows: of a header, of a value, of a group's name; an example that is larger has no value.
HEADER_MAX, VALUE_MAX, GROUP_MAX, EXAMPLE_MAX = 4000, 20_000, 300, 65_000
# How much a table shows: of a key, of a value.
KEY_MAX, SHOWN_MAX = 100, 2000
NUL = b"\0"
# What dead letters of files have: name by name.
OWN = {name for name, _ in letters.from_file("-", 1, 0, b"", columns="-")["headers"]}
# No number.
STRANGE = b"\xff"

# What moves cursors, ends lines, or turns the text around it, but for the line end.
CONTROL = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
SGR = re.compile(r"\033\[[\d;]*m")

HOSTILE = {
    "script": b"<script>alert(1)</script>",
    "image": b'"><img src=x onerror=alert(1)>',
    "link": b"<a href='javascript:alert(1)'>javascript:alert(1)</a>",
    "ends": b"--></title></style></pre></td></table></details></main></body><svg onload=alert(1)>",
    "comment": b"<!-- <![CDATA[ <?php <plaintext> <textarea> <noscript>",
    "quotes": "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb\u2033 onfocus=alert(1) autofocus=\"".encode(),
    "entities": b"&amp; &lt;b&gt; &#60;i&#62; &copy &nbsp;",
    "backslash": rb"C:\new\table \x1b \u202e \\",
    "clear": b"\x1b[2J\x1b[H",
    "title": b"\x1b]0;owned\x07",
    "hyperlink": b"\x1b]8;;https://example.com/\x1b\\here\x1b]8;;\x1b\\",
    "return": b"all is lost\rall is well",
    "backspace": b"bad\b\b\bfine",
    "nul": b"before\0behind",
    "marks": b"\x01n \x01i \x01",  # as folded texts have them
    "delete": b"a\x7fb",
    "c1": b"\xc2\x9b2J \xc2\x9d0;owned\xc2\x9c",
    "c1-raw": b"\x9b2J \x9d0;owned\x9c",
    "override": "gpj.\u202eexe.\u202c \u2066isolated\u2069 \u200e\u200f\u061c".encode(),
    "separators": "one\u2028two\u2029three\u0085four".encode(),
    "invalid": b"\xff\xfe \xc0\xbcscript\xc0\xbe \xed\xa0\x80 \xf4\x90\x80\x80 \xe2\x82",
    "lines": b"\n\n  first\n\tsecond\r\n",
    "formula": b"=HYPERLINK(\"https://example.com/\",\"1\")",
    "long": b"W" * 3000,
}
# A type, what is said of message number n, and how often that comes.
ORDINARY = [("MISSING_FIELD", "required field /total is missing", 160),
            ("INVALID_JSON", "column {n}: unexpected token", 90),
            ("_MSG_TIMED_OUT", "Local: Message timed out", 60),
            ("INVALID_CSV", "row of {n} fields, the header has 7", 30),
            ("org.apache.kafka.common.errors.RecordTooLargeException",
             "The message is {n} bytes when serialized which is larger than 1048576", 12),
            ("MSG_SIZE_TOO_LARGE", "Broker: Message size too large", 3)]

TAGS = set("html head meta title style body main h1 h2 h3 p time dl div dd dt figure svg rect figcaption span details "
           "summary i b em table tbody tr th td pre".split())
ATTRIBUTES = set("lang charset http-equiv content name class datetime style viewBox preserveAspectRatio role "
                 "aria-label x y width height scope open".split())
VOID = {"meta"}
SCREENS = {"desktop": (1280, 900, 1, False), "phone": (390, 844, 2, True)}

LOOK = """
const text = (of, what) => (of.querySelector(what) || {textContent: null}).textContent;
const texts = (of, what) => [...of.querySelectorAll(what)].map(e => e.textContent);
return {
    notes: texts(document, "main > p:not(.when)"), tiles: Object.fromEntries([...document.querySelectorAll(".tiles div")].map(d => [text(d, "dt"), text(d, "dd")])),
    when: texts(document, ".when time"), bars: texts(document, "svg title"), caption: text(document, "figcaption"),
    groups: [...document.querySelectorAll("details")].map(d => ({
        count: text(d, ".count"), share: text(d, ".share"), seen: texts(d, ".seen time"),
        kind: text(d, ".what > b"), message: text(d, ".what > span"),
        topics: text(d, ".example > p"), value: text(d, "pre"),
        tables: [...d.querySelectorAll("table")].map(t => [...t.rows].map(r => texts(r, "th, td")))})),
};"""
# What is wider than the window, or than the place it has; text, too, which may stick out of its element.
FIT = """
const edge = node => {
    const range = document.createRange();
    range.selectNode(node);
    return range.getBoundingClientRect().right;
};
const edges = e => [e.getBoundingClientRect().right, ...[...e.childNodes].filter(n => n.nodeType === 3).map(edge)];
const wide = [...document.body.querySelectorAll("*")].filter(e => e.checkVisibility() && (
    edges(e).some(right => right > innerWidth + 1) ||
    (e.matches("summary > *, th, td, pre, .tiles div") && e.scrollWidth > e.clientWidth + 1)));
return {inner: innerWidth, scroll: document.scrollingElement.scrollWidth,
        wide: wide.map(e => `${e.tagName} ${e.className}: ${e.textContent.trim().slice(0, 40)}`)};"""
# [contrast, text, colours] of every text, by WCAG 2; the least first.
CONTRAST = """
const part = c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, f, i) => sum + f * part(c[i] / 255), 0);
const rgb = c => c.match(/[\\d.]+/g).map(Number);
const ground = e => {
    for (; e; e = e.parentElement) {
        const c = rgb(getComputedStyle(e).backgroundColor);
        if (c[3] !== 0)
            return c;
    }
};
const found = [];
for (const e of document.body.querySelectorAll("*"))
    for (const [text, style] of [[[...e.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join("").trim(),
                                  getComputedStyle(e)],
                                 [e.matches(".count") ? "before" : "", getComputedStyle(e, "::before")]])
        if (text && !e.closest("svg")) {
            const [a, b] = [light(rgb(style.color)), light(ground(e))];
            found.push([(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), text.slice(0, 40), style.color]);
        }
return found.sort((a, b) => a[0] - b[0]);"""
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true; });"


def visible(data, line_end="\n"):
    """How bytes are shown: controls, marks of direction and what is not UTF-8 as \\xNN."""
    def show(character):
        if "\udc80" <= character <= "\udcff":
            return f"\\x{ord(character) - 0xdc00:02x}"
        return "".join(f"\\x{byte:02x}" for byte in character.encode()) if CONTROL.match(character) else character
    text = data.decode(errors="surrogateescape").replace("\t", "\\t")
    return "".join(map(show, text)).replace("\n", line_end)


def hostile(number, text, value=None):
    """A dead letter that has the text wherever there is room for it."""
    # librdkafka's names of headers end at a NUL.
    name = text.replace(b"\0", b"").decode(errors="replace")
    made = letters.from_file("-", number, 100 * number, text if value is None else value, key=text, columns="-",
                             at=letters.START_MS + number * 3_600_000, partition=number % 2)
    everywhere = {"original-topic", "error-type", "error-message", "source-file", "source-columns"}
    made["headers"] = [(header, text if header in everywhere else content) for header, content in made["headers"]]
    made["headers"] += [(name, text), (name, None), ("empty", b"")]
    return made


def ordinary():
    """Several hundred dead letters as loads leave them behind, over six days."""
    chance = random.Random(1)
    for kind, message, count in ORDINARY:
        for n in range(count):
            order = b'{"orderId":"ORD-%04d","customerId":"customer-%d","status":"NEW"}' % (n, n % 40)
            yield letters.from_file(
                "orders-2026-01.csv", n + 2, 64 * n, order, form="csv", columns="orderId,customerId,status", kind=kind,
                message=message.format(n=chance.randrange(10, 100_000)), key=b"customer-%d" % (n % 40), partition=n % 2,
                topic=chance.choice(["orders.created", "orders.paid"]),
                at=letters.START_MS + int(6 * DAY * chance.random() ** 2))


def records():
    """All that the DLQ holds."""
    made = list(ordinary())
    made += [hostile(n, text) for n, text in enumerate(HOSTILE.values(), 1)]
    made.append(hostile(40, b"too large to be shown", b'<script>alert("' + b"x" * 100_000 + b'")</script>'))
    made.append(hostile(41, b"larger than what is shown", HOSTILE["long"] * 10))
    made.append(hostile(42, b"empty", b""))
    made.append({**hostile(43, b"null"), "key": None, "value": None})
    strange = letters.letter(kind="STRANGE", at=letters.START_MS)
    strange["headers"] = [(name, STRANGE if name == "retry-count" else text) for name, text in strange["headers"]]
    bare = {"partition": 0, "ts": letters.START_MS + 1, "key": HOSTILE["script"], "value": HOSTILE["image"]}
    return [*made, strange, bare]


@pytest.fixture(scope="module")
def dlq(broker):
    broker.create_topic(NAME, 2)
    produce(broker, NAME, records())
    yield NAME
    broker.delete_topic(NAME)


@pytest.fixture(scope="module")
def written(broker, dlq):
    """{(partition, offset): record} of the DLQ, by Java's consumer."""
    return {(record.partition, record.offset): record for record in consume(broker, dlq)}


@pytest.fixture(scope="module")
def inspect(broker, dlq):
    """Looks at the DLQ in some format."""
    def look(form, *more):
        result = runner.run(letters.args(broker, dlq, "--top", "0", *more, form=form))
        assert result.status == 0 and not result.err, str(result)
        return result
    return look


@pytest.fixture(scope="module")
def page(inspect, tmp_path_factory):
    """The report with values."""
    return render(inspect, tmp_path_factory, "--show-values")


@pytest.fixture(scope="module")
def bare_page(inspect, tmp_path_factory):
    """The report without values."""
    return render(inspect, tmp_path_factory)


def render(inspect, tmp_path_factory, *more):
    path = tmp_path_factory.mktemp("report") / "report.html"
    inspect("html", "-o", path, *more)
    return path


@pytest.fixture(scope="module")
def browser():
    with Browser() as one:
        yield one


def misfits(browser, width):
    """What of the page as it is sticks out. A phone would make its window wider for that."""
    found = browser.run(FIT)
    return found["wide"] + [f"{what} {found[what]}" for what in ("inner", "scroll") if found[what] > width]


def heard(browser):
    """What the page as it was opened has said, shown and asked for."""
    return browser.messages(), browser.dialogs(), browser.requests()


def nothing(page):
    """What is heard of a page that does nothing."""
    return [], [], [page.as_uri()]


def emulate(browser, scheme, screen, height=None):
    """A reader's screen, as high as it is or higher."""
    width, usual, scale, mobile = SCREENS[screen]
    browser.emulate(scheme, width, height or usual, scale, mobile)


def shoot(browser, path, scheme, screen):
    """A picture of the page, as far as it fits on one; kept in the folder REDRIVE_SCREENSHOTS, too, if that is set."""
    emulate(browser, scheme, screen, min(browser.run("return document.scrollingElement.scrollHeight"), 4000))
    browser.screenshot(path)
    emulate(browser, scheme, screen)
    if kept := os.environ.get("REDRIVE_SCREENSHOTS"):
        Path(kept).mkdir(parents=True, exist_ok=True)
        shutil.copy(path, kept)
    return path


def corner(path):
    """Red, green and blue of a PNG's first pixel."""
    data, at, packed = path.read_bytes(), 8, b""
    while at < len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        packed += data[at + 8:at + 8 + size] if kind == b"IDAT" else b""
        at += size + 12
    return tuple(zlib.decompress(packed)[1:4])


def test_a_bad_page_is_told(browser, tmp_path):
    bad = tmp_path / "bad.html"
    bad.write_text("<style>body{background:#fff;margin:0}p{color:#888}</style><p>soft</p>"
                   "<img src=nothing.png><div style='width:2000px'>wide</div><script>console.log('said')</script>")
    emulate(browser, "light", "desktop")
    browser.open(bad.as_uri())
    messages, dialogs, requests = heard(browser)
    assert [message for message in messages if '"said"' in message] and not dialogs
    assert requests == [bad.as_uri(), (tmp_path / "nothing.png").as_uri()]
    assert misfits(browser, 1280) == ["DIV : wide", "scroll 2000"]
    assert browser.run(CONTRAST)[0][:2] == [pytest.approx(3.54, abs=0.01), "soft"]
    assert browser.run("return document.compatMode") != "CSS1Compat"
    bad.write_text("<script>setTimeout(() => alert('shown'), 0)</script>")
    browser.open(bad.as_uri())
    assert process.wait_until("an alert", browser.dialogs, WAIT_S) == ["shown"]
    with pytest.raises(BrowserError, match="unexpected alert open"):
        browser.run("return 1")


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_does_nothing_and_fits(browser, page, tmp_path, screen, scheme):
    emulate(browser, scheme, screen)
    browser.open(page.as_uri())
    assert browser.run("return [document.compatMode, document.scripts.length]") == ["CSS1Compat", 0]
    assert misfits(browser, SCREENS[screen][0]) == []
    colour = corner(shoot(browser, tmp_path / f"report-{screen}-{scheme}.png", scheme, screen))
    assert min(colour) > 200 if scheme == "light" else max(colour) < 60
    browser.run("document.querySelector('details').open = true;")
    shoot(browser, tmp_path / f"report-{screen}-{scheme}-open.png", scheme, screen)
    browser.run(OPEN_ALL)
    assert misfits(browser, SCREENS[screen][0]) == []
    assert heard(browser) == nothing(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_is_readable(browser, page, scheme):
    emulate(browser, scheme, "desktop")
    browser.open(page.as_uri())
    browser.run(OPEN_ALL)
    found = browser.run(CONTRAST)
    assert found[0][0] >= 4.5, found[:5]
    both = browser.run("return ['body', '.when'].map(s => getComputedStyle(document.querySelector(s)).color)")
    assert {colour for _, _, colour in found} == set(both) and len(set(both)) == 2


class Nesting(HTMLParser):
    """Elements in the order in which they begin, and what is still open."""

    def __init__(self, text):
        super().__init__()
        self.began, self.opened = [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.began.append(tag)
        self.opened += [] if tag in VOID else [tag]

    def handle_endtag(self, tag):
        assert self.opened and self.opened.pop() == tag, (tag, self.getpos())


def test_all_elements_are_the_report_s_own(browser, page):
    browser.open(page.as_uri())
    found = browser.run("return [...document.querySelectorAll('*')].map(e => [e.localName, e.getAttributeNames()])")
    assert {tag for tag, _ in found} <= TAGS
    assert {attribute for _, attributes in found for attribute in attributes} <= ATTRIBUTES
    styles = browser.run("return [...document.querySelectorAll('[style]')].map(e => e.getAttribute('style'))")
    assert styles and not [style for style in styles if not re.fullmatch(r"(max-)?width:[\d.]+(%|rem)", style)]
    parsed = Nesting(page.read_text())
    assert parsed.opened == []
    # The browser had nothing to mend: it adds the one element that may be left out.
    assert parsed.began == [tag for tag, _ in found if tag != "tbody"]


def shown(data, most=HEADER_MAX):
    """A key, or the value of a header."""
    if data is None:
        return "null"
    return visible(data[:most]) + (f"... ({len(data):,} bytes)" if len(data) > most else "")


def title(headers):
    """The name of a group."""
    kind = headers.get("error-type", b"-")
    return visible(kind[:GROUP_MAX], "\\n") + ("\u2026" if len(kind) > GROUP_MAX else "")


def example(record):
    """What stands on the page about a record, with values: headers that tell of its failure stand there once."""
    headers, value = dict(record.headers), record.value
    told = set() if headers.get("retry-count") == STRANGE else OWN
    named = ("original-topic", "error-type", "error-message", "source-file", "source-columns")
    size = len(value or b"")
    return {"kind": title(headers), "key": shown(record.key),
            "fields": {name: shown(headers[name]) for name in named if name in headers},
            "headers": [[visible(name.encode(), "\\n"), shown(content)] for name, content in record.headers
                        if name not in told],
            "value": shown(value, VALUE_MAX) if size < EXAMPLE_MAX else f"{size:,} bytes: too large to be shown"}


def test_every_text_is_text(browser, written, page):
    browser.open(page.as_uri())
    wrong, seen = [], set()
    for group in browser.run(LOOK)["groups"]:
        fields, headers = dict(group["tables"][0]), group["tables"][1:]
        place = tuple(map(int, re.fullmatch(r"partition (\d+), offset (\d+)", fields["stands at"]).groups()))
        wanted = example(written[place])
        found = {"kind": group["kind"], "key": fields["key"], "value": group["value"],
                 "fields": {name: fields[name] for name in wanted["fields"] if name in fields},
                 "headers": headers[0] if headers else []}
        wrong += [(what, found[what], wanted[what]) for what in wanted if found[what] != wanted[what]]
        seen.add(written[place].key)
    assert wrong == []
    assert seen >= set(HOSTILE.values())


def test_values_are_shown_only_when_asked_for(browser, page, bare_page):
    browser.open(bare_page.as_uri())
    groups = browser.run(LOOK)["groups"]
    assert [group["value"] for group in groups] == [None] * len(groups)
    assert all(dict(group["tables"][0])["key"] for group in groups)
    assert "ORD-00" in page.read_text() and "ORD-00" not in bare_page.read_text()


IS_OPEN = "return [...document.querySelectorAll('details')].map(d => d.open)"
IS_SEEN = """const d = document.querySelector("details");
return ["table", "pre"].map(s => d.querySelector(s).checkVisibility());"""


@pytest.mark.parametrize("screen", SCREENS)
def test_a_click_opens_a_group(browser, page, screen):
    emulate(browser, "light", screen)
    browser.open(page.as_uri())
    assert not any(browser.run(IS_OPEN)) and not any(browser.run(IS_SEEN))
    browser.click("summary")
    assert browser.run(IS_OPEN)[0] and not any(browser.run(IS_OPEN)[1:])
    assert browser.run(IS_SEEN) == [True] * 2
    browser.click("summary")
    assert not any(browser.run(IS_OPEN))


def test_the_keyboard_opens_a_group(browser, page):
    emulate(browser, "light", "desktop")
    browser.open(page.as_uri())
    browser.press(TAB)
    browser.press(TAB)
    outline = browser.run("const s = document.querySelectorAll('summary')[1];"
                          "return s === document.activeElement && getComputedStyle(s).outlineStyle")
    assert outline == "solid"
    browser.press(ENTER)
    assert browser.run(IS_OPEN)[:3] == [False, True, False]
    browser.press(ENTER)
    assert not any(browser.run(IS_OPEN))


def moment(iso):
    """A time of JSON as the page has it."""
    return iso[:19].replace("T", " ")


def number(text):
    return int(text.replace(",", ""))


def test_numbers_are_those_of_json(browser, page, inspect):
    browser.open(page.as_uri())
    found, report = browser.run(LOOK), inspect("json").summary
    assert {name: number(text) for name, text in found["tiles"].items()} == {
        "messages": report["messages"], "groups": len(report["groups"]), "partitions": report["partitions"]}
    assert found["notes"] == ["1 message has no headers that tell of an error.",
                              "1 message has headers that are not what their names promise."]
    assert report["pending"] == report["messages"]
    assert (report["messages"], report["without_headers"], report["with_warnings"]) == (len(records()), 1, 1)
    assert found["when"][:2] == [moment(report["first_seen"]), moment(report["last_seen"])]
    bars = [number(bar.rpartition(" ")[2]) for bar in found["bars"]]
    assert sum(bars) == report["messages"] and f"at most {max(bars):,} in" in found["caption"]
    assert len(found["groups"]) == len(report["groups"])
    plain = [(there, group) for there, group in zip(found["groups"], report["groups"])
             if re.fullmatch(r"[ -\[\]-~]{,300}", f"{group['type']}{group['message']}")]
    for there, group in zip(found["groups"], report["groups"]):
        assert number(there["count"]) == group["count"]
        assert float(there["share"].rstrip(" %")) == group["count"] * 1000 // report["messages"] / 10
        assert there["seen"] == list(dict.fromkeys([moment(group["first_seen"]), moment(group["last_seen"])]))
    # What is not plain text stands otherwise in JSON, and what is long is cut on the page.
    assert len(plain) > len(ORDINARY)
    for there, group in plain:
        assert (there["kind"], there["message"]) == (group["type"] or "-", group["message"])
        assert there["topics"] == ("Topics: " + ", ".join(group["topics"]) if group["topics"] else None)


def test_an_empty_queue(browser, broker, topic, run, tmp_path):
    path = tmp_path / "report.html"
    result = run(letters.args(broker, topic(1), "-o", path, form="html"))
    assert result.status == 0, str(result)
    emulate(browser, "light", "phone")
    browser.open(path.as_uri())
    assert "Nothing is there." in browser.run("return document.body.textContent")
    assert heard(browser) == nothing(path) and misfits(browser, SCREENS["phone"][0]) == []
    assert Nesting(path.read_text()).opened == []


def escaped(data, most, backslash="\\\\"):
    """How a terminal's lines show what may be so long."""
    return visible(data[:most].replace(b"\\", backslash.encode()), "\\n")


def check_terminal(shown, color):
    """Nothing but text and line ends; with colours, those and nothing else."""
    if color == "always":
        assert SGR.search(shown)
        shown = SGR.sub("", shown)
    assert CONTROL.findall(shown) == []
    return shown


@pytest.mark.parametrize("color", ["never", "always"])
def test_table_does_nothing_to_a_terminal(broker, dlq, color):
    args = letters.args(broker, dlq, "--show-values", "--top", "0", "--color", color, *QUIET, form="table")
    check_terminal(terminal.run(args), color)
    shown = check_terminal(terminal.run(args, columns=10_000), color)
    for text in HOSTILE.values():
        assert f", key {escaped(text, KEY_MAX)}" in shown
        assert f"\n    {escaped(text, SHOWN_MAX, chr(92))}" in shown


def read_until(terminal_end, shown, mark):
    """What was shown and what comes, up to the mark at least."""
    deadline = time.monotonic() + WAIT_S
    while mark not in shown:
        assert select.select([terminal_end], [], [], max(0, deadline - time.monotonic()))[0], shown
        shown += os.read(terminal_end, 65536)
    return shown


def follow(args, ready, then, last):
    """What redrive writes to a terminal: at `ready` then() is called, at `last` a signal ends it."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 10_000, 0, 0))
    child = process.start([paths.binary(), *args], stdin=theirs, stdout=theirs, stderr=theirs,
                          env=runner.environment({"TERM": "xterm", "NO_COLOR": None}))
    os.close(theirs)
    shown = read_until(ours, b"", ready)
    then()
    shown = read_until(ours, shown, last)
    child.send_signal(signal.SIGINT)
    with contextlib.suppress(OSError):  # the end
        while chunk := os.read(ours, 65536):
            shown += chunk
    assert child.wait(WAIT_S) == 128 + signal.SIGINT
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("color", ["never", "always"])
def test_followed_lines_do_nothing_to_a_terminal(broker, topic, color):
    name = topic(1)
    coming = [{**hostile(n, text), "partition": 0} for n, text in enumerate(HOSTILE.values())]
    args = letters.args(broker, name, "--follow", "--show-values", "--color", color, *QUIET, form="table")
    shown = follow(args, b"It is empty.", lambda: produce(broker, name, [*coming, letters.letter(kind="THE-LAST")]),
                   b"THE-LAST")
    shown = check_terminal(shown, color)
    for text in HOSTILE.values():
        assert f"  {escaped(text, KEY_MAX)}" in shown
        assert f", key {escaped(text, KEY_MAX)}" in shown
        assert f"\n    {escaped(text, SHOWN_MAX, chr(92))}" in shown


@pytest.mark.parametrize("form", ["text", "logfmt"])
def test_log_lines_do_nothing_to_a_terminal(broker, dlq, tmp_path, form):
    args = letters.args(broker, dlq, "--export", tmp_path / "rows", "-o", tmp_path / "report.json", *QUIET,
                        "--log-format", form)
    for color in "never", "always":
        shown = check_terminal(terminal.run([*args, "--color", color]), color if form == "text" else "never")
        shutil.rmtree(tmp_path / "rows")
        # A line for each file, but for the one whose row can't stand on one.
        assert len(re.findall(r" rows? of ", shown)) > len(HOSTILE) - 1
        for text in (text for name, text in HOSTILE.items() if form == "text" and name != "lines"):
            assert f": 1 row of {escaped(text.partition(NUL)[0], KEY_MAX)}" in shown


def content(value):
    """Bytes as an envelope has them: text, null, or base64."""
    if isinstance(value, dict):
        return base64.b64decode(value["base64"])
    return None if value is None else value.encode()


def test_ndjson_holds_all_bytes(inspect, written):
    lines = [json.loads(line) for line in inspect("ndjson").out.removesuffix(b"\n").split(b"\n")]
    assert {(line["partition"], line["offset"]) for line in lines} == set(written) and len(lines) == len(written)
    for line in lines:
        record = written[line["partition"], line["offset"]]
        found = [content({"base64": line[f"{name}_base64"]} if f"{name}_base64" in line else line[name])
                 for name in ("key", "value")]
        assert found == [record.key, record.value]
        assert [(content(name).decode(), content(value)) for name, value in line["headers"]] == record.headers
        assert line["timestamp"] == record.ts


def test_csv_has_a_row_for_each(inspect, written):
    out = inspect("csv", "--show-values").out
    assert out.count(b"\n") == out.count(b"\r\n") == len(written) + 1
    first, *rows = csv.reader(io.StringIO(out.decode(), newline=""), strict=True)
    assert {len(row) for row in rows} == {len(first)} and len(set(first)) == len(first)
    assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r") and cell]
    for row in (dict(zip(first, row)) for row in rows):
        record = written[int(row["partition"]), int(row["offset"])]
        assert row["key"].removeprefix("'") == escaped(record.key or b"", None)
        assert row["value"].removeprefix("'") == escaped(record.value or b"", None)
