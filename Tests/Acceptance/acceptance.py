#!/usr/bin/env python3
"""Does a real Prometheus read the truth? Three protocols, their clients' transcripts, and PromQL.

Needs Debian's prometheus. Usage: acceptance.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import re
import sys
import tempfile
import time

from example_server import ExampleServer
from families import UNMOVED
from imap_traffic import IMAPTraffic
from jmap_traffic import JMAPTraffic
from prometheus_server import Prometheus
from smarthost import Smarthost
from smtp_traffic import SIZE_LIMIT, SMTPTraffic
from transcript import RecordingSMTP, Transcript, raw_exchange

USERS = (("alice", "secret"), ("bob", "hush"))
LEAST_MOVED = 60


def relayed_mail(smtp, transcript):
    """Mail of an authenticated user for elsewhere: taken, deferred and given up, refused, and a bounce dropped."""
    add = transcript.add

    def bounced_to_sender():
        add("rusmes_mail_bounced_total")
        add("rusmes_dsn_queued_total")
        for name in ("puts", "items_written"):
            add(f"rusmes_queue_{name}_total")
        add("rusmes_queue_wait_seconds_count")
        add('rusmes_delivery_attempts_total{recipient="local",result="delivered"}')
        add('rusmes_delivery_attempt_duration_seconds_count{recipient="local"}')
        add("rusmes_delivery_total_duration_seconds_count")
        add("rusmes_mail_delivered_total")

    def attempt(result, times=1):
        add(f'rusmes_delivery_attempts_total{{recipient="remote",result="{result}"}}', times)
        add('rusmes_delivery_attempt_duration_seconds_count{recipient="remote"}', times)
        add('rusmes_tls_outgoing_sessions_total{status="plain"}', times)

    with smtp.connect() as client:
        client.ehlo("client.example")
        client.login("alice", "secret")
        add('rusmes_authentication_mechanisms_total{mechanism="plain"}')
        add('rusmes_authentication_attempts_total{protocol="smtp",result="success"}')
        for recipient, sender in (("ok", "alice"), ("ok", "alice"), ("later", "alice"), ("never", "alice"), ("never", "")):
            sender = f"{sender}@example.com" if sender else ""
            assert smtp.send(client, [f"{recipient}@elsewhere.invalid"], "Subject: out\n\nx\n", sender=sender) == 250
            if recipient == "ok":
                attempt("delivered")
                add("rusmes_smtp_messages_sent_total")
                add("rusmes_mail_delivered_total")
                add("rusmes_delivery_total_duration_seconds_count")
            elif recipient == "later":
                attempt("temporary_failure", 2)
                add("rusmes_queue_retries_total")
                bounced_to_sender()
            else:
                attempt("permanent_failure")
                if sender:
                    bounced_to_sender()
                else:
                    add("rusmes_mail_dropped_total")


def too_many_connections(server, transcript):
    """One connection more than there may be is turned away."""
    held = []
    for _ in range(MAXIMUM_CONNECTIONS):
        held.append(RecordingSMTP(transcript, "127.0.0.1", server.ports["smtp"]))
    time.sleep(1.2)
    try:
        RecordingSMTP.__mro__[1]("127.0.0.1", server.ports["smtp"], timeout=10)
        raise AssertionError("one connection too many was taken")
    except OSError as error:
        assert error.smtp_code == 421, error
    transcript.add('rusmes_smtp_connections_rejected_total{reason="overload"}')
    transcript.add('rusmes_smtp_replies_total{code="421"}')
    for client in held:
        client.quit()


MAXIMUM_CONNECTIONS = 20


def compare(prometheus, transcript):
    """By PromQL, each series against the clients' transcript; what differs."""
    wrong = []
    for series, expected in sorted(transcript.counts.items()):
        value = prometheus.scalar(series)
        if value != expected:
            wrong.append(f"{series}: the clients saw {expected}, Prometheus says {value:g}")
    # The other way round: nothing moved that no client knows of.
    for family in sorted({re.sub(r"\{.*", "", series) for series in transcript.counts}):
        if not family.endswith(("_total", "_count")):
            continue
        total = sum(value for series, value in transcript.counts.items() if re.sub(r"\{.*", "", series) == family)
        value = prometheus.scalar(f"sum({family})")
        if value != total:
            wrong.append(f"sum({family}): the clients saw {total}, Prometheus says {value:g}")
    return wrong


def moved_families(prometheus):
    """Catalogue families, and whether any of their series was ever above 0."""
    moved = {}
    for name, entries in prometheus.api("metadata").items():
        if not name.startswith("rusmes_"):
            continue
        # OpenMetrics names a family without the suffix of its samples.
        suffix = {"counter": "_total", "info": "_info"}.get(entries[0]["type"], "")
        name = name if name.endswith(suffix) else name + suffix
        series = f"{name}_count" if entries[0]["type"] == "histogram" else name
        moved[name.removeprefix("rusmes_")] = bool(prometheus.query(f"max(max_over_time({series}[30m])) > 0"))
    return moved


def main():
    begun = time.monotonic()
    transcript = Transcript()
    smarthost = Smarthost()
    arguments = [
        "--max-message-size", str(SIZE_LIMIT), "--queue-lifetime", "2.5", "--relay", f"127.0.0.1:{smarthost.port}",
        "--max-connections", str(MAXIMUM_CONNECTIONS),
    ]
    for user, password in USERS:
        arguments += ["--user", f"{user}:{password}"]
    with (
        tempfile.TemporaryDirectory() as folder,
        ExampleServer(sys.argv[1], *arguments, listeners=("smtp", "imap", "jmap", "metrics")) as server,
        Prometheus(folder, server.ports["metrics"]) as prometheus,
    ):
        smtp = SMTPTraffic(server.ports["smtp"], transcript)
        imap = IMAPTraffic(server.ports["imap"], transcript)
        jmap = JMAPTraffic(server.ports["jmap"], transcript)
        smtp.everything()
        imap.everything()
        jmap.everything()
        relayed_mail(smtp, transcript)

        def deliver():
            with smtp.connect() as client:
                client.ehlo("client.example")
                assert smtp.send(client, ["alice@example.com"], "Subject: news\n\nx\n") == 250

        time.sleep(4)
        imap.idle(deliver)
        too_many_connections(server, transcript)
        assert smarthost.accepted == 2 and smarthost.sessions == 6, (smarthost.accepted, smarthost.sessions)
        mailboxes, messages, octets = imap.what_is_stored(USERS)
        transcript.counts["rusmes_mailboxes"] = mailboxes
        transcript.counts["rusmes_messages"] = messages
        transcript.counts["rusmes_storage_bytes"] = octets
        for gauge in ("queue_size", "imap_idle_connections", "delivery_in_flight"):
            transcript.counts[f"rusmes_{gauge}"] = 0
        for protocol in ("smtp", "imap", "jmap"):
            transcript.counts[f'rusmes_active_connections{{protocol="{protocol}"}}'] = 0

        deadline = time.monotonic() + 20
        while True:
            prometheus.wait_for_scrape()
            wrong = compare(prometheus, transcript)
            if not wrong or time.monotonic() > deadline:
                break
        assert not wrong, "\n".join(wrong)

        for check in ("/health", "/ready", "/live", "/startup", "/nowhere"):
            server.get(check)
        server.get("/metrics", accept="application/openmetrics-text; version=1.0.0")
        assert b" 400 " in raw_exchange(server.ports["metrics"], b"GET / HTTP/1.1\r\nno colon\r\n\r\n")
        prometheus.wait_for_scrape()
        moved = moved_families(prometheus)
    smarthost.close()

    count = sum(moved.values())
    print(f"{len(transcript.counts)} series agree with the transcripts")
    print(f"{count} of {len(moved)} families moved in {time.monotonic() - begun:.0f} s; not moved:")
    unexplained = []
    for name in sorted(name for name, has_moved in moved.items() if not has_moved):
        print(f"  {name}: {UNMOVED.get(name, 'NO REASON KNOWN')}")
        if name not in UNMOVED:
            unexplained.append(name)
    assert count >= LEAST_MOVED, f"fewer than {LEAST_MOVED} families moved"
    assert not unexplained, f"no reason known for {unexplained}"


if __name__ == "__main__":
    main()
