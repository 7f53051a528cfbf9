#!/usr/bin/env python3
"""Does every panel have data, answer its question, and show each fault where an operator looks first?

A real Prometheus scrapes three examples under traffic, which take faults, go into maintenance and are restarted, one that
never answers, a host with another namespace, and one that exports IMAP alone. Needs Debian's prometheus, and promql-parser and
grafana-foundation-sdk from PyPI; for --pictures matplotlib as well.

    boards.py PATH_TO_MAILOBS PATH_TO_EXAMPLE PATH_TO_RECORDING_HOST [--seconds N] [--pictures FOLDER]
"""

import argparse
import contextlib
import json
import math
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time

from board_clients import Collector, probe, rare_clients
from board_files import check_left_over, check_types, write_boards
from board_queries import Board, alternatives, has_point, in_range, is_flat, selectors
from board_rules import check_rules
from example_server import ExampleServer
from prometheus_server import Prometheus, free_port
from smarthost import Smarthost

INTERVAL = 1.0
# What has passed is on the boards for as long as an interval of rates, and a scrape.
GONE = 8 + 2 * INTERVAL
IMAP_GROUPS = "imap,authentication,connections,tls,storage,build"

NO_DISK = "the store is in memory: the example watches no disk"
NO_TLS = "the example offers no TLS and makes none"
# Of the example alone: the other hosts move all there is.
EXCEPTIONS = {
    "filesystem_avail_bytes": NO_DISK, "filesystem_files_free": NO_DISK,
    "tls_certificate_not_after_timestamp_seconds": NO_TLS, "tls_handshake_errors_total": NO_TLS,
    "dane_results_total": "needs DNS, which the example does not ask",
    "spf_results_total": "needs DNS, which the example does not ask",
    "push_delivery_failures_total": "a push fails only when its client vanishes in the same instant",
    "observability_rejected_total": "the example records nothing that must be refused",
    "observability_overflow_total": "no bounded label has more values than its limit here",
}
MOST_EXCEPTIONS = 10
# Labels of legends that the example leaves empty; the other hosts fill in all.
EMPTY_LABELS = {"revision": "the example does not say of which revision it is"}

# Fault: the panel of the overview, the name of the row or curve, and what it shows.
FAULTS = {
    "storage": ("Checks", {"check": "storage"}, "failure"), "queue": ("Checks", {"check": "queue"}, "failure"),
    "authentication": ("Checks", {"check": "authentication"}, "failure"),
    "delivery": ("Checks", {"check": "delivery"}, "failure"),
    # While no task runs, no check has a result: the rows of all of them change at once.
    "executor": ("Checks", {"check": "storage"}, "failure"),
    "maintenance": ("In service", {}, "out of service"),
}
# And where the cause shows next, once a few scrapes are in.
CAUSES = {
    "storage": ("Deliveries", {"result": "temporary_failure"}), "queue": ("Refused over SMTP", {}),
    "authentication": ("Logins", {"result": "error"}), "delivery": ("Deliveries", {"result": "temporary_failure"}),
}


# What happens to the servers


def shows(board, title, labels, value, prometheus, instance):
    """Whether a query of a panel has such a series with such a value."""
    for target in board.panel(title)["targets"]:
        for found, number in prometheus.query(board.fill(target["expr"], instance)):
            if labels.items() <= found.items() and value(number):
                return True
    return False


def wait_until(what, condition, seconds):
    begun = time.monotonic()
    while not condition():
        assert time.monotonic() - begun < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.05)
    return time.monotonic() - begun


def check_faults(board, prometheus, server, instance, faults):
    """Each fault, from the moment in which the server knows of it to the moment in which the overview does."""
    rows = []
    for fault, (title, labels, word) in FAULTS.items():
        expected = {"failure": 0, "out of service": 0}[word]
        assert not shows(board, title, labels, lambda number: number == expected, prometheus, instance), fault
        faults.write_text(fault + "\n")
        wait_until(fault, lambda: server.get("/ready", timeout=10)[0] == 503, 20)
        # A scrape of its own is what the next of Prometheus will see.
        seconds = wait_until(
            f"{title} shows {fault}",
            lambda: shows(board, title, labels, lambda number: number == expected, prometheus, instance), INTERVAL + 1)
        cause = "–"
        if fault in CAUSES:
            title_of_cause, labels_of_cause = CAUSES[fault]
            cause = title_of_cause
            wait_until(
                f"{title_of_cause} shows {fault}",
                lambda: shows(board, title_of_cause, labels_of_cause, lambda number: number > 0.01, prometheus, instance),
                25)
        name = " ".join(labels.values()) or "the server"
        rows.append((fault, title, f"{name}: {word}", seconds, cause))
        faults.write_text("")
        wait_until(f"the end of {fault}", lambda: server.get("/ready", timeout=10)[0] == 200, 20)
        wait_until(
            f"{title} shows the end of {fault}",
            lambda: not shows(board, title, labels, lambda number: number == expected, prometheus, instance), GONE + 2)
    return rows


# What the queries find


def check_board(prometheus, board, begin, end, exceptions, excused, every_branch=False):
    """Every query of the board has a point that is not zero, points that are numbers, and what its legend names: how many
    there are, and what is wrong with others. `every_branch`: so has each side of an `or`."""
    count, wrong = 0, []
    for place, target, expression in board.expressions():
        names = selectors(expression)
        assert names, (place, expression)
        result = in_range(prometheus, expression, begin, end, step=1)
        count += 1
        if not all(math.isfinite(float(value)) for series in result for _, value in series["values"]):
            wrong.append(f"{place}: points that are no numbers for {expression}")
        for label in re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")):
            if exceptions and label in EMPTY_LABELS:
                continue
            if not all(series["metric"].get(label) for series in result):
                wrong.append(f"{place}: a curve without {label} for {expression}")
        # Restarts are of the examples: see check_restart.
        if every_branch and not place.endswith(": Restarts"):
            for branch in alternatives(expression):
                selectors(branch)
                if not has_point(in_range(prometheus, branch, begin, end, step=1)):
                    wrong.append(f"{place}: no data for {branch}")
        if not has_point(result):
            reason = next((key for key in exceptions if any(key in name for name in names)), None)
            if not reason:
                wrong.append(f"{place}: no data for {expression}")
                continue
            excused.add((reason, re.sub(r'"[^"]*"', "", expression)))
            continue
        if expression.startswith(("histogram_quantile", "max(histogram_quantile")):
            if is_flat(prometheus, expression, result):
                wrong.append(f"{place}: the curve lies in the first bucket")
    for name, selector, label, pattern in board.variables():
        selectors(selector)
        values = {labels.get(label) for labels, _ in prometheus.query(f"count by ({label}) ({selector})")}
        values = {re.fullmatch(pattern, value).group(1) if pattern else value for value in values if value}
        assert values, f"{board.name}: nothing to choose for {name}"
        if name == "namespace":
            assert board.namespace in values, values
        if name == "job":
            assert board.job in values, values
        count += 1
    return count, wrong


def check_restart(prometheus, board, address, begin, end):
    """The counter that began anew tells of the server that was restarted, and of no other."""
    annotation = next(one for one in board.document["annotations"]["list"] if one["name"] == "Restarts")
    resets, _ = alternatives(board.fill(annotation["expr"]))
    found = {series["metric"]["instance"] for series in in_range(prometheus, resets, begin, end, step=1)}
    assert found == {address}, (resets, found, address)


def check_dead(prometheus, board, address):
    """A server that never answered is chosen with the others, and missed."""
    assert address in board.instances, (address, board.instances)
    (_, share), = prometheus.query(board.fill(board.panel("Servers that answer")["targets"][0]["expr"]))
    assert share == 1 - 1 / len(board.instances), share


def check_exemplars(prometheus, boards, begin, end):
    """Points that lead to a trace; the label that does."""
    count = 0
    for board in boards:
        for _, target, expression in board.expressions():
            if target.get("exemplar"):
                found = prometheus.api("query_exemplars", query=expression, start=begin, end=end)
                count += sum(len(series["exemplars"]) for series in found)
                assert all("trace_id" in one["labels"] for series in found for one in series["exemplars"]), expression
    return count


def main():
    parser = argparse.ArgumentParser()
    for name in ("mailobs", "example", "recording"):
        parser.add_argument(name)
    parser.add_argument("--seconds", type=float, default=45)
    parser.add_argument("--pictures", type=pathlib.Path)
    arguments = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))
        paths = write_boards(arguments.mailobs, folder / "all")
        acme = write_boards(arguments.mailobs, folder / "acme", "--namespace", "acme")
        imap = write_boards(arguments.mailobs, folder / "imap", "--namespace", "acme", "--groups", IMAP_GROUPS)
        for path in (*paths, *acme, *imap):
            check_types(path)
            check_rules(path)
        check_left_over(arguments.mailobs, folder / "left")
        assert {path.stem for path in imap} == {"overview", "mailboxes", "queue", "security", "runtime"}, imap
        boards = [Board(path, "rusmes", "mail") for path in paths]
        others = [Board(path, "acme", "acme") for path in acme] + [Board(path, "acme", "imap") for path in imap]

        smarthost, collector = Smarthost(pause=0.5), Collector()
        faults = folder / "faults"
        ports = [free_port() for _ in range(3)]
        # Bound by a socket that does not listen, so that nobody else takes it.
        silent = stack.enter_context(socket.socket())
        silent.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{silent.getsockname()[1]}"

        def example(index):
            return ExampleServer(
                arguments.example, "--metrics", f"127.0.0.1:{ports[index]}", "--traffic", "10", "--queue-lifetime", "3",
                "--relay", f"127.0.0.1:{smarthost.port}", "--otlp", collector.url, "--max-connections", "80",
                "--drain-delay", "4", *(("--faults", str(faults)) if index == 0 else ()),
                listeners=("smtp", "imap", "jmap"), stderr=subprocess.DEVNULL)

        def host(namespace, groups):
            process = stack.enter_context(subprocess.Popen(
                [arguments.recording, namespace, groups], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
            stack.callback(process.stdin.close)
            return process.stdout.readline().split()[1]

        servers = [stack.enter_context(example(index)) for index in range(2)]
        third = stack.enter_context(example(2))
        targets = {"mail": [*(f"127.0.0.1:{port}" for port in ports), dead], "acme": [host("acme", "all")],
                   "imap": [host("acme", IMAP_GROUPS)]}
        jobs = json.dumps([{"job_name": job, "static_configs": [{"targets": places}]} for job, places in targets.items()])
        prometheus = stack.enter_context(Prometheus(
            folder, None, interval=f"{INTERVAL:g}s", jobs=jobs, flags=("--enable-feature=exemplar-storage",)))
        begin = time.time()
        rare_clients(servers[1])
        time.sleep(arguments.seconds)
        rare_clients(servers[1])
        for address in targets["acme"] + targets["imap"]:
            probe(address)
        # A restart, which begins with a drain.
        third.process.send_signal(signal.SIGTERM)
        assert third.process.wait(timeout=30) == 0
        stack.enter_context(example(2))
        overview = boards[0]
        rows = check_faults(overview, prometheus, servers[0], f"127.0.0.1:{ports[0]}", faults)
        rare_clients(servers[1])
        time.sleep(3)
        end = time.time()

        excused = set()
        for board in (*boards, *others):
            board.choose_all(prometheus, begin, end)
        check_dead(prometheus, overview, dead)
        check_restart(prometheus, overview, f"127.0.0.1:{ports[2]}", begin, end)
        ours = [check_board(prometheus, board, begin, end, EXCEPTIONS, excused) for board in boards]
        theirs = [check_board(prometheus, board, begin, end, {}, set(), every_branch=True) for board in others]
        count, more = (sum(count for count, _ in found) for found in (ours, theirs))
        wrong = [one for _, problems in ours + theirs for one in problems]
        exemplars = check_exemplars(prometheus, boards, begin, end)
        assert exemplars, "no point leads to a trace"
        if arguments.pictures:
            from board_pictures import draw

            arguments.pictures.mkdir(parents=True, exist_ok=True)
            for board in boards:
                draw(board, prometheus, begin, end, arguments.pictures / f"{board.name}.png")
        smarthost.close()

    assert not wrong, "\n".join(wrong)
    print(f"{len(boards)} boards, {sum(len(board.panels) for board in boards)} panels, {count} queries and variables have data;")
    print(f"{more} of another namespace and of IMAP alone do too; {exemplars} points lead to a trace")
    for name, expression in sorted(excused):
        print(f"  not {name}: {EXCEPTIONS[name]}")
    assert len(excused) <= MOST_EXCEPTIONS, excused
    print(f"{'fault':16}{'panel':14}{'shows':28}{'after':>8}  and then")
    for fault, title, word, seconds, cause in rows:
        print(f"{fault:16}{title:14}{word:28}{seconds:6.2f} s  {cause}")


if __name__ == "__main__":
    main()
