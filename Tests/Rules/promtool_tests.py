"""Which tests does promtool run on the rules? Made of healthy data and of what each case changes in it."""

import re

import cases
import healthy

INSTANCES = ("mx1:9464", "mx2:9464")
ALWAYS, ON_ABSENCE = "MailWatchdog", "MailServerNoData"
# Steps of data behind the minute at which an alert fires.
BEHIND = 5


def name_of(series, namespace, instance=None):
    series = series.replace("#", namespace + "_")
    if instance is None:
        return series
    name, _, labels = series.partition("{")
    labels = [labels[:-1]] if labels else []
    labels += [f'job="{namespace}"', f'instance="{instance}"']
    return f"{name}{{{','.join(labels)}}}"


def number(value):
    return repr(float(value)) if isinstance(value, float) else str(value)


def values(kind, old, new, change, steps, step):
    """The values of a series which is `old` until the step of the change, and `new` from it on."""
    if isinstance(new, str):
        return new
    if new is cases.GONE:
        slope = old * step if kind == healthy.COUNTER else 0
        return f"{0 if slope else number(old)}+{number(slope)}x{change - 1} stale"
    if kind == healthy.GAUGE:
        before = f"{number(old)}+0x{change - 1} " if change else ""
        return f"{before}{number(new)}+0x{steps - change}"
    slow, fast = old * step, new * step
    if not change or old == new:
        return f"0+{number(fast)}x{steps}"
    top = slow * (change - 1)
    return f"0+{number(slow)}x{change - 1} {number(top + fast)}+{number(fast)}x{steps - change}"


def series(namespace, changes, change, steps, step, both=False):
    """The input of a test: both servers, of which the first changes, or both."""
    found = []
    for position, instance in enumerate(INSTANCES):
        for key, (kind, old) in healthy.HEALTHY.items():
            new = old
            if position == 0 or both or cases.BOTH in changes:
                new = changes.get(key, changes.get(cases.ALL, old))
            found.append({
                "series": name_of(key, namespace, instance), "values": values(kind, old, new, change, steps, step)})
    # What no server exports, as another rule's series.
    for key, text in changes.items():
        if key not in healthy.HEALTHY and key not in (cases.ALL, cases.BOTH):
            assert isinstance(text, str), f"{key} is in no healthy data"
            found.append({"series": name_of(key, namespace), "values": text})
    return found


def firing(name, minute, samples, window=None):
    """An expectation: these series of ALERTS fire at a minute, or at any in a window up to it."""
    query = f'ALERTS{{alertname="{name}",alertstate="firing"}}'
    if window is not None:
        query = f"count_over_time({query}[{window}m])"
    return {"expr": query, "eval_time": f"{minute}m", "exp_samples": samples}


def needed(name, alerts):
    """Which rules a test needs: recorded latencies are many, and read by their alerts alone."""
    return "latency" if "Latency" in name else "", alerts


def labels_of(rule, name, case, namespace, instance):
    labels = dict(rule["labels"])
    if name == "MailThresholdsBroken" or name == ON_ABSENCE:
        return labels | case.labels
    labels["job"] = namespace
    if "slo" not in case.labels:
        labels["instance"] = instance
    return labels | case.labels


def sample(name, labels):
    text = ",".join(f'{key}="{value}"' for key, value in sorted((labels | {
        "alertname": name, "alertstate": "firing"}).items()))
    return {"labels": f"ALERTS{{{text}}}", "value": 1}


def firing_test(rule, name, case, namespace, position):
    changes, at = case.fires[position]
    steps = at // case.step + BEHIND
    own = labels_of(rule, name, case, namespace, INSTANCES[0])
    test = {
        "rules": needed(name, "alerts"), "interval": f"{case.step}m",
        "input_series": series(namespace, changes, case.change // case.step, steps, case.step, case.both),
        "alert_rule_test": [], "promql_expr_test": []}
    checks = test["promql_expr_test"]
    if at > 0:
        checks.append(firing(name, at - case.step, [], window=at - case.step))
    if position == 0:
        checks.append(firing(name, at, [sample(name, own)]))
        annotations = {key: text.replace("{job}", namespace) for key, text in rule["annotations"].items()}
        annotations["description"] = case.says.replace("#", namespace + "_").replace("{job}", namespace)
        test["alert_rule_test"].append({
            "eval_time": f"{at}m", "alertname": name, "exp_alerts": [{"exp_labels": own, "exp_annotations": annotations}]})
    else:
        checks.append({
            "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}})', "eval_time": f"{at}m",
            "exp_samples": [{"labels": "{}", "value": 1}]})
    # Nobody else is woken.
    checks.append({
        "expr": f'ALERTS{{severity="critical",alertstate="firing",alertname!="{name}"}}', "eval_time": f"{at}m",
        "exp_samples": []})
    return test


def near_test(name, case, namespace, changes, over=None):
    """That an alert is silent all the time, or again at a minute."""
    end = over or case.until or (max(at for _, at in case.fires) // case.step + BEHIND) * case.step
    return {
        "rules": needed(name, name), "interval": f"{case.step}m",
        "input_series": series(namespace, changes, case.change // case.step, end // case.step, case.step, case.both),
        "promql_expr_test": [firing(name, end, [], window=None if over else end)]}


# What is recorded of two healthy servers after an hour, rounded: the sum of both, a ratio of sums, a quantile of the buckets
# of both, and a name of rusmes-metrics of each.
RECORDED = (
    ("job:#queue_size:sum", 100),
    ("job:#queue_oldest_message_age_seconds:max", 600),
    ('60 * job_reason:#delivery_failures:rate5m{reason="reply_4xx"}', 12),
    ("1000 * job:#delivery_permanent_failures:ratio_rate30m", 16),
    ("100 * job:#executor_delay_seconds:p99_rate5m", 50),
    ('60 * job_protocol_result:#authentication_attempts:rate5m{protocol="imap",result="success"}', 8),
    ('100 * job_slo:#latency_slow:ratio_rate1h{slo="IMAP commands"}', 0),
    ("job:#up:ratio", 1),
    ('rusmes_smtp_auth_failure_total{instance="mx1:9464"}', 30),
    ('rusmes_smtp_auth_success_total{instance="mx2:9464"}', 240),
    ('rusmes_mailboxes_total{instance="mx2:9464"}', 1000),
)


def recorded(namespace):
    return [
        {"expr": f"sum(round({text.replace('#', namespace + '_')}))", "eval_time": "60m",
         "exp_samples": [{"labels": "{}", "value": value}]} for text, value in RECORDED]


# One of two servers does ten times as much as the other, and worse: a ratio of sums is not the mean of the ratios, and a
# quantile of the buckets of both not the mean of the quantiles.
UNEQUAL = {
    '#delivery_attempts_total{recipient="remote",result="delivered"}': 600,
    '#delivery_attempts_total{recipient="remote",result="permanent_failure"}': 42,
    '#executor_delay_seconds_bucket{le="0.5"}': 0}
RECORDED_OF_UNEQUAL = (
    ("1000 * job:#delivery_permanent_failures:ratio_rate30m", round(1000 * 44 / 836)),
    ("100 * job:#executor_delay_seconds:p99_rate5m", 99),
)


def recorded_of_unequal(namespace):
    return {
        "rules": ("everything", ""), "interval": "1m", "input_series": series(namespace, UNEQUAL, 0, 125, 1),
        "promql_expr_test": [
            {"expr": f"sum(round({text.replace('#', namespace + '_')}))", "eval_time": "60m",
             "exp_samples": [{"labels": "{}", "value": value}]} for text, value in RECORDED_OF_UNEQUAL]}


def still_test(name, case, namespace, changes, minute):
    test = near_test(name, case, namespace, changes, minute)
    test["promql_expr_test"] = [{
        "expr": f'count(ALERTS{{alertname="{name}",alertstate="firing"}})', "eval_time": f"{minute}m",
        "exp_samples": [{"labels": "{}", "value": 1}]}]
    return test


def of_alert(rule, name, namespace, everything=True):
    case = next(case for case in cases.CASES if case.name == name)
    tests = [firing_test(rule, name, case, namespace, position) for position in range(len(case.fires))]
    if not everything:
        # Beside a rule alone there are no others.
        for test in tests:
            test["promql_expr_test"].pop()
    tests += [near_test(name, case, namespace, changes) for changes in case.near]
    tests += [still_test(name, case, namespace, changes, minute) for changes, minute in case.still]
    return tests + [near_test(name, case, namespace, changes, minute) for changes, minute in case.over]


def of_all(rules, namespace):
    """The tests of every alert, and of all of them on healthy data and on none."""
    tests = [test for name in rules if name != ALWAYS for test in of_alert(rules[name], name, namespace)]
    watchdog = sample(ALWAYS, rules[ALWAYS]["labels"])

    def silent(end, data, step, firing_too=()):
        checks = [firing(name, end, [], window=end) for name in rules if name not in (ALWAYS, *firing_too)]
        checks.append(firing(ALWAYS, end, [watchdog]))
        return {"rules": ("everything", ""), "interval": f"{step}m", "input_series": data, "promql_expr_test": checks}

    tests.append(silent(120, series(namespace, {}, 0, 125, 1), 1))
    tests[-1]["promql_expr_test"] += recorded(namespace)
    tests.append(recorded_of_unequal(namespace))
    # Two days, for what is compared with yesterday.
    tests.append(silent(2880, series(namespace, {}, 0, 580, 5), 5))
    nothing = silent(120, [], 1, firing_too=[ON_ABSENCE])
    nothing["promql_expr_test"] += [
        firing(ON_ABSENCE, 4, [], window=4), firing(ON_ABSENCE, 120, [sample(ON_ABSENCE, rules[ON_ABSENCE]["labels"])])]
    return tests + [nothing]


def find(all_groups, name, tested):
    """Prints when an alert fires with the data of its case, and what it says then: for who writes a case."""
    rules = {rule["alert"]: rule for group in all_groups for rule in group["rules"] if "alert" in rule}
    for case in cases.CASES:
        if name not in ("", case.name):
            continue
        for position, (changes, at) in enumerate(case.fires):
            end = (at // case.step + 60) * case.step
            alert = f'ALERTS{{alertname="{case.name}",alertstate="firing"}}'
            test = {
                "rules": needed(case.name, "alerts"), "interval": f"{case.step}m",
                "input_series": series(
                    "rusmes", changes, case.change // case.step, end // case.step, case.step, case.both),
                "promql_expr_test": [{
                    "expr": f"min_over_time(timestamp({alert})[{end}m:{case.step}m]) / 60", "eval_time": f"{end}m",
                    "exp_samples": []}]}
            text = tested(all_groups, [test])[1]
            found = [float(minute) for minute in re.findall(r"\} (\d\S*)", text)]
            said = None
            if len(found) == 1 and position == 0:
                test["promql_expr_test"] = []
                test["alert_rule_test"] = [{"eval_time": f"{found[0]:.0f}m", "alertname": case.name, "exp_alerts": []}]
                said = re.findall(r'description="((?:[^"\\]|\\.)*)"', tested(all_groups, [test])[1])
            print(case.name, position, "stated", at, "found", found, rules[case.name].get("for"), said, flush=True)
