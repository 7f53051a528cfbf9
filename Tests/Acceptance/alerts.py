#!/usr/bin/env python3
"""Do the shipped rules see what happens to real servers? Three instances under traffic, a Prometheus and an Alertmanager.

Rules, Prometheus' and Alertmanager's configurations are those of `dashboards`, with every duration divided by SCALE. The
fleet's numbers are those of its instances; the names of rusmes-metrics are there; while nothing is wrong, nothing fires but
the watchdog; an instance that is killed and started again makes no spike; and each fault of the example raises the alert
that is meant for it and no other that wakes somebody, reaches the receiver that is meant, and resolves.

Needs Debian's prometheus and prometheus-alertmanager, and PyYAML. Usage: alerts.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import pathlib
import sys
import tempfile
import time

import yaml

import recorded_values
import scaled_rules
from alertmanager_server import SCALE, Alertmanager, Receiver
from fleet import JOB, TRAFFIC, configuration, fleet
from prometheus_server import Prometheus

PROMETHEUS = pathlib.Path(__file__).resolve().parents[2] / "dashboards/prometheus"
PATIENCE = 60
WATCHDOG = "MailWatchdog"
# MetricsConfig.executorThreshold.
EXECUTOR_THRESHOLD = 30 / SCALE
# Of a rate, above what it was while all was quiet: windows are short here, and a new process begins by connecting.
SPIKE = 2

# What rusmes-metrics exports, and its board and alerts read. Each has to be there, as it is or by a rule.
RUSMES_NAMES = """
    rusmes_smtp_connections_total rusmes_smtp_messages_received_total rusmes_smtp_messages_sent_total
    rusmes_smtp_errors_total rusmes_smtp_auth_success_total rusmes_smtp_auth_failure_total
    rusmes_smtp_messages_rejected_total rusmes_smtp_connections_rejected_blocked_total
    rusmes_smtp_connections_rejected_overload_total rusmes_imap_connections_total rusmes_imap_commands_total
    rusmes_imap_errors_total rusmes_jmap_requests_total rusmes_jmap_errors_total rusmes_push_deliveries_total
    rusmes_push_delivery_failures_total rusmes_mail_processed_total rusmes_mail_delivered_total rusmes_mail_bounced_total
    rusmes_mail_dropped_total rusmes_queue_retries_total rusmes_queue_size rusmes_mailboxes_total rusmes_messages_total
    rusmes_storage_bytes rusmes_active_connections rusmes_tls_sessions_total rusmes_messages_per_domain_total
    rusmes_message_processing_latency_seconds_bucket rusmes_message_processing_latency_seconds_sum
    rusmes_message_processing_latency_seconds_count rusmes_smtp_session_duration_seconds_bucket
    rusmes_smtp_session_duration_seconds_sum rusmes_smtp_session_duration_seconds_count
    process_resident_memory_bytes process_cpu_seconds_total process_start_time_seconds up
""".split()


def check_of(fault):
    return {"alertname": "MailHealthCheckFailing", "check": fault}


# What each fault is to raise: the labels that name it.
FAULTS = {
    "storage": check_of("storage"),
    "queue": check_of("queue"),
    "delivery": check_of("delivery"),
    "authentication": check_of("authentication"),
    "executor": {"alertname": "MailExecutorStalled", "check": "executor"},
}


class Trial:
    def __init__(self, prometheus, alertmanager, receiver, instances, contents):
        self.prometheus = prometheus
        self.alertmanager = alertmanager
        self.receiver = receiver
        self.instances = instances
        self.contents = contents

    def until(self, check, what, patience=PATIENCE):
        deadline = time.monotonic() + patience
        while not (result := check()):
            assert time.monotonic() < deadline, f"{what}: {self.firing()}"
            time.sleep(0.2)
        return result

    def firing(self):
        return [labels for labels, _ in self.prometheus.query('ALERTS{alertstate="firing"}')]

    def fired(self, since):
        """Every alert that fired since a moment of `time.time()`, as the labels that tell it from others."""
        matrix = self.prometheus.api(
            "query_range", query='ALERTS{alertstate="firing"}', start=since, end=time.time(), step="0.5")["result"]
        return {
            (labels["alertname"], labels["severity"], labels.get("instance", ""), labels.get("check", ""))
            for labels in (series["metric"] for series in matrix)}

    def is_firing(self, labels):
        return [found for found in self.firing() if labels.items() <= found.items()]

    def arrived(self, path, status, labels):
        return self.until(
            lambda: self.receiver.alerts(path, status, labels), f"no {labels} arrives at {path} as {status}")

    # Numbers

    def values(self):
        """Each recording rule, as soon as it has one; those of ratios need something that has happened."""
        rules = recorded_values.recording_rules(self.contents)
        names = {instance.name for instance in self.instances}
        waiting = {(rule["record"], rule["expr"]): rule for rule in rules}
        problems = {}

        def done():
            for key, rule in list(waiting.items()):
                problems[key] = recorded_values.problem(self.prometheus, rule, names)
                if problems[key] is None:
                    del waiting[key]
            return not waiting

        # Windows of five minutes are full.
        time.sleep(scaled_rules.seconds("5m") / SCALE)
        try:
            self.until(done, "recording rules")
        except AssertionError:
            raise AssertionError("\n".join(f"{key[0]} {problems[key]}" for key in waiting)) from None
        together = sum(bool(recorded_values.TOGETHER.search(str(rule["expr"]))) for rule in rules)
        print(f"recording rules: {len(rules)} have a value, {together} of them that of three instances")

    def names_of_rusmes(self):
        missing = [name for name in RUSMES_NAMES if not self.prometheus.query(f'{name}{{job="{JOB}"}}')]
        assert not missing, f"of rusmes-metrics there is no {missing}"
        print(f"rusmes-metrics: all of {len(RUSMES_NAMES)} names are there")

    def quiet(self, since):
        # An alert that has to last for a quarter of an hour has had the time.
        self.until(lambda: time.time() > since + scaled_rules.seconds("20m") / SCALE, "patience")
        fired = {alert for alert in self.fired(since) if alert[0] != WATCHDOG}
        assert not fired, f"nothing is wrong, and {fired} fires"
        self.arrived("/alive", "firing", {"alertname": WATCHDOG, "severity": "none"})
        assert not self.receiver.alerts("/page", "firing", {}), self.receiver.received
        print(f"quiet: in {time.time() - since:.0f} s nothing fired but the watchdog, which arrives")

    # A crash

    def rates(self, since):
        """The highest value of each fleet-wide rate since then."""
        matrix = self.prometheus.api(
            "query_range", query='{__name__=~"job.*:rate5m"}', start=since, end=time.time(), step="0.5")["result"]
        return {
            tuple(sorted(series["metric"].items())): [float(value) for _, value in series["values"]] for series in matrix}

    def crash(self, instance, quiet_since):
        before = {labels: max(values) for labels, values in self.rates(quiet_since).items()}
        started = f'process_start_time_seconds{{instance="{instance.name}"}}'
        was = self.prometheus.scalar(started)
        down = {"alertname": "MailServerDown", "instance": instance.name, "job": JOB, "severity": "critical"}
        begun = time.time()
        instance.kill()
        self.until(lambda: self.is_firing(down), "nobody hears that a server is down")
        self.arrived("/page", "firing", down)
        instance.start()
        self.until(lambda: self.prometheus.scalar(started) > was, "process_start_time_seconds has not moved")
        self.until(lambda: not self.is_firing(down), "it stays down")
        restarted = {"alertname": "MailServerRestarted", "instance": instance.name, "severity": "info"}
        self.until(lambda: self.is_firing(restarted), "nothing says that it was restarted")
        # So long that a window that has the reset in it has passed.
        window = scaled_rules.seconds("5m") / SCALE
        self.until(lambda: time.time() > self.recovered(instance) + window, "the windows")
        expected = {
            ("MailServerDown", "critical", instance.name, ""), ("MailServerRestarted", "info", instance.name, "")}
        fired = {alert for alert in self.fired(begun) if alert[0] != WATCHDOG}
        assert fired == expected, f"fired: {fired}"
        spikes = {}
        for labels, values in self.rates(begun).items():
            assert min(values) >= 0, f"{labels} went down to {min(values)}"
            # Of what hardly ever happens twice as much is no spike.
            if max(values) > SPIKE * max(before.get(labels, 0), 1):
                spikes[labels] = before.get(labels), max(values)
        assert not spikes, spikes
        received = {key: max(values) for key, values in self.rates(begun).items()}
        highest = [value for key, value in received.items() if ("__name__", "job:rusmes_smtp_messages_received:rate5m") in key]
        print(f"crash: {len(received)} rates without a spike, messages at most {max(highest):.1f} a second of"
              f" {TRAFFIC * len(self.instances)}; only that it was down, and restarted")

    def recovered(self, instance):
        """When the first scrape after a failed one succeeded."""
        matrix = self.prometheus.api("query", query=f'up{{instance="{instance.name}"}}[2m]')["result"]
        return max(time for series in matrix for (time, value), (_, last) in zip(series["values"][1:], series["values"])
                   if value == "1" and last == "0")

    # Faults

    def fault(self, instance, fault, meant):
        labels = {**meant, "instance": instance.name, "job": JOB, "severity": "critical"}
        begun = time.time()
        instance.faults.write_text(fault + "\n")
        self.until(lambda: self.is_firing(labels), f"fault {fault} raises no {labels}")
        raised = time.time() - begun
        alert, = self.arrived("/page", "firing", labels)[:1]
        assert alert["labels"] == labels, alert["labels"]
        annotations = alert["annotations"]
        assert instance.name in annotations["description"] and annotations["summary"], annotations
        assert annotations["runbook_url"].endswith("#" + meant["alertname"]), annotations
        there = [found for found in self.alertmanager.alerts() if labels.items() <= found["labels"].items()]
        assert there and there[0]["receivers"] == [{"name": "pager"}], there
        # What else there is to be raised gets the time for it.
        time.sleep(scaled_rules.seconds("2m") / SCALE)
        ended = time.time()
        instance.faults.write_text("")
        self.until(lambda: not self.is_firing(labels), f"{labels} fires on after {fault}")
        resolved = time.time() - ended
        pages = {alert for alert in self.fired(begun) if alert[1] == "critical"}
        expected = {(meant["alertname"], "critical", instance.name, meant["check"])}
        assert pages == expected, f"fault {fault} pages for {pages}"
        others = sorted({alert[0] for alert in self.fired(begun) if alert[1] == "warning"})
        print(f"{fault}: {meant['alertname']} after {raised:.1f} s, resolved after {resolved:.1f} s"
              + (f"; for the day: {', '.join(others)}" if others else ""))
        return labels


def main():
    scaled_rules.check()
    recorded_values.check()
    scale = scaled_rules.Scale(SCALE, shortest=4)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        paths, contents = [], []
        for path in sorted(PROMETHEUS.glob("*.rules.yml")):
            contents.append(scale.rules(yaml.safe_load(path.read_text())))
            paths.append(pathlib.Path(folder) / path.name)
            paths[-1].write_text(yaml.safe_dump(contents[-1]))
        assert paths, "there are no rules"
        with (
            fleet(sys.argv[1], folder, 3, EXECUTOR_THRESHOLD) as instances,
            Receiver() as receiver,
            Alertmanager(folder, PROMETHEUS / "alertmanager.yml", receiver) as alertmanager,
            Prometheus(
                folder, 0,
                # An alert that fires before Alertmanager has been looked up is sent again, by default after a minute.
                flags=("--rules.alert.resend-delay=2s",),
                text=configuration(PROMETHEUS / "prometheus.yml", instances, paths, alertmanager.port)) as prometheus,
        ):
            since = time.time()
            trial = Trial(prometheus, alertmanager, receiver, instances, contents)
            trial.values()
            trial.names_of_rusmes()
            trial.quiet(since)
            trial.crash(instances[1], since)
            raised = [trial.fault(instances[0], fault, meant) for fault, meant in FAULTS.items()]
            for labels in raised:
                trial.arrived("/page", "resolved", labels)
            print(f"Alertmanager: {len(raised)} alerts fired and resolved at the pager, in {time.monotonic() - began:.0f} s in all")


if __name__ == "__main__":
    main()
