#!/usr/bin/env python3
"""Do the debugging pages answer an operator's questions, in a browser, whatever peers have sent?

Headless Chromium opens every page of the example, light and dark, 360 and 1440 pixels wide: nothing that axe-core calls a
violation, nothing on the console, no request to another origin, nothing wider than the window, whatever stands in the queue,
in thread names, in attributes of traces and on the command line. With every thread of the cooperative pool blocked,
/debug/threads answers within a second and names what is stuck. The page of the queue during a fault of delivery says what
waits, since when, why, and when it is tried next, on the first screen. Secrets stand on no page, in no JSON and in no line
of the log.

Needs Debian's chromium, and playwright and axe-playwright-python of PyPI.
Usage: debug_pages.py PATH_TO_EXAMPLE_MAIL_SERVER [FOLDER_FOR_PICTURES]
"""

import json
import os
import pathlib
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from axe_playwright_python.sync_playwright import Axe
from example_server import ExampleServer
from playwright.sync_api import sync_playwright

PAGES = ("debug", "debug/build", "debug/flags", "debug/config", "debug/threads", "debug/traces", "debug/queue")
WIDTHS = (360, 1440)
SCHEMES = ("light", "dark")
# Each stands where a secret may; none of them is anywhere else.
SECRETS = {
    "password": "hunter2planted", "token": "tokenplanted0123456789abcdef", "hash": "yMBuM872uvtNqimz",
    "url": "urlplanted", "header": "headerplanted", "variable": "variableplanted", "query": "queryplanted"}
HASH = f"$2b$04$..CA.uOD/eaGAOmJB.{SECRETS['hash']}kCcRocGwv7haFzmUZ5a"
HOSTILE = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>\u202egnp.exe"


class Refusing:
    """An SMTP server that defers every recipient, in words of somebody who means harm."""

    def __init__(self, text):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b"220 hostile\r\n")
                while line := self.rfile.readline(2048):
                    verb = line.strip().upper()
                    reply = b"451 4.7.0 " + text if verb.startswith(b"RCPT") else b"250 fine"
                    self.wfile.write((b"221 bye" if verb == b"QUIT" else reply) + b"\r\n")
                    if verb == b"QUIT":
                        return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def send(server, *recipients, user="alice", password=SECRETS["password"], subject="hello", sender="alice@example.com"):
    """A message for each recipient, of its own."""
    import smtplib
    with smtplib.SMTP("127.0.0.1", server.ports["smtp"], timeout=30) as client:
        client.ehlo("client.example")
        client.login(user, password)
        for recipient in recipients:
            client.sendmail(sender, [recipient], f"Subject: {subject}\r\nMessage-ID: <{time.time_ns()}@x>\r\n\r\nhello\r\n")


class Watched:
    """A browser's page that notes what should not be: messages, errors, requests elsewhere, dialogs."""

    def __init__(self, browser, origin, scheme, width):
        self.context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
        self.page = self.context.new_page()
        self.origin, self.width, self.wrong = origin, width, []
        self.page.on("console", lambda message: self.wrong.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: (self.wrong.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        self.page.on("request", lambda request: self.check(request.url))

    def check(self, url):
        if not url.startswith(self.origin):
            self.wrong.append(f"request: {url}")

    def open(self, path, axe=True):
        response = self.page.goto(f"{self.origin}/{path}", wait_until="load")
        assert response.status == 200, f"{path} answers {response.status}"
        policy = response.headers["content-security-policy"]
        assert "unsafe" not in policy and "default-src 'none'" in policy, policy
        wide = self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert wide <= 0, f"{path} is {wide} pixels wider than {self.width}"
        assert self.page.evaluate("document.querySelectorAll('script, img, iframe').length") == 0, path
        # Without the style nothing would have this colour.
        assert self.page.evaluate("getComputedStyle(document.querySelector('nav')).display") == "flex", f"{path}: no style"
        assert not self.wrong, f"{path}: {self.wrong}"
        if axe:
            self.violations(path)

    def violations(self, path):
        # The page's policy admits no script: axe runs in a world of its own, beside it.
        found = Axe().run(self.page).response["violations"]
        told = [f"{one['id']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
        assert not told, f"{path}, {self.width} px: {told}"

    def close(self):
        self.context.close()


def every_page(browser, origin, paths, pictures=None):
    count = 0
    for scheme in SCHEMES:
        for width in WIDTHS:
            watched = Watched(browser, origin, scheme, width)
            for path in paths:
                watched.open(path)
                count += 1
                if pictures:
                    name = re.sub(r"\W+", "-", path.split("?")[0])
                    watched.page.screenshot(path=pictures / f"{name}-{scheme}-{width}.png")
            watched.close()
    return count


def links(browser, origin):
    """Every link of the list leads to a page, and from each page back."""
    watched = Watched(browser, origin, "light", 1440)
    watched.open("debug")
    targets = watched.page.eval_on_selector_all("main a, nav a", "all => all.map(one => one.href)")
    for target in set(targets):
        assert urllib.request.urlopen(target, timeout=10).status == 200, target
    assert {f"{origin}/{path}" for path in PAGES} <= set(targets), targets
    watched.page.goto(f"{origin}/")
    index = watched.page.eval_on_selector_all("a", "all => all.map(one => one.href)")
    missing = {f"{origin}/{path}" for path in PAGES if path != "debug/traces"} - set(index)
    assert not missing, f"/ does not lead to {missing}"
    watched.close()


def wait_for(what, condition, limit=30):
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.1)


def queue(server):
    return json.loads(server.get("/debug/queue?format=json")[1])


def table(page, beginning):
    return next(one["rows"] for one in page["tables"] if one["title"].startswith(beginning))


def fault_of_delivery(example, browser, pictures):
    """An operator's questions, answered on the first screen: what waits, since when, why, and when next."""
    with tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder) / "faults"
        faults.write_text("delivery\n")
        arguments = (
            "--user", f"alice@example.com:{SECRETS['password']}", "--faults", str(faults), "--queue-lifetime", "3600")
        with ExampleServer(example, *arguments) as server:
            origin = f"http://127.0.0.1:{server.ports['metrics']}"
            send(server, *(f"{name}@{domain}" for domain in ("elsewhere.invalid", "partner.invalid")
                           for name in ("ann", "bo", "cy")))
            wait_for("every message has been tried", lambda: all(
                row["last reply"] for row in table(queue(server), "messages")) and queue(server)["facts"]["messages"] == 6)
            time.sleep(3)
            send(server, "dora@elsewhere.invalid")
            time.sleep(1)
            page = queue(server)
            assert page["facts"]["messages"] == 7 and page["facts"]["oldest"] > 2, page["facts"]
            why = table(page, "why")
            assert [(row["last reply"], row["messages"]) for row in why] == [("remote delivery is switched off", 7)], why
            for row in table(page, "messages"):
                assert row["attempts"] >= 1 and row["last reply"] and row["age"] > 0, row
                assert row["next try in"] is None or 0 <= row["next try in"] <= 60, row
            every_page(browser, origin, PAGES)
            watched = Watched(browser, origin, "light", 960)
            watched.open("debug/queue")
            # What, since when, why, when: within the first screen, also on a narrow one.
            for width, height in ((960, 800), (360, 800)):
                watched.page.set_viewport_size({"width": width, "height": height})
                bottom = watched.page.evaluate(
                    "document.querySelector('table tbody tr').getBoundingClientRect().bottom")
                assert bottom < height, f"why they wait ends at {bottom} of {height} pixels"
            watched.page.set_viewport_size({"width": 960, "height": 620})
            watched.page.screenshot(path=pictures / "queue-page.png")
            # A message leads to its trace.
            watched.page.set_viewport_size({"width": 1440, "height": 800})
            watched.page.click("td a")
            watched.page.wait_for_load_state()
            assert "/debug/traces?queue=" in watched.page.url and watched.page.locator("details").count() > 2, watched.page.url
            watched.violations("a trace")
            assert not watched.wrong, watched.wrong
            watched.close()
            faults.write_text("")
            wait_for("the queue is empty again", lambda: queue(server)["facts"]["messages"] in (0, 7), 5)
        print("the queue during a fault of delivery: what, since when, why and when next, on the first screen")


def blocked_pool(example, browser, pictures):
    """Within a second, and with the names of what is stuck."""
    with tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder) / "faults"
        with ExampleServer(example, "--faults", str(faults)) as server:
            origin = f"http://127.0.0.1:{server.ports['metrics']}"
            assert json.loads(server.get("/debug/threads?format=json")[1])["facts"]["cooperative pool"] == "runs tasks"
            faults.write_text("executor\n")
            wait_for("the pool is stuck", lambda: json.loads(
                server.get("/debug/threads?format=json", timeout=1)[1])["facts"]["executor delay"] > 1)
            slowest = 0.0
            for path in [f"/{path}{form}" for path in PAGES[:5] for form in ("", "?format=json")] * 5:
                begun = time.monotonic()
                status, text = server.get(path, timeout=10)
                slowest = max(slowest, time.monotonic() - begun)
                assert status == 200, (path, status, text)
            assert slowest < 1, f"{slowest:.3f} s"
            # One of the host needs the pool: it is late, within its deadline, and alone.
            begun = time.monotonic()
            assert server.get("/debug/queue", timeout=10)[0] == 503 and time.monotonic() - begun < 3
            page = json.loads(server.get("/debug/threads?format=json")[1])
            assert page["facts"]["cooperative pool"].startswith("stuck: it has run no task for "), page["facts"]
            stuck = table(page, "threads of the pool")
            # What blocks them is a usleep.
            assert sum(row["in"] == "clock_nanosleep" for row in stuck) >= os.cpu_count(), stuck
            checks = {row["check"] for row in table(page, "health checks")}
            assert {"storage", "queue"} <= checks, checks
            assert table(page, "its longest slices"), page
            watched = Watched(browser, origin, "light", 1440)
            watched.open("debug/threads")
            watched.page.screenshot(path=pictures / "threads-stuck.png")
            watched.close()
            faults.write_text("")
            wait_for("the pool runs again", lambda: json.loads(
                server.get("/debug/threads?format=json")[1])["facts"]["cooperative pool"] == "runs tasks")
        print(f"the cooperative pool is blocked: every page of the library within {slowest * 1000:.0f} ms")


def hostile_content(example, browser, pictures):
    """In each place that a peer, a file or the command line reaches: text, cut and harmless. And no secret anywhere."""
    host = Refusing(HOSTILE.encode()[:300] + b"\xff\xfe" + b"<b>" * 100)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        token = folder / "token"
        token.write_text(SECRETS["token"] + "\n")
        log = open(folder / "log", "w+")
        # What the kernel takes for one argument ends at 128 KiB.
        long = "/tmp/" + "<i>" * 40_000
        environment = {"PLANTED": SECRETS["variable"], "DATABASE_URL": f"http://u:{SECRETS['url']}@h/?k={SECRETS['query']}"}
        arguments = (
            "--user", f"alice@example.com:{SECRETS['password']}", "--metrics-user", f"prometheus:{HASH}",
            "--metrics-token-file", str(token), "--queue-lifetime", "3600", "--relay", f"127.0.0.1:{host.port}",
            "--otlp", f"http://127.0.0.1:9/?key={SECRETS['query']}", "--faults", long[:100_000])
        # Threads are called after the program's file, where they do not say otherwise.
        program = os.fsencode(folder) + b"/<script>\xff\xe2\x80\xae"
        os.symlink(os.fsencode(pathlib.Path(example).resolve()), program)
        planted = ("env", *(f"{name}={value}" for name, value in environment.items()))
        # An endpoint with a user is refused, in words without it.
        refused = subprocess.run(
            [*planted, program, *arguments, "--otlp", f"http://someone:{SECRETS['url']}@127.0.0.1:9/"],
            capture_output=True, text=True, timeout=30)
        assert refused.returncode == 64 and "--otlp" in refused.stderr, refused
        with ExampleServer(program, *arguments, prefix=planted, stderr=log) as server:
            origin = f"http://127.0.0.1:{server.ports['metrics']}"
            send(server, "\"<script>alert(3)</script>\"@elsewhere.invalid", "later@elsewhere.invalid",
                 subject=HOSTILE.replace("\u202e", ""))
            wait_for("a message has been tried", lambda: any(row["last reply"] for row in table(queue(server), "messages")))
            identifier = table(queue(server), "messages")[0]["message"]
            searched = "debug/traces?queue=" + urllib.request.quote(HOSTILE)
            paths = (*PAGES, f"debug/traces?queue={identifier}", "debug/traces?family=delivery", searched)
            count = every_page(browser, origin, paths, pictures)
            shown = json.loads(server.get("/debug/threads?format=json")[1])
            names = {row["name"] for row in table(shown, "threads")}
            # The kernel cuts a name behind 15 bytes, and what is no UTF-8 is replaced.
            assert any(name.startswith("<script>\ufffd") for name in names), names
            html = server.get("/debug/threads")[1]
            assert "&lt;script&gt;\ufffd\\u{202E}" in html and "\u202e" not in html and "<script>" not in html
            html = server.get("/debug/flags")[1]
            assert "&lt;i&gt;" in html and "<i>" not in html and len(html) < 100_000, len(html)
            everything = {}
            listed = json.loads(server.get("/debug?format=json")[1])
            for path in ["", "metrics", "metrics.json", "health?verbose", "debug/vars", *paths,
                         *(f"debug/{row['page']}" for row in table(listed, "pages"))]:
                for form in ("", ("&" if "?" in path else "?") + "format=json"):
                    request = urllib.request.Request(f"{origin}/{path}{form}", headers={
                        "Authorization": f"Bearer {SECRETS['token']}", "X-Planted": SECRETS["header"],
                        "Cookie": f"session={SECRETS['header']}"})
                    with urllib.request.urlopen(request, timeout=30) as response:
                        everything[path + form] = response.read().decode()
            for extra in (f"debug/config?token={SECRETS['query']}", f"debug/threads?x={SECRETS['query']}"):
                everything[extra] = server.get("/" + extra)[1]
        log.seek(0)
        everything["log"], everything["refusal"] = log.read(), refused.stdout + refused.stderr
        log.close()
        for path, text in everything.items():
            for place, secret in SECRETS.items():
                assert secret not in text, f"the {place} stands in {path}"
    host.close()
    print(f"hostile content: {count} pages in Chromium, no violation; no secret in {len(everything)} documents and the log")


def main():
    example = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        pictures = pathlib.Path(sys.argv[2] if len(sys.argv) > 2 else folder)
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        fault_of_delivery(example, browser, pictures)
        blocked_pool(example, browser, pictures)
        hostile_content(example, browser, pictures)
        with ExampleServer(example) as server:
            links(browser, f"http://127.0.0.1:{server.ports['metrics']}")
        browser.close()
    print("every page leads to every other, and / to all of them")


if __name__ == "__main__":
    main()
