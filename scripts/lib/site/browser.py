#!/usr/bin/env python3
"""Look at the pages of a site in a real browser.

    browser.py BROWSER SITE PICTURES

Each page is opened at the width of a phone and of a desktop. It is a fault if a page is wider than the window, a
picture does not load or is shown so small that its text cannot be read, the console has a message, anything comes from
elsewhere, or a link leads nowhere. The search is tried once. Pictures of the pages, light and dark, are left in
PICTURES. The browser is told what to do through a pair of pipes (Chromium's --remote-debugging-pipe), so nothing
else is needed.
"""

import base64
import functools
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

WINDOWS = {"phone": (360, 740), "desktop": (1280, 900)}
OPTIONS = [
    *["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"],
    *["--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"],
]

# What a page answers about itself: what is wrong, and where its links lead.
LOOK = """(() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll("main *")].find(e =>
      e.getBoundingClientRect().right > innerWidth && !e.closest("pre, table"));
    faults.push(`${root.scrollWidth} pixels wide` + (wide ? `: ${wide.outerHTML.slice(0, 80)}` : ""));
  }
  for (const img of document.images) {
    const [shown, real] = [img.clientWidth, img.naturalWidth];
    if (!img.complete || !real) faults.push(`picture ${img.src} does not load`);
    else if (shown < 0.85 * real) faults.push(`picture ${img.src} is made smaller: ${shown} of ${real}`);
  }
  return {faults, links: [...document.links].map(a => a.href)};
})()"""

SEARCH = """new Promise(resolve => {
  const query = document.getElementById("query");
  query.focus();
  query.value = "rtc memory";
  setTimeout(() => {
    query.dispatchEvent(new Event("input"));
    resolve(document.querySelectorAll("#found a").length);
  }, 500);
})"""


class Browser:
    """Chromium with one tab, and what it reports."""

    def __init__(self, program, profile):
        to_browser, self.to = os.pipe()
        self.answers, from_browser = os.pipe()

        def pipes():
            # It reads from 3 and writes to 4.
            read, write = os.dup(to_browser), os.dup(from_browser)
            os.dup2(read, 3)
            os.dup2(write, 4)

        self.process = subprocess.Popen(
            [program, *OPTIONS, f"--user-data-dir={profile}"],
            preexec_fn=pipes,
            close_fds=False,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_browser)
        os.close(from_browser)
        self.rest, self.number, self.session, self.events = b"", 0, None, []
        target = self("Target.createTarget", url="about:blank")["targetId"]
        self.session = self("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self(f"{domain}.enable")

    def __call__(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def receive(self):
        while b"\0" not in self.rest:
            piece = os.read(self.answers, 1 << 16)
            if not piece:
                raise RuntimeError("the browser has ended")
            self.rest += piece
        message, _, self.rest = self.rest.partition(b"\0")
        return json.loads(message)

    def dress(self, scheme):
        """Prefer light or dark from now on."""
        self("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def show(self, url, width, height):
        """Open a page, and return what the browser reported meanwhile."""
        self.events.clear()
        self("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600)
        self("Page.navigate", url=url)
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self.receive())
        return list(self.events)

    def evaluate(self, expression):
        return self("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)["result"]["value"]

    def picture(self, path):
        shot = self("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(shot["data"]))

    def close(self):
        self.process.kill()
        self.process.wait()


def main():
    program, site, pictures = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    pictures.mkdir(parents=True, exist_ok=True)
    address, server = serve(site)
    faults, links = [], set()
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(program, profile)
        try:
            pages = [path.relative_to(site).as_posix() for path in sorted(site.rglob("*.html"))]
            for page in pages:
                for window, size in WINDOWS.items():
                    found, leads = look_at(browser, address + page, size)
                    faults += [f"{page} ({window}): {fault}" for fault in found]
                    links |= leads
                    if not page.startswith("source/"):
                        take_pictures(browser, pictures / f"{Path(page).stem}-{window}")
            browser.show(f"{address}index.html", *WINDOWS["phone"])
            if not browser.evaluate(SEARCH):
                faults.append("the search finds nothing")
            faults += [
                f"link to {link}, which is not there"
                for link in sorted(links)
                if not leads_somewhere(link, address, site)
            ]
        finally:
            browser.close()
            server.shutdown()
    for fault in faults:
        print(fault, file=sys.stderr)
    print(
        f"{len(pages)} pages in {len(WINDOWS)} widths, {len(links)} links, {len(faults)} faults; pictures in {pictures}"
    )
    sys.exit(bool(faults) or not pages)


def serve(site):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=site))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/", server


def look_at(browser, url, size):
    """The faults of a page, and where its links lead."""
    reported = browser.show(url, *size)
    answer = browser.evaluate(LOOK)
    faults = [*answer["faults"], *complaints(reported + browser.events, url)]
    return faults, set(answer["links"])


def complaints(events, url):
    home = url[: url.index("/", 8)]
    for event in events:
        parameters = event.get("params", {})
        match event.get("method"):
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                yield f"console: {json.dumps(parameters)[:200]}"
            case "Log.entryAdded":
                yield f"console: {parameters['entry']['text']} {parameters['entry'].get('url', '')}"
            case "Network.requestWillBeSent" if not parameters["request"]["url"].startswith((home, "data:")):
                yield f"asks for {parameters['request']['url']}"


def take_pictures(browser, path):
    for scheme in ("dark", "light"):
        browser.dress(scheme)
        browser.picture(path.with_name(f"{path.name}-{scheme}.png"))


def leads_somewhere(link, address, site):
    """Anchors were checked by check.py; links to elsewhere cannot be, without a network."""
    return not link.startswith(address) or (site / link.removeprefix(address).partition("#")[0]).is_file()


if __name__ == "__main__":
    main()
