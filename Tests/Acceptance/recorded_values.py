"""Is what recording rules say of a fleet what its instances say? By evaluating each rule again without adding up.

A rule takes the instances together by `without (instance, pod)`. The same expression without that has the values of each;
of those the rule's value has to be the sum, the largest or the smallest, and a quantile or ratio lies between them.
"""

import math
import re

TOGETHER = re.compile(r"without \(instance, pod(?:, )?")
# Of a rule, and the time that has them.
POINTS = 10
LOOK_BACK = "15s"


def recording_rules(contents):
    return [
        rule for content in contents for group in content["groups"] for rule in group["rules"] if "record" in rule]


def keyed(labels):
    return tuple(sorted(item for item in labels.items() if item[0] not in ("__name__", "instance")))


def vector(prometheus, expression, time):
    result = prometheus.api("query", query=expression, time=time)["result"]
    return [(sample["metric"], float(sample["value"][1])) for sample in result]


def expected(kind, values):
    """The least and the greatest that the value of the fleet may be."""
    numbers = [value for value in values if not math.isnan(value)]
    if kind == "sum":
        return (math.fsum(values),) * 2
    if not numbers:
        return math.nan, math.nan
    if kind in ("max", "min"):
        return ({"max": max, "min": min}[kind](numbers),) * 2
    return min(numbers), max(numbers)


def is_within(value, bounds):
    least, greatest = bounds
    if math.isnan(least):
        return math.isnan(value)
    slack = 1e-9 * max(1, abs(least), abs(greatest))
    return least - slack <= value <= greatest + slack


def kind_of(record):
    """What a rule does with its instances, by the operation that its name ends with."""
    operation = record.rsplit(":", 1)[1]
    if operation in ("sum", "max", "min"):
        return operation
    # A rate of all is the sum of theirs. A share of instances, a ratio and a quantile are none of that.
    return "sum" if operation.startswith("rate") else "between"


def problem(prometheus, rule, instances):
    """What is wrong with a rule's value; None where it is that of the instances, at one of its last points."""
    record, expression = rule["record"], str(rule["expr"])
    matrix = prometheus.api("query", query=f'{{__name__="{record}"}}[{LOOK_BACK}]')["result"]
    if not matrix:
        return "has no value"
    if all(math.isnan(float(value)) for series in matrix for _, value in series["values"]):
        return "has no value that is a number"
    if not TOGETHER.search(expression):
        return None
    alone = TOGETHER.sub("without (", expression)
    points = {}
    for series in matrix:
        for time, value in series["values"]:
            points.setdefault(time, {})[keyed(series["metric"])] = float(value)
    # A scrape that has begun before a rule is evaluated, and is stored after it, is in the second evaluation alone; so not
    # every point can be the same, and a rule that adds up wrongly is right at none.
    # Of nothing the sum is right whatever is added.
    telling = [time for time, values in points.items() if any(value and not math.isnan(value) for value in values.values())]
    first = None
    for time in sorted(telling or points, reverse=True)[:POINTS]:
        recorded = points[time]
        values, seen = {}, set()
        for labels, value in vector(prometheus, alone, time):
            labels = {**labels, **rule.get("labels", {})}
            values.setdefault(keyed(labels), []).append(value)
            seen.add(labels["instance"])
        recorded = {labels: value for labels, value in recorded.items() if labels in values}
        if recorded.keys() != values.keys() or seen != instances:
            first = first or f"is there for {sorted(recorded)}, and its instances {sorted(seen)} have {sorted(values)}"
            continue
        kind = kind_of(record)
        wrong = [
            f"{kind} of {values[labels]} is not {value} at {labels}"
            for labels, value in recorded.items() if not is_within(value, expected(kind, values[labels]))]
        if not wrong:
            return None
        first = first or "; ".join(wrong)
    return first


def check():
    kinds = {"a:b:sum": "sum", "a:b:rate5m": "sum", "a:b:max": "max", "a:b:p95_rate5m": "between", "a:b:ratio_rate1h": "between"}
    assert {record: kind_of(record) for record in kinds} == kinds
    assert expected("sum", [1, 2, 4]) == (7, 7) and expected("between", [1, 2, math.nan]) == (1, 2)
    assert is_within(1.5, (1, 2)) and not is_within(2.5, (1, 2)) and is_within(math.nan, (math.nan, math.nan))
    assert not is_within(1, (math.nan, math.nan)) and not is_within(math.nan, (1, 1))
