"""Which rules does a board keep that Grafana's types do not know?"""

import json
import re

import promql_parser

VARIABLES = (("${namespace}_", "x_"), ("$__rate_interval", "1m"), ("$__interval", "1m"))


def nodes(node, above=()):
    """Every part of an expression, with those that it stands in, the nearest last."""
    yield node, above
    for part in ("lhs", "rhs", "expr", "args", "param"):
        value = getattr(node, part, None)
        for one in value if isinstance(value, list) else [value]:
            if one is not None and not isinstance(one, (str, int, float)):
                yield from nodes(one, (*above, node))


def is_compared(node, sign):
    return isinstance(node, promql_parser.BinaryExpr) and str(node.op).strip() == sign


def check_expression(expression, is_of_now):
    """No share of nothing, no quantile of nothing, and no choice of the largest that changes from point to point."""
    for name, value in VARIABLES:
        expression = expression.replace(name, value)
    for node, above in nodes(promql_parser.parse(expression)):
        if is_compared(node, "/"):
            whole = node.rhs
            guarded = isinstance(whole, promql_parser.ParenExpr) and is_compared(whole.expr, ">")
            assert guarded or isinstance(whole, promql_parser.Call) and whole.func.name == "clamp_min", expression
        if isinstance(node, promql_parser.Call) and node.func.name == "histogram_quantile":
            assert above and is_compared(above[-1], ">="), expression
        if isinstance(node, promql_parser.AggregateExpr):
            assert is_of_now or "topk" not in str(node.op), expression


def check_rules(path):
    """Numbers are of now and say what no value means; colours are fixed once for a name, and once on a panel."""
    document = json.loads(path.read_text())
    for annotation in document["annotations"]["list"]:
        check_expression(annotation["expr"], False)
    for panel in document["panels"]:
        is_of_now = panel["type"] in ("stat", "bargauge")
        for target in panel.get("targets", []):
            assert target["instant"] == is_of_now and target["range"] != is_of_now, panel["title"]
            check_expression(target["expr"], is_of_now)
        if is_of_now:
            assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]
        if panel["type"] == "stat":
            assert panel["options"]["graphMode"] == "none", panel["title"]
        if panel["type"] == "state-timeline":
            assert all(re.search(r"(max|min)_over_time\(", target["expr"]) for target in panel["targets"]), panel["title"]
        fixed = [(one["matcher"]["options"], one["properties"][0]["value"]["fixedColor"])
                 for one in panel.get("fieldConfig", {}).get("overrides", [])]
        assert len(dict(fixed)) == len({colour for _, colour in fixed}) == len(fixed), (panel["title"], fixed)
