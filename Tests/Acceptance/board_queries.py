"""What does a board of Grafana ask, and what does it get when Grafana's variables are filled in?"""

import json
import math
import pathlib
import re

import promql_parser

# What Grafana puts in for a scrape interval of a second: four of them, at the least.
RATE_INTERVAL = "8s"
VARIABLE = re.compile(r"label_values\((.*), *(\w+)\)")


class Board:
    def __init__(self, path, namespace, job):
        self.name = pathlib.Path(path).stem
        self.document = json.loads(pathlib.Path(path).read_text())
        self.namespace, self.job = namespace, job
        self.panels = [panel for panel in self.document["panels"] if panel["type"] != "row"]
        self.instances = []

    def choose_all(self, prometheus, begin, end):
        """Chooses All instances, which Grafana makes of the values that the variable finds in the time that is shown."""
        selector = next(selector for name, selector, _, _ in self.variables() if name == "instance")
        found = prometheus.api("series", **{"match[]": selector, "start": begin, "end": end})
        self.instances = sorted({labels["instance"] for labels in found})
        assert self.instances, selector

    def fill(self, expression, instance=None):
        """The expression as Grafana sends it: with one instance, or with all of them."""
        instance = "(" + "|".join(escaped(one) for one in ([instance] if instance else self.instances)) + ")"
        for name, value in (("namespace", self.namespace), ("job", self.job), ("instance", instance),
                            ("__rate_interval", RATE_INTERVAL), ("__interval", RATE_INTERVAL)):
            expression = re.sub(rf"\$\{{{name}\}}|\${name}\b", lambda _, value=value: value, expression)
        assert "$" not in expression, expression
        return expression

    def expressions(self):
        """Every panel's and annotation's: where it stands, what it is for, and the expression."""
        for panel in self.panels:
            for target in panel["targets"]:
                yield f"{self.name}: {panel['title']}: {target['legendFormat']}", target, self.fill(target["expr"])
        for annotation in self.document["annotations"]["list"]:
            yield f"{self.name}: {annotation['name']}", annotation, self.fill(annotation["expr"])

    def variables(self):
        """Every variable that asks: its name, the selector, the label, and the pattern of values."""
        for variable in self.document["templating"]["list"]:
            if variable["type"] == "query":
                selector, label = VARIABLE.fullmatch(variable["query"]["query"]).groups()
                yield variable["name"], self.fill(selector), label, variable["regex"].strip("/")

    def panel(self, title):
        return next(panel for panel in self.panels if panel["title"] == title)


def escaped(value):
    """As Grafana writes a value into a regular expression within quotes."""
    return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", value)


def alternatives(expression):
    """What stands on both sides of each `or`."""
    return expression.split(" or ")


def selectors(expression):
    """The names that an expression selects, as a parser of PromQL finds them; an error for what is none."""
    found = []

    def walk(node):
        if isinstance(node, promql_parser.VectorSelector):
            found.append(node.name)
            return
        for part in ("lhs", "rhs", "expr", "vector_selector", "args", "param"):
            value = getattr(node, part, None)
            for one in value if isinstance(value, list) else [value]:
                if one is not None and not isinstance(one, (str, int, float)):
                    walk(one)

    walk(promql_parser.parse(expression))
    return found


def has_point(result):
    """Whether a range has a number in it that is not zero."""
    return any(
        math.isfinite(float(value)) and float(value) != 0 for series in result for _, value in series["values"])


def in_range(prometheus, expression, begin, end, step=5):
    return prometheus.api("query_range", query=expression, start=begin, end=end, step=step)["result"]


def is_flat(prometheus, expression, result):
    """Whether a quantile never leaves the first bucket: a curve of its upper bound says nothing."""
    bucket = next(iter(selectors(expression)))
    bounds = {float(labels["le"]) for labels, _ in prometheus.query(f"count by (le) ({bucket})")}
    values = [float(value) for series in result for _, value in series["values"]]
    return all(value <= min(bounds) for value in values if math.isfinite(value))
