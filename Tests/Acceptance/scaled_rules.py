"""How are rules that look back over hours tried in minutes? Every duration in them divided, and nothing else changed.

A window keeps enough scrapes to make a rate of, so the shortest ones are divided by less.
"""

import re

UNITS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_536_000}
PART = re.compile(r"(\d+)(ms|[smhdwy])")
# A range, with a resolution or without, and an offset.
RANGE = re.compile(r"\[((?:\d+(?:ms|[smhdwy]))+)(:?)((?:\d+(?:ms|[smhdwy]))*)\]")
OFFSET = re.compile(r"\boffset ((?:\d+(?:ms|[smhdwy]))+)")


def seconds(duration):
    return sum(int(number) * UNITS[unit] for number, unit in PART.findall(duration))


class Scale:
    def __init__(self, factor, shortest):
        """`shortest`: seconds that a window has at the least."""
        self.factor = factor
        self.shortest = shortest

    def duration(self, text, shortest=0.0):
        return f"{round(1000 * max(seconds(text) / self.factor, shortest))}ms"

    def expression(self, text):
        def window(match):
            length, colon, step = match.groups()
            return f"[{self.duration(length, self.shortest)}{colon}{step and self.duration(step, 0.1)}]"

        text = RANGE.sub(window, text)
        return OFFSET.sub(lambda match: f"offset {self.duration(match[1])}", text)

    def rules(self, content):
        """A file's content as Prometheus reads it, scaled. Groups are evaluated as often as everything else."""
        groups = []
        for group in content["groups"]:
            rules = []
            for rule in group["rules"]:
                rule = {**rule, "expr": self.expression(str(rule["expr"]))}
                for name in ("for", "keep_firing_for"):
                    if name in rule:
                        rule[name] = self.duration(rule[name])
                rules.append(rule)
            groups.append({"name": group["name"], "rules": rules})
        return {"groups": groups}


def check():
    scale = Scale(60, shortest=2)
    assert seconds("1h30m") == 5400
    assert scale.expression("rate(a[5m])") == "rate(a[5000ms])"
    assert scale.expression("rate(a[1m] offset 1d) > 60") == "rate(a[2000ms] offset 1440000ms) > 60"
    assert scale.expression('max_over_time(a{b="[5m"}[1h:30s])') == 'max_over_time(a{b="[5m"}[60000ms:500ms])'
