#!/usr/bin/env python3
"""Does a real Prometheus keep every sample that it gets over a slow link while series come and go?

A series that is removed and made again while a scrape is under way must not come twice: Prometheus would drop one of the
two and count it. Needs Debian's prometheus.

Usage: slow_link.py PATH_TO_CHURNING_SERVER [SECONDS]
"""

import asyncio
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

from prometheus_server import Prometheus

# A scrape takes two or three seconds of its ten.
BYTES_A_SECOND = 120_000
INTERVAL = 10
DROPPED = ("duplicate_timestamp", "out_of_order", "out_of_bounds")


class SlowLink:
    """Passes bytes on, what the server says no faster than so many a second; the server feels it, as its bytes wait.
    Nothing is said to be accepted as gzip: as that a scrape is so short that it is encoded at once."""

    def __init__(self, target):
        self.target = target
        self.bytes = 0
        self.loop = asyncio.new_event_loop()
        started = threading.Event()
        threading.Thread(target=self.run, args=(started,), daemon=True).start()
        started.wait()

    def run(self, started):
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self.connected, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self.loop.run_forever()

    async def connected(self, reader, writer):
        upstream = socket.socket()
        # As little as possible is kept here, so that the rest stays with the server.
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        upstream.setblocking(False)
        try:
            await self.loop.sock_connect(upstream, ("127.0.0.1", self.target))
            far_reader, far_writer = await asyncio.open_connection(sock=upstream, limit=4096)
            await asyncio.gather(self.copy(reader, far_writer, None), self.copy(far_reader, writer, BYTES_A_SECOND))
        except OSError:
            pass
        finally:
            writer.close()

    async def copy(self, reader, writer, rate):
        begun, sent = self.loop.time(), 0
        while data := await reader.read(4096):
            writer.write(data if rate else data.replace(b"Accept-Encoding: gzip", b"Accept-Encoding: none"))
            await writer.drain()
            if rate:
                self.bytes += len(data)
                sent += len(data)
                # What was quiet is no credit for later.
                begun = max(begun, self.loop.time() - sent / rate)
                await asyncio.sleep(max(0, begun + sent / rate - self.loop.time()))
        if writer.can_write_eof():
            writer.write_eof()


def own_counters(prometheus):
    with urllib.request.urlopen(f"http://127.0.0.1:{prometheus.port}/metrics", timeout=20) as answer:
        text = answer.read().decode()
    return {
        name: float(re.search(rf"^prometheus_target_scrapes_sample_{name}_total (\S+)$", text, re.M).group(1))
        for name in DROPPED
    }


def watched(prometheus, seconds):
    """What Prometheus says of scrapes that fail, for so long."""
    errors = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(1)
        for target in prometheus.api("targets")["activeTargets"]:
            if target["lastError"] and target["lastScrape"] not in [when for when, _ in errors]:
                errors.append((target["lastScrape"], target["lastError"]))
    return errors


def main():
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 600
    server = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        link = SlowLink(port)
        with tempfile.TemporaryDirectory() as folder, Prometheus(folder, link.port, interval=f"{INTERVAL}s") as prometheus:
            errors = watched(prometheus, seconds)
            window = f"[{seconds}s]"
            # The first may have come before the server had anything to say.
            ups = prometheus.scalar(f"min_over_time(up{window})")
            scrapes = prometheus.scalar(f"count_over_time(up{window})")
            failed = scrapes - prometheus.scalar(f"sum_over_time(up{window})")
            samples = prometheus.scalar(f"avg_over_time(scrape_samples_scraped{window})")
            longest = prometheus.scalar(f"max_over_time(scrape_duration_seconds{window})")
            taken = prometheus.scalar(f"avg_over_time(scrape_duration_seconds{window})")
            dropped = own_counters(prometheus)
        server.stdin.close()
        print(server.stdout.readline().strip())
    finally:
        server.terminate()
        server.wait(timeout=30)
    print(
        f"{scrapes:.0f} scrapes in {seconds} s, {failed:.0f} failed; {samples:.0f} samples, {taken:.2f} s (at most {longest:.2f})"
        f" and {link.bytes / max(1, scrapes):.0f} octets each on average; dropped {dropped}")
    assert ups == 1 and not errors, f"a scrape failed: {errors}"
    assert scrapes >= seconds / INTERVAL - 2, "scrapes are missing"
    assert samples > 1000 and taken > 0.5, "too little was asked of the link"
    assert not any(dropped.values()), "Prometheus dropped samples"


if __name__ == "__main__":
    main()
