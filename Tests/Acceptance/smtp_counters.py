#!/usr/bin/env python3
"""Do the SMTP counters tell the truth? 100 messages and much bad behaviour against the clients' own transcript.

Needs nothing but Python. Usage: smtp_counters.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import sys
import time

from example_server import ExampleServer
from smtp_traffic import SIZE_LIMIT, SMTPTraffic
from transcript import Transcript

# Counters whose every series must be expected by the transcript: a value nobody expects is an error as well.
WHOLE_FAMILIES = (
    "rusmes_smtp_", "rusmes_mail_", "rusmes_authentication_", "rusmes_tls_sessions_total", "rusmes_queue_puts",
    "rusmes_queue_items", "rusmes_alias_", "rusmes_messages_per_domain_total", "rusmes_delivery_attempts_total",
    "rusmes_imap_", "rusmes_jmap_",
)


def differences(samples, transcript):
    """Every series whose value is not what the clients saw."""
    wrong = []
    for series, expected in sorted(transcript.counts.items()):
        if samples.get(series, 0) != expected:
            wrong.append(f"{series}: the clients saw {expected}, the server says {samples.get(series)}")
    for series, value in sorted(samples.items()):
        name = series.split("{")[0]
        if name.startswith(WHOLE_FAMILIES) and name.endswith(("_total", "_count")) and value:
            if series not in transcript.counts:
                wrong.append(f"{series}: {value}, of which the clients know nothing")
    return wrong


def main():
    transcript = Transcript()
    arguments = ("--user", "alice:secret", "--user", "bob:hush", "--max-message-size", str(SIZE_LIMIT))
    with ExampleServer(sys.argv[1], *arguments) as server:
        traffic = SMTPTraffic(server.ports["smtp"], transcript)
        traffic.everything()
        # Deliveries follow their messages, and sessions end after their clients have left.
        for _ in range(50):
            samples = server.samples()
            wrong = differences(samples, transcript)
            if not wrong:
                break
            time.sleep(0.1)
        assert not wrong, "\n".join(wrong)
        assert samples['rusmes_active_connections{protocol="smtp"}'] == 0
        assert samples["rusmes_queue_size"] == 0
        messages = transcript.counts["rusmes_smtp_messages_received_total"]
    print(f"{len(transcript.counts)} series agree with the transcript; {messages} messages were accepted")


if __name__ == "__main__":
    main()
