#!/usr/bin/env python3
"""Is the way of a message one trace, from the first octet to the mailbox or the bounce, whatever happens meanwhile?

tracing.py EXAMPLE [--seconds N] [--seed N] [NAME ...]: what is sent by SMTP, and what is found at a collector that reads
spans by the official message classes. A bad collector is endured for N seconds (20). With names, those parts alone.
"""

import argparse
import base64
import collections
import concurrent.futures
import http.client
import imaplib
import json
import pathlib
import random
import signal
import smtplib
import socket
import statistics
import tempfile
import threading
import time

import trace_convention
from example_server import ExampleServer
from prometheus_server import Prometheus
from smarthost import Smarthost
from trace_receiver import Receiver, check_whole, tree

OURS = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{OURS}-00f067aa0ba902b7-01"
SECOND = 1_000_000_000
SPANS = 'rusmes_observability_spans_total{outcome="%s"}'
OUTCOMES = ("exported", "rejected", "dropped_queue", "dropped_export", "dropped_shutdown", "abandoned", "ended")


def message(identifier, traceparent=None):
    field = f"Traceparent: {traceparent}\n" if traceparent else ""
    return f"{field}From: a@client.example\nMessage-ID: <{identifier}>\nSubject: x\n\nHello\n"


def send(port, identifier, recipient):
    """The reply to a message, and how long the whole session took."""
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo("client.example")
        client.mail("a@client.example")
        code, _ = client.rcpt(recipient)
        if code == 250:
            code, _ = client.data(message(identifier))
    return code, time.monotonic() - began


def authenticated(port, identifier, recipient, sender, source="127.0.0.1", traceparent=None):
    """The reply to a message of somebody who may send to other domains."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60, source_address=(source, 0)) as client:
        client.ehlo("client.example")
        client.login("al", "secret")
        client.mail(sender)
        code, _ = client.rcpt(recipient)
        return client.data(message(identifier, traceparent))[0] if code == 250 else code


def named(spans, name, **attributes):
    """Of spans, those with a name and attributes, the oldest first; `mail_queue_id` is `mail.queue_id`."""
    wanted = {key.replace("__", ".").replace("mail_", "mail."): value for key, value in attributes.items()}
    found = [one for one in spans if one.name == name and all(one[key] == value for key, value in wanted.items())]
    return sorted(found, key=lambda span: span.start)


def only(spans):
    assert len(spans) == 1, spans
    return spans[0]


def transaction(spans, identifier, **attributes):
    return only([one for one in named(spans, "SMTP transaction", **attributes)
                 if one["mail.message_id"] == f"<{identifier}>"])


def settled(server):
    """Samples once nothing is in the queue."""
    deadline = time.monotonic() + 60
    while (samples := server.samples())["rusmes_queue_size"] > 0:
        assert time.monotonic() < deadline, "the queue does not become empty"
        time.sleep(0.1)
    return samples


# Parts


def across_two_servers(example, options):
    """A relays to B, which defers twice and then delivers: one trace, with the right parents and times."""
    with Receiver() as collector, tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder) / "faults"
        faults.write_text("storage")
        b_arguments = (
            "--user", "bob@b.invalid:secret", "--otlp", collector.url, "--trusted-peer", "127.0.0.1/32",
            "--faults", faults, "--queue-lifetime", "120")
        with ExampleServer(example, *b_arguments) as b:
            with ExampleServer(
                example, "--user", "al@a.example:secret", "--otlp", collector.url, "--trusted-peer", "127.0.0.1/32",
                "--relay", f"127.0.0.1:{b.ports['smtp']}",
            ) as a:
                sent = time.time_ns()
                code = authenticated(
                    a.ports["smtp"], "across@x", "bob@b.invalid", "al@a.example", source="127.0.0.3")
                assert code == 250, code
                attempts = 'rusmes_delivery_attempts_total{recipient="local",result="temporary_failure"}'
                while b.samples()[attempts] < 2:
                    time.sleep(0.05)
                faults.write_text("")
                settled(b)
                delivered = time.time_ns()
                pids = a.process.pid, b.process.pid
        spans = collector.spans
    check_whole(spans)
    at_a, at_b = ([one for one in spans if one.process == pid] for pid in pids)
    root = transaction(at_a, "across@x", smtp__outcome="accepted")
    print(tree(spans, root.trace, root.start))
    trace = root.trace
    assert not root.parent and root.kind == "server"
    assert {one.trace for one in spans} == {trace}, "more than one trace"
    relay = only(named(at_a, "deliver relay"))
    assert relay.parent == root.id and relay["mail.delivery.result"] == "delivered"
    incoming = transaction(at_b, "across@x", smtp__outcome="accepted")
    assert incoming.parent == relay.id, "B's transaction does not belong to A's attempt"
    assert relay.start <= incoming.start and incoming.end <= relay.end, "B's transaction is not within A's attempt"
    tries = named(at_b, "deliver local")
    # Two deferrals; one more where the server was slow to see that the fault is over.
    count = len(tries)
    assert count >= 3 and [one["mail.delivery.attempt"] for one in tries] == list(range(1, count + 1)), tries
    assert [one["mail.delivery.result"] for one in tries] == ["temporary_failure"] * (count - 1) + ["delivered"]
    assert [one["mail.delivery.will_retry"] for one in tries] == [True] * (count - 1) + [False]
    assert [one.has_failed for one in tries] == [True] * (count - 1) + [False]
    assert {one.parent for one in tries} == {incoming.id}
    pauses = [(after.start - before.end) / SECOND for before, after in zip(tries, tries[1:])]
    assert all(2 ** index - 0.1 < pause < 2 ** index + 5 for index, pause in enumerate(pauses)), pauses
    waits = named(at_b, "queue wait")
    assert len(waits) == count and {one.parent for one in waits} == {incoming.id}, waits
    for wait, attempt in zip(waits, tries):
        assert wait.end <= attempt.start, "an attempt within the wait before it"
    for wait, before, pause in zip(waits[1:], tries, pauses):
        assert abs((wait.end - wait.start) / SECOND - pause) < 0.5, "a wait is not as long as the pause"
    assert all(sent <= one.start and one.end <= delivered for one in spans), "times outside of the test"
    return spans


def killed_between_attempts(example, options):
    """B is killed after a deferral and started again: the trace goes on in the new process."""
    with Receiver() as collector, tempfile.TemporaryDirectory() as folder:
        faults, queue = pathlib.Path(folder) / "faults", pathlib.Path(folder) / "queue"
        queue.mkdir()
        faults.write_text("storage")
        arguments = (
            "--user", "bob@b.invalid:secret", "--otlp", collector.url, "--faults", faults, "--queue-directory", queue, "--queue-lifetime", "120")
        first = ExampleServer(example, *arguments)
        try:
            code, _ = send(first.ports["smtp"], "killed@x", "bob@b.invalid")
            assert code == 250, code
            # What is not exported yet dies with the process.
            before = collector.wait(lambda spans: len(named(spans, "deliver local")) >= 2)
        finally:
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
        faults.write_text("")
        with ExampleServer(example, *arguments) as second:
            settled(second)
            pid = second.process.pid
        spans = collector.spans
    root = transaction(before, "killed@x", smtp__outcome="accepted")
    last = only(named([one for one in spans if one.process == pid], "deliver local"))
    assert last.trace == root.trace and last.parent == root.id, "the trace does not go on"
    assert last["mail.delivery.result"] == "delivered" and last["mail.queue_id"] == root["mail.queue_id"]
    assert last["mail.delivery.attempt"] > named(before, "deliver local")[-1]["mail.delivery.attempt"]
    check_whole(spans)
    print(f"{len(before)} spans before SIGKILL, {len(spans) - len(before)} after it, of one trace")
    return spans


def bounced(example, options):
    """A report has a trace of its own, which leads to the message's."""
    with Receiver() as collector:
        with ExampleServer(
            example, "--user", "al@a.example:secret", "--otlp", collector.url, "--queue-lifetime", "1",
        ) as server:
            code = authenticated(server.ports["smtp"], "bounced@x", "al@elsewhere.invalid", "al@a.example")
            assert code == 250, code
            settled(server)
        spans = collector.spans
    check_whole(spans)
    root = transaction(spans, "bounced@x", smtp__outcome="accepted")
    bounce = only(named(spans, "bounce"))
    assert not bounce.parent and bounce.trace != root.trace and bounce.links == [(root.trace, root.id)], bounce
    assert bounce.kind == "producer"
    report = only(named(spans, "deliver local"))
    assert report.trace == bounce.trace and report.parent == bounce.id
    assert report["mail.queue_id"] == bounce["mail.queue_id"] != root["mail.queue_id"]
    return spans


def strangers(example, options):
    """A stranger's Traceparent starts nothing, has nothing recorded, and is not relayed; ours stays with us."""
    spans, relayed = [], {}
    for ratio, peer in (("1", "127.0.0.2"), ("0", "127.0.0.2"), ("1", "127.0.0.1")):
        smarthost = Smarthost(pause=0)
        with Receiver() as collector:
            with ExampleServer(
                example, "--user", "al@a.example:secret", "--otlp", collector.url, "--trace-ratio", ratio,
                "--trusted-peer", f"{peer}/32", "--relay", f"127.0.0.1:{smarthost.port}",
            ) as server:
                for source in ("127.0.0.3", "127.0.0.2"):
                    for recipient in ("ok@elsewhere.invalid", "al@a.example"):
                        code = authenticated(
                            server.ports["smtp"], f"{source}-{recipient}", recipient, "al@a.example",
                            source=source, traceparent=TRACEPARENT)
                        assert code == 250, code
                samples = settled(server)
                assert samples[SPANS % "abandoned"] == 0
            found = collector.spans
        smarthost.close()
        assert len(smarthost.messages) == 2, smarthost.messages
        check_stranger(found, ratio, peer)
        relayed[ratio, peer] = [
            [line for line in text.split("\r\n\r\n")[0].split("\r\n") if line.lower().startswith("trace")]
            for text in smarthost.messages]
        spans += found
    # To a server that is not trusted nothing is sent, whoever wrote it; to one that is, the attempt's own.
    assert relayed["1", "127.0.0.2"] == relayed["0", "127.0.0.2"] == [[], []], relayed
    attempts = [f"Traceparent: 00-{one.trace}-{one.id}-" for one in named(spans, "deliver relay")]
    for fields in relayed["1", "127.0.0.1"]:
        assert len(fields) == 1 and fields[0][:-2] in attempts, (fields, attempts)
    return spans


def check_stranger(spans, ratio, peer):
    """127.0.0.2 may be trusted; 127.0.0.3 never is. What was named by the Traceparent has a parent that never came."""
    theirs = {one.trace for one in spans} & {OURS}
    for source in ("127.0.0.3", "127.0.0.2"):
        for recipient in ("ok@elsewhere.invalid", "al@a.example"):
            identifier = f"<{source}-{recipient}>"
            found = [one for one in named(spans, "SMTP transaction") if one["mail.message_id"] == identifier]
            if source == peer:
                assert only(found).trace == OURS and only(found).parent == "00f067aa0ba902b7", found
            elif ratio == "0":
                assert not found, "a stranger has had a trace recorded"
            else:
                assert only(found).trace != OURS and not only(found).parent, found
    assert bool(theirs) == (peer == "127.0.0.2"), "the trusted client's trace"
    check_whole([one for one in spans if one.parent != "00f067aa0ba902b7"] + parents(spans))


def parents(spans):
    """The spans whose parent is the client's, as if they had none."""
    for one in (found := [span for span in spans if span.parent == "00f067aa0ba902b7"]):
        one.parent = ""
    return found


def thousand_with_faults(example, options):
    """Every accepted message is one trace, whatever fails; its attempts are those that the metrics count."""
    count, chance, trouble = 1000, random.Random(options.seed), random.Random(options.seed + 1)
    smarthost = Smarthost(pause=0)
    with Receiver() as collector, tempfile.TemporaryDirectory() as folder:
        faults = pathlib.Path(folder) / "faults"
        with ExampleServer(
            example, "--user", "al@a.example:secret", "--otlp", collector.url, "--faults", faults,
            "--relay", f"127.0.0.1:{smarthost.port}", "--queue-lifetime", "5",
        ) as server:
            plan = [
                (chance.choice(["al@a.example"] * 4 + ["ok@b.invalid"] * 2 + ["later@b.invalid", "never@b.invalid"]),
                 chance.choice(["stay"] * 18 + ["leave", "reset"]))
                for _ in range(count)]
            is_over = threading.Event()

            def breaking():
                words = ["storage", "queue", "delivery"]
                # The server looks every second.
                while not is_over.wait(1):
                    chosen = [word for word in words if trouble.random() < (0.1 if word == "queue" else 0.4)]
                    faults.write_text(" ".join(chosen))
                faults.write_text("")

            breaker = threading.Thread(target=breaking)
            breaker.start()
            accepted = set()
            try:
                with concurrent.futures.ThreadPoolExecutor(4) as pool:
                    batches = [range(start, count, 4) for start in range(4)]
                    for taken in pool.map(lambda numbers: many(server.ports["smtp"], plan, numbers), batches):
                        accepted |= taken
            finally:
                is_over.set()
                breaker.join()
            settled(server)
            # The last spans wait for others to go with.
            collector.wait(lambda spans: server.samples()["rusmes_observability_export_queue_spans"] == 0)
            samples = server.samples()
            families = json.loads(server.get("/debug/traces?format=json")[1])["families"]
        spans = collector.spans
    smarthost.close()
    check_whole(spans)
    assert samples[SPANS % "exported"] == sum(samples[SPANS % outcome] for outcome in OUTCOMES), samples
    assert samples["rusmes_observability_span_changes_after_end_total"] == 0
    assert not any(family["active"] for family in families), f"spans that never ended: {families}"
    roots = named(spans, "SMTP transaction", smtp__outcome="accepted")
    identifiers = collections.Counter(one["mail.message_id"] for one in roots)
    assert identifiers == collections.Counter(accepted), "accepted messages and their transactions differ"
    assert len({one.trace for one in roots}) == len(roots) and not any(one.parent for one in roots)
    check_attempts(spans, samples)
    last = collections.defaultdict(list)
    for one in spans:
        if one.name.startswith("deliver "):
            last[one.trace].append(one)
    for root in roots:
        attempts = sorted(last[root.trace], key=lambda span: span["mail.delivery.attempt"])
        assert [one["mail.delivery.attempt"] for one in attempts] == list(range(1, len(attempts) + 1)), attempts
        assert [one["mail.delivery.will_retry"] for one in attempts] == [True] * (len(attempts) - 1) + [False]
        assert {one.parent for one in attempts} == {root.id}
    outcomes = collections.Counter(one["smtp.outcome"] for one in named(spans, "SMTP transaction"))
    print(f"{count} messages, {len(accepted)} accepted, {sum(map(len, last.values()))} attempts, "
          f"{len(named(spans, 'bounce'))} bounces, {len(spans)} spans: {dict(outcomes)}")
    return spans


def many(port, plan, numbers):
    """Sends some of the plan over one connection after the other; the identifiers of those that were accepted."""
    accepted = set()
    for number in numbers:
        recipient, manner = plan[number]
        # For some seconds, so that faults come and go.
        time.sleep(0.04)
        with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
            client.ehlo("client.example")
            client.login("al", "secret")
            client.mail("al@a.example")
            client.rcpt(recipient)
            if manner == "leave":
                client.close()
            elif manner == "reset":
                client.rset()
            elif client.data(message(f"{number}@x"))[0] == 250:
                accepted.add(f"<{number}@x>")
    return accepted


def check_attempts(spans, samples):
    """The attempts by recipient and result, in spans and in the metrics."""
    def kind(one):
        return "local" if one.name == "deliver local" else "remote"

    found = collections.Counter(
        (kind(one), one["mail.delivery.result"]) for one in spans if one.name.startswith("deliver "))
    counted = {}
    for recipient in ("local", "remote"):
        for result in ("delivered", "temporary_failure", "permanent_failure", "timeout", "error"):
            series = f'rusmes_delivery_attempts_total{{recipient="{recipient}",result="{result}"}}'
            counted[recipient, result] = samples.get(series, 0)
    assert {key: value for key, value in counted.items() if value} == dict(found), (counted, found)


def bad_collectors(example, options):
    """A collector that is absent, hangs or is slow: SMTP goes on as ever, and every span is accounted for."""
    seconds = options.seconds
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        runs = {
            name: pool.submit(with_collector, example, name, seconds)
            for name in ("well", "absent", "hanging", "slow")}
        figures = {name: run.result() for name, run in runs.items()}
    for name, (times, counts, _) in figures.items():
        hundredth = statistics.quantiles(times, n=100)[98]
        print(f"{name:8} {len(times)} messages, SMTP {statistics.median(times) * 1e3:.1f} ms, "
              f"99 of 100 in {hundredth * 1e3:.0f} ms, at most {max(times) * 1e3:.0f} ms; {counts}")
    per_message = figures["well"][1]["exported"] / len(figures["well"][0])
    assert per_message == int(per_message) > 1, per_message
    for name, (times, counts, received) in figures.items():
        assert sum(counts.values()) == per_message * len(times), f"{name}: spans are unaccounted for"
        assert counts["abandoned"] == counts["ended"] == counts["rejected"] == 0, name
        assert received == counts["exported"], f"{name}: the collector took {received}"
        # An exporter that anything waits for would cost ten seconds.
        assert max(times) < 5, f"{name}: SMTP took {max(times)} seconds"
    assert figures["absent"][1]["exported"] == figures["hanging"][1]["exported"] == 0
    assert figures["slow"][1]["exported"] > 0
    return []


def with_collector(example, kind, seconds):
    """One message after the other; how long each took, what became of spans, and what the collector has."""
    is_over = threading.Event()

    def answer():
        if kind == "hanging":
            is_over.wait()
            raise ConnectionResetError
        if kind == "slow":
            is_over.wait(2)

    with Receiver(answer) as collector, socket.socket() as absent:
        # Bound and not listening: nobody else takes the port, and every connection is refused.
        absent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{absent.getsockname()[1]}" if kind == "absent" else collector.url
        with ExampleServer(example, "--user", "al@a.example:secret", "--otlp", url) as server:
            times, end, number = [], time.monotonic() + seconds, 0
            while time.monotonic() < end:
                code, took = send(server.ports["smtp"], f"{number}@x", "al@a.example")
                assert code == 250, code
                times.append(took)
                number += 1
                time.sleep(0.02)
            settled(server)
            if kind in ("well", "slow"):
                wait_for_export(server)
            samples = server.samples()
            received = len(collector.spans)
            counts = {outcome: int(samples[SPANS % outcome]) for outcome in OUTCOMES}
            counts["queued"] = int(samples["rusmes_observability_export_queue_spans"])
            if kind == "hanging":
                is_over.set()
        return times, counts, received


def wait_for_export(server):
    deadline = time.monotonic() + 60
    while server.samples()["rusmes_observability_export_queue_spans"] > 0:
        assert time.monotonic() < deadline, "the collector does not get everything"
        time.sleep(0.1)


def from_exemplar_to_trace(example, options):
    """From the bucket of a histogram in Prometheus to the trace, at the collector and in the process."""
    with Receiver() as collector, tempfile.TemporaryDirectory() as folder:
        with ExampleServer(
            example, "--user", "al@a.example:secret", "--otlp", collector.url,
        ) as server, Prometheus(folder, server.ports["metrics"], flags=("--enable-feature=exemplar-storage",)) as prometheus:
            code, _ = send(server.ports["smtp"], "exemplar@x", "al@a.example")
            assert code == 250, code
            settled(server)
            spans = collector.wait(lambda spans: named(spans, "mailbox append"))
            ids = {(one.trace, one.id): one for one in spans}
            deadline = time.monotonic() + 30
            while True:
                found = exemplars(prometheus)
                if any(name.startswith("rusmes_delivery") for name, *_ in found) or time.monotonic() > deadline:
                    break
                time.sleep(0.2)
            assert found, "Prometheus has no exemplar"
            names = collections.Counter()
            for name, labels, value in found:
                span = ids.get((labels["trace_id"], labels["span_id"]))
                assert span, f"the exemplar of {name} leads to no span"
                names[name, span.name] += 1
                status, text = server.get(f"/debug/traces?trace={labels['trace_id']}&format=json")
                shown = json.loads(text)["traces"]
                assert status == 200 and shown, f"/debug/traces does not have {labels['trace_id']}"
                assert any(one["span_id"] == labels["span_id"] for trace in shown for one in trace["spans"])
            for (metric, span), number in sorted(names.items()):
                print(f"{metric} leads to {span}")
    check_whole(spans)
    return spans


def commands_and_requests(example, options):
    """IMAP commands and JMAP methods: a trace each, and a trusted client's own goes on."""
    with Receiver() as collector:
        with ExampleServer(
            example, "--user", "al@a.example:secret", "--otlp", collector.url, "--trusted-peer", "127.0.0.2/32",
            listeners=("smtp", "imap", "jmap", "metrics"),
        ) as server:
            with imaplib.IMAP4("127.0.0.1", server.ports["imap"], timeout=60) as client:
                client.login("al", "secret")
                client.select("INBOX")
                client.append("INBOX", None, None, b"Subject: x\r\n\r\nHello\r\n")
                client.search(None, "ALL")
                client.select("nowhere")
            for source in ("127.0.0.3", "127.0.0.2"):
                status, text = jmap(server.ports["jmap"], source, ["Core/echo", "Email/query", "No/such"])
                assert status == 200 and "unknownMethod" in text, (status, text)
        spans = collector.spans
    requests = named(spans, "POST /jmap/api")
    assert [one.trace == OURS for one in requests] == [False, True] and not requests[0].parent, requests
    for request in requests:
        below = sorted(one.name for one in spans if one.parent == request.id)
        assert below == ["JMAP", "JMAP Core/echo", "JMAP Email/query"], below
    command = only(named(spans, "IMAP APPEND"))
    assert only(named(spans, "IMAP transaction")).links == [(command.trace, command.id)]
    outcomes = [one["imap.outcome"] for one in named(spans, "IMAP SELECT")]
    assert outcomes == ["ok", "no"], outcomes
    check_whole([one for one in spans if one.parent != "00f067aa0ba902b7"] + parents(spans))
    return spans


def jmap(port, source, methods):
    account = "u" + "al".encode().hex()
    calls = [[name, {"accountId": account}, str(index)] for index, name in enumerate(methods)]
    capabilities = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60, source_address=(source, 0))
    connection.request(
        "POST", "/jmap/api", json.dumps({"using": capabilities, "methodCalls": calls}),
        {"Content-Type": "application/json", "traceparent": TRACEPARENT,
         "Authorization": "Basic " + base64.b64encode(b"al:secret").decode()})
    with connection.getresponse() as response:
        answer = response.status, response.read().decode()
    connection.close()
    return answer


def exemplars(prometheus):
    """Metric, labels of the exemplar, and its value."""
    now = time.time()
    data = prometheus.api("query_exemplars", query='{__name__=~"rusmes_.+_bucket"}', start=now - 600, end=now + 60)
    return [
        (series["seriesLabels"]["__name__"], one["labels"], float(one["value"]))
        for series in data for one in series["exemplars"]]


PARTS = (
    across_two_servers, killed_between_attempts, bounced, strangers, commands_and_requests,
    thousand_with_faults, bad_collectors, from_exemplar_to_trace)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("example")
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--seed", type=int, default=random.getrandbits(32))
    options = parser.parse_args()
    print(f"seed {options.seed}")
    seen = set()
    for part in PARTS:
        if options.parts and part.__name__ not in options.parts:
            continue
        began = time.monotonic()
        seen |= trace_convention.check(part(options.example, options))
        print(f"-- {part.__name__} in {time.monotonic() - began:.1f} s")
    if not options.parts:
        missing = trace_convention.unseen(seen)
        assert not missing, f"the convention says of the server what it does not send: {missing}"
        print(f"{len(seen)} of the {len(trace_convention.TYPES)} attributes of spans in the convention were seen")


if __name__ == "__main__":
    main()
