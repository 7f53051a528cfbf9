#!/usr/bin/env python3
"""Do strict readers accept both formats of a server in use? Python's OpenMetrics parser, and promtool.

Needs prometheus-client, and Debian's prometheus for promtool.
Usage: formats.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import subprocess
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from example_server import ExampleServer
from smtp_traffic import SMTPTraffic
from transcript import Transcript


def main():
    with ExampleServer(sys.argv[1], "--user", "alice:secret", "--user", "bob:hush") as server:
        with SMTPTraffic(server.ports["smtp"], Transcript()).connect() as client:
            client.ehlo("client.example")
            client.sendmail("a@example.net", ["alice@example.com"], "Subject: x\r\n\r\nx\r\n")
        _, text = server.get("/metrics", accept="text/plain")
        _, openmetrics = server.get("/metrics", accept="application/openmetrics-text; version=1.0.0")
    assert openmetrics.endswith("# EOF\n")
    families = list(parse_openmetrics(openmetrics))
    assert len(families) > 60 and len(list(parse_text(text))) > 60
    lint = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True)
    assert lint.returncode == 0 and not lint.stderr and not lint.stdout, lint.stdout + lint.stderr
    print(f"{len(families)} families, nothing to complain about; {len(text.splitlines())} lines of text")


if __name__ == "__main__":
    main()
