#!/usr/bin/env python3
"""Is the live page right, readable and harmless? Headless Chromium, axe-core and a real Prometheus, on the example.

- No message on the console, no report of the policy, no request elsewhere, no violation that axe finds, by day and by
  night, on a phone and on a desk. SCREENSHOTS names a folder for pictures of each.
- Numbers are those of Prometheus within two per cent.
- Each fault of the example is named at the top within three seconds of being in force.
- Hostile texts are texts; a hidden tab asks nothing, and is told later of what it missed; what is no live data is said
  and not loaded again and again; a click leads to traces; it works below a proxy's path, by keyboard, and
  when the server has ended and begun anew.

Needs Debian's chromium and prometheus, and playwright and axe-playwright-python from PyPI.
Usage: live_page.py PATH_TO_EXAMPLE_MAIL_SERVER [PATH_TO_MAILOBS]
"""

import gzip
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

from example_server import ExampleServer
from prometheus_server import Prometheus

TRAFFIC = 50
# What the page says of each fault, and how soon. The example reads its file once a second: then a fault is in force.
FAULTS = {
    "storage": "storage fails", "queue": "queue fails: the queue takes no messages",
    "authentication": "authentication fails: the directory does not answer",
    "delivery": "delivery fails: remote mail is deferred", "executor": "The Swift executor is stuck",
    "maintenance": "In maintenance: the faults file says maintenance",
}
WATCH = """
window.reports = [];
document.addEventListener('securitypolicyviolation', e => window.reports.push(e.violatedDirective + ' ' + e.blockedURI));
"""
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script>\u202e\u2066'\"&lt;" + "A" * 4000


class Page:
    """A tab that remembers everything it should not have seen."""

    def __init__(self, browser, url, **more):
        self.context = browser.new_context(**more)
        self.page = self.context.new_page()
        self.console, self.requests = [], []
        self.page.on("console", lambda message: self.console.append(message.text))
        self.page.on("pageerror", lambda error: self.console.append(str(error)))
        self.page.on("dialog", lambda dialog: self.console.append(f"dialog {dialog.message}"))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.add_init_script(WATCH)
        self.page.goto(url)
        self.page.wait_for_selector(".legend b")

    def check(self, origin):
        assert not self.console, self.console
        assert self.page.evaluate("window.reports") == []
        elsewhere = [url for url in self.requests if not url.startswith(origin)]
        assert not elsewhere, elsewhere

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    @property
    def verdict(self):
        return self.page.inner_text("#verdict")

    def hide(self, is_hidden):
        self.page.evaluate("""isHidden => {
            Object.defineProperty(document, 'hidden', {value: isHidden, configurable: true});
            document.dispatchEvent(new Event('visibilitychange'));
        }""", is_hidden)

    def wait_for_verdict(self, text, seconds):
        begun = time.monotonic()
        while text not in self.verdict:
            assert time.monotonic() < begun + seconds, (text, self.verdict)
            time.sleep(0.05)
        return time.monotonic() - begun


def looks(browser, url, folder):
    for scheme in ("light", "dark"):
        for width, height in ((360, 740), (1440, 900)):
            with Page(browser, url, color_scheme=scheme, viewport={"width": width, "height": height}) as tab:
                tab.page.wait_for_timeout(1500)
                results = Axe().run(tab.page)
                assert results.violations_count == 0, results.generate_report()
                wide = tab.page.evaluate("document.documentElement.scrollWidth")
                assert wide <= width, f"{wide} px of {width}"
                # The verdict is on the first screen.
                assert tab.page.locator("#verdict").bounding_box()["y"] < 200
                if folder:
                    name = str(pathlib.Path(folder) / f"live-{scheme}-{width}")
                    tab.page.screenshot(path=name + "-top.png")
                    tab.page.screenshot(path=name + ".png", full_page=True)
                tab.check(url)
    print("four looks: nothing on the console, no report, no request elsewhere, no violation by axe")


def sizes(server, url):
    with urllib.request.urlopen(url) as answer:
        page = answer.read()
    small = len(gzip.compress(page, 9))
    assert len(page) <= 50_000 and small <= 16_000, (len(page), small)
    first = live(server)
    size = len(json.dumps(first, separators=(",", ":"), ensure_ascii=False).encode())
    assert size <= 120_000, size
    assert max(len(line) for chart in first["values"] for line in chart) <= 301
    largest = 0
    for _ in range(6):
        time.sleep(1)
        answer = server.get(f"/live-data?since={first['last']}&epoch={first['epoch']}")[1]
        first["last"] = json.loads(answer)["last"]
        largest = max(largest, len(answer.encode()))
    assert largest <= 4096, largest
    print(f"page {len(page)} B, {small} B as gzip; first data {size} B, then at most {largest} B")


def live(server, query=""):
    status, body = server.get("/live-data" + query)
    assert status == 200, (status, body)
    return json.loads(body)


def now(answer, chart, line):
    place = [layout["id"] for layout in answer["charts"]].index(chart)
    return answer["values"][place][answer["charts"][place]["lines"].index(line)][0]


def compare(server, prometheus):
    """What the page says of now, and what Prometheus says of the same minute."""
    buckets = "sum by (le) (rate(rusmes_{}_bucket[1m]))"
    cases = [("flow", "accepted", "rate(rusmes_smtp_messages_received_total[1m])", 1),
             ("flow", "delivered", "rate(rusmes_mail_delivered_total[1m])", 1),
             ("commands", "smtp", "sum(rate(rusmes_smtp_commands_total[1m]))", 1),
             ("commands", "imap", "rate(rusmes_imap_commands_total[1m])", 1)]
    for chart, name in (("smtp", "smtp_command_duration_seconds"), ("imap", "imap_command_duration_seconds"),
                        ("processing", "message_processing_latency_seconds")):
        for share in (50, 95, 99):
            cases.append((chart, f"p{share}", f"histogram_quantile({share / 100}, {buckets.format(name)})", 1000))
    for attempt in range(5):
        prometheus.wait_for_scrape()
        answer = live(server)
        rows = []
        for chart, line, expression, scale in cases:
            # The two sample once a second each, and not at the same moment.
            there = []
            for moment in (-2, -1, 0, 1, 2):
                result = prometheus.api("query", query=expression, time=answer["at"] + moment)["result"]
                there.append(float(result[0]["value"][1]) * scale)
            here = now(answer, chart, line)
            nearest = min(max(here, min(there)), max(there))
            rows.append((abs(here - nearest) / nearest if nearest else abs(here), chart, line, here, there[2]))
        if max(rows)[0] <= 0.02:
            break
    for difference, chart, line, here, there in rows:
        print(f"  {chart} {line}: {here:g}, Prometheus {there:.4g} ({100 * difference:.2f} %)")
    assert max(rows)[0] <= 0.02, max(rows)
    print(f"numbers as Prometheus has them within {100 * max(rows)[0]:.2f} %")


def name_faults(browser, url, file):
    with Page(browser, url) as tab:
        for fault, words in FAULTS.items():
            tab.wait_for_verdict("All is well", 30)
            file.write_text(fault + "\n")
            took = tab.wait_for_verdict(words, 4)
            line = next(line for line in tab.verdict.splitlines() if words in line)
            print(f"  {fault}: {took:.1f} s after the file was written: {line}")
            file.write_text("")
        tab.wait_for_verdict("All is well", 30)
        # Marks are on the charts.
        assert tab.page.locator("rect.band").count() > 0
        tab.check(url)


def look_away(browser, url, file):
    """A check fails while the tab is hidden, for longer than a change is told of unasked."""
    with Page(browser, url) as tab:
        tab.wait_for_verdict("All is well", 30)
        tab.hide(True)
        file.write_text("storage\n")
        tab.page.wait_for_timeout(16_000)
        tab.hide(False)
        tab.wait_for_verdict("storage fails", 3)
        tab.page.wait_for_selector(".checks >> text=storage fails", timeout=3000)
        file.write_text("")
        tab.wait_for_verdict("All is well", 30)
        tab.check(url)
    print("a check that failed while nobody looked")


def meet_a_stranger(browser, url):
    """Something in between answers in the server's place, as a page to log in does."""
    context = browser.new_context()
    page, loads = context.new_page(), []
    page.on("request", lambda request: loads.append(request.url) if request.is_navigation_request() else None)
    page.route("**/live-data*", lambda route: route.fulfill(json={"error": "log in"}))
    page.goto(url)
    page.wait_for_selector("text=does not answer (status: no live data)")
    page.wait_for_timeout(3000)
    page.unroute("**/live-data*")
    page.wait_for_selector(".legend b")
    assert len(loads) == 1, loads
    context.close()
    print("an answer that is no live data")


def use(browser, example):
    """On a server with so little traffic that the traces of a moment are still kept."""
    with ExampleServer(example, "--traffic", "2", listeners=("smtp", "imap", "jmap", "metrics")) as server:
        time.sleep(10)
        use_page(browser, f"http://127.0.0.1:{server.ports['metrics']}/")


def use_page(browser, url):
    with Page(browser, url, viewport={"width": 1440, "height": 900}) as tab:
        page = tab.page
        plot = page.locator("#title-flow + .plot")
        # By pointer, and a click leads to traces.
        box = plot.bounding_box()
        page.mouse.move(box["x"] + box["width"] - 4, box["y"] + 40)
        note = plot.locator("xpath=following-sibling::p[@class='note'][2]")
        assert note.inner_text().startswith("At "), note.inner_text()
        page.mouse.click(box["x"] + box["width"] - 4, box["y"] + 40)
        page.wait_for_selector("#title-flow ~ .traces a")
        # At once: a trace is kept until others have taken its place.
        other = tab.context.new_page()
        other.goto(page.locator("#title-flow ~ .traces a").first.evaluate("link => link.href"))
        assert "/debug/traces?trace=" in other.url and "There is none" not in other.content()
        other.close()
        # By keyboard, as a screen reader hears it.
        plot.focus()
        page.mouse.move(0, 0)
        page.keyboard.press("ArrowLeft")
        before = plot.get_attribute("aria-valuenow")
        page.keyboard.press("PageDown")
        assert int(plot.get_attribute("aria-valuenow")) == int(before) - 30
        assert "accepted" in plot.get_attribute("aria-valuetext")
        for one in page.locator("[role=slider]").all():
            sentence = page.locator("#" + one.get_attribute("aria-describedby"))
            assert "now" in sentence.text_content() and sentence.text_content().endswith(".")
        # Other ranges.
        page.get_by_role("button", name="2 hours").click()
        page.wait_for_selector("button[aria-pressed=true] >> text=2 hours")
        page.get_by_role("button", name="10 minutes").click()
        page.wait_for_selector("button[aria-pressed=true] >> text=10 minutes")
        # A hidden tab asks nothing, and goes on when it is seen again.
        tab.hide(True)
        page.wait_for_timeout(1500)
        asked = len(tab.requests)
        page.wait_for_timeout(3000)
        assert len(tab.requests) == asked, tab.requests[asked:]
        tab.hide(False)
        page.wait_for_timeout(1500)
        assert len(tab.requests) > asked
        tab.check(url)
    print("pointer, click to traces, keyboard, ranges and a hidden tab")


def be_hostile(browser, url):
    """Every text of the data is hostile, as if the server had let all of it through."""
    def changed(value):
        if isinstance(value, dict):
            return {key: one if key in ("id", "section", "state", "level", "epoch", "range") else changed(one)
                    for key, one in value.items()}
        if isinstance(value, list):
            return [changed(one) for one in value]
        return HOSTILE if isinstance(value, str) and len(value) < 100 else value

    context = browser.new_context()
    page, seen = context.new_page(), []
    page.on("console", lambda message: seen.append(message.text[:200]))
    page.on("pageerror", lambda error: seen.append(str(error)[:200]))
    page.on("dialog", lambda dialog: seen.append("dialog"))
    page.add_init_script(WATCH)

    def answer(route):
        response = route.fetch()
        body = response.json()
        for part in ("verdict", "checks", "lists", "traces", "service"):
            if part in body:
                body[part] = changed(body[part])
                if isinstance(body[part], list):
                    body[part] = body[part][:2]
        route.fulfill(response=response, body=json.dumps(body))
    page.route("**/live-data*", answer)
    page.goto(url)
    page.wait_for_selector(".legend b")
    page.wait_for_timeout(2500)
    assert not seen and page.evaluate("window.reports") == [], seen
    assert page.locator("img").count() == 0 and page.locator("script").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    context.close()
    print("hostile texts are texts")


class Proxy(http.server.BaseHTTPRequestHandler):
    """Puts a path before everything, as a reverse proxy does that says nothing of itself."""

    port = 0

    def log_message(self, *_):
        pass

    def do_GET(self):
        if not self.path.startswith("/mx1/"):
            return self.send_error(404)
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.path[4:]}") as answer:
            body = answer.read()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("connection", "transfer-encoding"):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)


def below_a_path(browser, port):
    handler = type("Handler", (Proxy,), {"port": port})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as proxy:
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{proxy.server_port}/mx1/"
        with Page(browser, url) as tab:
            tab.page.wait_for_timeout(1500)
            tab.check(url)
        proxy.shutdown()
    print("below a proxy's path")


def begin_anew(browser, example):
    """The server ends under an open page, and begins anew at the same address."""
    with ExampleServer(example, listeners=("smtp", "metrics")) as server:
        port = server.ports["metrics"]
        tab = Page(browser, f"http://127.0.0.1:{port}/")
        tab.wait_for_verdict("All is well", 20)
    tab.wait_for_verdict("does not answer", 10)
    process = subprocess.Popen([example, "--metrics", f"127.0.0.1:{port}"], stdout=subprocess.DEVNULL)
    try:
        tab.wait_for_verdict("All is well", 20)
        tab.page.wait_for_selector("text=start")
    finally:
        process.terminate()
        process.wait(timeout=20)
    tab.context.close()
    print("a server that ends and begins anew")


def top(mailobs, server):
    url = f"http://127.0.0.1:{server.ports['metrics']}"
    done = subprocess.run([mailobs, "top", "--once", url], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done
    for part in ("All is well", "IS MAIL FLOWING?", "accepted", "Time to answer an SMTP command"):
        assert part in done.stdout, (part, done.stdout)
    assert all(character == "\n" or character.isprintable() for character in done.stdout)
    done = subprocess.run([mailobs, "top", "--once", url + "/health"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "no live data" in done.stderr, done
    print("mailobs top draws the same")


def main():
    example = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = pathlib.Path(folder) / "faults"
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        arguments = ("--traffic", str(TRAFFIC), "--faults", str(file))
        with ExampleServer(example, *arguments, listeners=("smtp", "imap", "jmap", "metrics")) as server:
            begun = time.monotonic()
            url = f"http://127.0.0.1:{server.ports['metrics']}/"
            with Prometheus(folder, server.ports["metrics"], interval="1s") as prometheus:
                sizes(server, url)
                use(browser, example)
                be_hostile(browser, url)
                meet_a_stranger(browser, url)
                below_a_path(browser, server.ports["metrics"])
                if len(sys.argv) > 2:
                    top(sys.argv[2], server)
                # Until a whole minute has been seen by both.
                time.sleep(max(0, begun + 75 - time.monotonic()))
                compare(server, prometheus)
            looks(browser, url, os.environ.get("SCREENSHOTS"))
            name_faults(browser, url, file)
            look_away(browser, url, file)
        begin_anew(browser, example)
        browser.close()


if __name__ == "__main__":
    main()
