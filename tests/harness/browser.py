"""A headless Chromium, led through chromedriver's WebDriver protocol: what a page does in the hands of a reader."""

import base64
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from . import process

START_TIMEOUT_S = 60
COMMAND_TIMEOUT_S = 60
STOP_TIMEOUT_S = 20

# By the pipe the browser ends with chromedriver, however that ends.
_ARGUMENTS = ["--headless", "--no-sandbox", "--remote-debugging-pipe", "--disable-gpu", "--disable-quic",
              "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# On loopback, whatever proxy the environment names.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class BrowserError(Exception):
    """chromedriver refused a command: WebDriver's name of the error, and why."""


class Browser:
    """One window. Use it as a context manager: with its end all of its processes are gone."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="redrive-browser-"))
        self.log = self.directory / "chromedriver.log"
        self._driver, self._browser_pid, self._base = None, 0, ""
        self._heard: dict[str, list[dict]] = {"browser": [], "performance": []}

    def __enter__(self) -> "Browser":
        try:
            self._start()
        except BaseException as error:
            error.add_note(f"chromedriver's log:\n{process.tail(self.log)}")
            self.close()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _start(self) -> None:
        home = str(self.directory)
        with self.log.open("wb") as log:
            self._driver = process.start(["chromedriver", "--port=0"], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                         env={**os.environ, "HOME": home, "TMPDIR": home})
        port = process.wait_until("chromedriver ready", self._port, START_TIMEOUT_S)
        self._base = f"http://127.0.0.1:{port}/session"
        made = self._command("POST", "", {"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {"args": [*_ARGUMENTS, f"--user-data-dir={home}/profile"],
                                   "binary": shutil.which("chromium")},
            "goog:loggingPrefs": dict.fromkeys(self._heard, "ALL")}}})
        self._base += f"/{made['sessionId']}"
        self._browser_pid = made["capabilities"]["goog:processID"]
        self.open("about:blank")  # in the place of Chromium's own first page, which asks for much

    def _port(self) -> int:
        assert self._driver.poll() is None, "chromedriver ended"
        found = re.search(r"started successfully on port (\d+)", self.log.read_text(errors="replace"))
        return int(found[1]) if found else 0

    def close(self) -> None:
        """Ends browser and chromedriver, and removes their directory."""
        if self._browser_pid:
            with contextlib.suppress(BrowserError, OSError):
                self._command("DELETE", "")
        if self._driver:
            process.terminate(self._driver, STOP_TIMEOUT_S)
        if self._browser_pid:
            browser = Path(f"/proc/{self._browser_pid}")
            process.wait_until("the browser has ended", lambda: not browser.exists(), STOP_TIMEOUT_S)
        self._driver, self._browser_pid = None, 0
        shutil.rmtree(self.directory, ignore_errors=True)

    def _command(self, method: str, path: str, body: dict | None = None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self._base + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with _DIRECT.open(request, timeout=COMMAND_TIMEOUT_S) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            value = json.load(error)["value"]
            raise BrowserError(f"{value['error']}: {value['message']}") from None

    def open(self, url: str) -> None:
        """Shows a page; returns when it is loaded. What came before it is forgotten."""
        for kind in self._heard:
            self._entries(kind)
            self._heard[kind] = []
        self._command("POST", "/url", {"url": url})

    def run(self, script: str, *args):
        """What a function with that body returns in the page."""
        return self._command("POST", "/execute/sync", {"script": script, "args": list(args)})

    def click(self, selector: str) -> None:
        """A click with the mouse on the first element that a CSS selector finds."""
        found = self._command("POST", "/element", {"using": "css selector", "value": selector})
        self._command("POST", f"/element/{found[_ELEMENT]}/click")

    def press(self, key: str) -> None:
        """A key by its WebDriver code: "\\ue004" is Tab, "\\ue007" Enter."""
        strokes = [{"type": stroke, "value": key} for stroke in ("keyDown", "keyUp")]
        self._command("POST", "/actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def emulate(self, scheme: str, width: int, height: int, scale: float = 1, mobile: bool = False) -> None:
        """A reader's colour scheme, "light" or "dark", and a screen of that size in CSS pixels."""
        self._devtools("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self._devtools("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale,
                       mobile=mobile)

    def screenshot(self, path: Path) -> None:
        """A PNG of what is to be seen."""
        path.write_bytes(base64.b64decode(self._command("GET", "/screenshot")))

    def messages(self) -> list[str]:
        """What the console has got since the page was opened."""
        return [entry["message"] for entry in self._entries("browser")]

    def requests(self) -> list[str]:
        """The URLs of all that was asked for since then, the page first."""
        return [event["request"]["url"] for event in self._events("Network.requestWillBeSent")]

    def dialogs(self) -> list[str]:
        """What stood in each alert since then."""
        return [event["message"] for event in self._events("Page.javascriptDialogOpening")]

    def _events(self, method: str) -> list[dict]:
        events = [json.loads(entry["message"])["message"] for entry in self._entries("performance")]
        return [event["params"] for event in events if event["method"] == method]

    def _entries(self, kind: str) -> list[dict]:
        self._heard[kind] += self._command("POST", "/se/log", {"type": kind})
        return self._heard[kind]

    def _devtools(self, command: str, **parameters):
        return self._command("POST", "/goog/cdp/execute", {"cmd": command, "params": parameters})
