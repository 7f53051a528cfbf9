"""Would the Prometheus Operator take these resources? The schema of its custom resources, and what no schema says.

The schema is that of the operator's own definitions, as the models of the package cloudcoil-models-prometheus-operator
(PyPI) have them: types, patterns, what is required. They leave out what they do not know, so that what a resource has and
its model has not is what differs after a reading.
"""

import re

DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")


def seconds(text):
    hours, minutes, rest = (int(part or 0) for part in DURATION.fullmatch(text).groups())
    return 3600 * hours + 60 * minutes + rest


def schema_problem(resource):
    """What the definition says against it, or None."""
    # Seven seconds of import, for who needs it.
    import pydantic
    from cloudcoil.models.prometheus_operator import v1
    model = getattr(v1, resource["kind"])
    try:
        read = model.model_validate(resource)
    except pydantic.ValidationError as error:
        return str(error)
    written = read.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return difference(resource, written, resource["kind"])


def difference(before, after, place):
    if isinstance(before, dict) and isinstance(after, dict):
        for key in before:
            if key not in after:
                return f"{place} knows no {key}"
            if problem := difference(before[key], after[key], f"{place}.{key}"):
                return problem
        return None
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for number, pair in enumerate(zip(before, after)):
            if problem := difference(*pair, f"{place}[{number}]"):
                return problem
        return None
    return None if before == after else f"{place}: {before!r} was read as {after!r}"


def monitor_problem(monitor, labels, ports, job):
    """What makes a monitor find nothing among objects with these labels and ports by name, or scrape in vain, or as
    another job than the rules'."""
    spec = monitor["spec"]
    wanted = spec["selector"]["matchLabels"]
    if not wanted.items() <= labels.items():
        return f"selects {wanted}, and they have {labels}"
    for endpoint in spec.get("podMetricsEndpoints") or spec["endpoints"]:
        if endpoint["port"] not in ports:
            return f"scrapes the port {endpoint['port']}, and there are {sorted(ports)}"
        if seconds(endpoint["scrapeTimeout"]) > seconds(endpoint["interval"]):
            return "waits longer than until the next scrape"
        if {"targetLabel": "job", "replacement": job} not in endpoint.get("relabelings", []):
            return f"scrapes as another job than {job}"
    return None


def rule_problem(resource):
    """What Prometheus or the operator refuses in rules that the schema lets pass."""
    groups = resource["spec"]["groups"]
    names = [group["name"] for group in groups]
    if len(set(names)) != len(names):
        return f"a group of rules twice among {names}"
    for group in groups:
        if not group["rules"]:
            return f"{group['name']} has no rule"
        for rule in group["rules"]:
            if ("alert" in rule) == ("record" in rule):
                return f"{group['name']} has a rule that is neither an alert nor a recording: {rule}"
            if "record" in rule and {"for", "annotations", "keep_firing_for"} & rule.keys():
                return f"{rule['record']} has what only an alert may have"
    return None


def check():
    """What must be refused, so that a schema that takes everything is noticed."""
    def rule(**fields):
        return {
            "apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": {"name": "x"},
            "spec": {"groups": [{"name": "g", "rules": [{"record": "a", "expr": "b", **fields}]}]}}

    def monitor(**fields):
        return {
            "apiVersion": "monitoring.coreos.com/v1", "kind": "PodMonitor", "metadata": {"name": "x"},
            "spec": {"selector": {}, "podMetricsEndpoints": [{"port": "p", **fields}]}}

    assert schema_problem(rule()) is None and schema_problem(monitor(interval="15s")) is None
    for fields in ({"for": "a while"}, {"expression": "b"}, {"labels": ["a"]}):
        assert schema_problem(rule(**fields)), fields
    for fields in ({"interval": "15"}, {"targetport": 1}, {"scheme": ["http"]}):
        assert schema_problem(monitor(**fields)), fields
    assert rule_problem(rule()) is None
    for fields in ({"alert": "c"}, {"for": "1m"}):
        assert rule_problem(rule(**fields)), fields
    assert seconds("1m30s") == 90 and seconds("15s") == 15
