#!/usr/bin/env python3
"""Does every alert fire when it should, stay silent when it should, and say what to do?

- promtool reads the rules in dashboards/prometheus, which are what `mailobs rules` writes, and those of another namespace.
- Every alert has its data in Tests/Rules: it fires at its minute and says what it should, nobody else is woken, and it is
  silent on healthy data, on no data, and just below its threshold.
- Every alert has a section in the article on alerts: what it means, what to look at first, what to do.
- Every name that the table of the article on migrating has of rusmes-metrics is exported, or recorded.
- With --mutants, every rule is spoilt in every way that this script knows, and each time one of the tests has to fail.

Needs promtool of Debian's prometheus and PyYAML. Usage: rules.py [PATH_TO_MAILOBS] [--mutants [NAME]] [--find [NAME]]
"""

import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/Rules"))
import cases  # noqa: E402
import promtool_tests  # noqa: E402

MIGRATING = ROOT / "Sources/MailObservability/MailObservability.docc/MigratingFromRusmesMetrics.md"
RULES = ROOT / "dashboards/prometheus"
ARTICLE = ROOT / "Sources/MailObservability/MailObservability.docc/Alerts.md"
PARTS = ("What it means", "Look first", "What to do")
# Alerts that have no data to be silent on: one always fires, the other when there is none.
ALWAYS, ON_ABSENCE = "MailWatchdog", "MailServerNoData"
# How many tests one promtool does; as many run beside each other as there are processors.
AT_ONCE = 20


def groups(folder):
    return [group for path in sorted(folder.glob("*.rules.yml")) for group in yaml.safe_load(path.read_text())["groups"]]


def alerts(all_groups):
    return {rule["alert"]: rule for group in all_groups for rule in group["rules"] if "alert" in rule}


def promtool(*arguments):
    run = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True)
    return run.returncode == 0, run.stdout + run.stderr


def chosen(all_groups, latency, which):
    """The groups that a test needs: everything, all alerts, or one of them, with the thresholds first."""
    if latency == "everything":
        return all_groups
    found = [group for group in all_groups if group["name"].endswith("-thresholds") and "record" in group["rules"][0]]
    if latency:
        found += [group for group in all_groups if group["name"].endswith("-latency") and "record" in group["rules"][0]]
    for group in all_groups:
        rules = [rule for rule in group["rules"] if which in ("alerts", rule.get("alert")) and "alert" in rule]
        found += [group | {"rules": rules}] if rules else []
    return found


def tested(all_groups, tests, folder):
    """Whether the tests hold for the rules, and what promtool says; the groups of a test in the order they have."""
    runs = []
    for step, rules in sorted({(test["interval"], test["rules"]) for test in tests}):
        own = [test for test in tests if (test["interval"], test["rules"]) == (step, rules)]
        runs += [(step, rules, own[start:start + AT_ONCE]) for start in range(0, len(own), AT_ONCE)]

    def said(run):
        step, rules, own = run
        needed = chosen(all_groups, *rules)
        with tempfile.TemporaryDirectory(dir=folder) as name:
            place = pathlib.Path(name)
            (place / "rules.yml").write_text(json.dumps({"groups": needed}))
            (place / "tests.yml").write_text(json.dumps({
                "rule_files": ["rules.yml"], "evaluation_interval": step,
                "group_eval_order": [group["name"] for group in needed],
                "tests": [{key: value for key, value in test.items() if key != "rules"} for test in own]}))
            held, text = promtool("test", "rules", place / "tests.yml")
        return "" if held else f"{rules}: {text}"

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [text for text in pool.map(said, runs) if text]
    return not found, "".join(found)


# What must be there


def check_cases(rules):
    known = {case.name: case for case in cases.CASES}
    problems = [f"{name}: there is no such alert" for name in known.keys() - rules.keys()]
    for name in rules.keys() - {ALWAYS}:
        if name not in known:
            problems.append(f"{name}: no test")
            continue
        for kind in ("fires", "near", "says"):
            if not getattr(known[name], kind):
                problems.append(f"{name}: no test of what it {kind}" if kind != "near" else f"{name}: none just below")
    return problems


def sections(article):
    """The text of each section of the third level, by its heading."""
    parts = re.split(r"^### +(\S+)\n", article, flags=re.M)
    return dict(zip(parts[1::2], (re.split(r"^##? ", text, flags=re.M)[0] for text in parts[2::2])))


def check_runbooks(rules, article):
    found, problems = sections(article), []
    for name, rule in rules.items():
        text = found.get(name)
        if text is None:
            problems.append(f"{name}: the article on alerts has no section of it")
            continue
        for part in PARTS:
            match = re.search(rf"^\*\*{part}\.\*\* (.+?)(?=^\*\*|\Z)", text, re.M | re.S)
            if not match or len(match[1].split()) < 5:
                problems.append(f"{name}: its section does not say: {part}")
        if not rule["annotations"]["runbook_url"].endswith(f"#{name}"):
            problems.append(f"{name}: its runbook_url leads elsewhere")
        if len(rule["annotations"]["summary"].split()) < 2 or rule["labels"]["severity"] not in (
                "critical", "warning", "info", "none"):
            problems.append(f"{name}: no summary or no severity")
        about_one = name not in (ALWAYS, ON_ABSENCE, "MailThresholdsBroken")
        if about_one and not re.search(r'labels\.instance|label "instance"', rule["annotations"]["description"]):
            problems.append(f"{name}: its description names no instance")
        if name != ALWAYS and not re.search(r"\$value|\| value", rule["annotations"]["description"]):
            problems.append(f"{name}: its description has no value")
    return problems + [f"{name}: a section without an alert" for name in found.keys() - rules.keys()]


def check_names(article, namespace, all_groups):
    """Names of rusmes-metrics that nobody would find."""
    table = article.split("## The names of metrics")[1].split("\n## ")[0]
    pairs = re.findall(r"^\| `(rusmes_\w+)[^|]*\| `(\w+)", table, re.M)
    recorded = {rule["record"] for group in all_groups for rule in group["rules"] if "record" in rule}
    return ["no table of names"] * (len(pairs) < 20) + [
        f"{namespace}: {old} is neither exported nor recorded" for old, new in pairs
        if not (old == new and namespace == "rusmes" or {old, f"{old}_bucket"} & recorded)]


def check_checks():
    """That what is missing is found."""
    rule = {"labels": {"severity": "info"}, "annotations": {
        "summary": "It fails.", "description": "{{ $labels.instance }} {{ $value }}", "runbook_url": "x#A"}}
    text = "### A\n\n" + "\n".join(f"**{part}.** One two three four five." for part in PARTS)
    assert check_runbooks({"A": rule}, text) == []
    assert check_runbooks({"A": rule}, "") and check_runbooks({"A": rule}, text.replace("What to do", "Do"))
    assert check_runbooks({}, text) and check_runbooks({"A": rule | {"labels": {"severity": "page"}}}, text)
    case = cases.CASES[0]
    assert check_cases({}) and check_cases({"Unknown": rule})
    assert any(case.name in problem for problem in check_cases({case.name: rule})) == (not case.says)


# Mutants


def comparisons(expression):
    for match in re.finditer(r"(?<![=!<>])(==|!=|>=|<=|>|<)(?!~)(?=\s)", expression):
        for other in {"==": ["!="], "!=": ["=="], ">": ["<"], ">=": ["<", ">"], "<": [">"], "<=": [">"]}[match[1]]:
            yield f"{match[1]} as {other}", expression[:match.start()] + other + expression[match.end():]


def matchers(expression):
    for match in re.finditer(r"(\w+)(=~|!=|!~|=)\"([^\"]*)\"", expression):
        opposite = {"=~": "!~", "!~": "=~", "=": "!=", "!=": "="}[match[2]]
        yield f"{match[0]} denied", expression[:match.start(2)] + opposite + expression[match.end(2):]
        if match[2] == "=~" and "|" in match[3]:
            values = match[3].split("|")
            for value in values:
                rest = "|".join(other for other in values if other != value)
                yield f"{match[0]} without {value}", expression[:match.start(3)] + rest + expression[match.end(3):]


def durations(expression):
    units = {"m": 1, "h": 60, "d": 1440}
    for match in re.finditer(r"(?<=\[)(\d+)([mhd])(?=\])|(?<=offset )(\d+)([mhd])", expression):
        number, unit = (match[1] or match[3]), (match[2] or match[4])
        minutes = int(number) * units[unit]
        yield f"{number}{unit} doubled", expression[:match.start()] + f"{minutes * 2}m" + expression[match.end():]
        if minutes > 5:
            yield f"{number}{unit} halved", expression[:match.start()] + f"{minutes // 2}m" + expression[match.end():]


def numbers(expression):
    for match in re.finditer(r"(?<![\w.:\"\[])(\d+(?:\.\d+)?)(?![\w.\"\]])", expression):
        if float(match[1]) > 0:
            yield f"{match[1]} raised", expression[:match.start()] + f"({match[1]} * 1.1)" + expression[match.end():]


def clauses(expression):
    """Without the part on one side of a set operator that stands on a line of its own or at the end of one."""
    for match in re.finditer(r"\b(and|or|unless)\b(?: (?:on|ignoring) \([^)]*\))?", expression):
        for end in (len(expression), *(m.start() for m in re.finditer(r"\)", expression[match.end():]))):
            stop = end if end == len(expression) else match.end() + end
            mutant = expression[:match.start()] + expression[stop:]
            if mutant.count("(") == mutant.count(")") and mutant.strip() != expression.strip():
                yield f"without {expression[match.start():stop][:50]!r}", mutant


def mutants(rule):
    for mutate in (comparisons, matchers, durations, numbers, clauses):
        for what, expression in mutate(rule["expr"]):
            if promtool_reads(expression):
                yield what, rule | {"expr": expression}
    if "for" in rule:
        yield "no for", {key: value for key, value in rule.items() if key != "for"}
        minutes = {"m": 1, "h": 60}[rule["for"][-1]] * int(rule["for"][:-1])
        yield "for and a step", rule | {"for": f"{minutes + (5 if minutes >= 15 else 1)}m"}
    else:
        yield "a for", rule | {"for": "5m"}
    yield "another severity", rule | {"labels": {"severity": "page"}}
    yield "another description", rule | {"annotations": rule["annotations"] | {"description": "It fails."}}


READABLE = {}


def promtool_reads(expression):
    if expression not in READABLE:
        with tempfile.NamedTemporaryFile("w", suffix=".yml") as file:
            file.write(json.dumps({"groups": [{"name": "g", "rules": [{"record": "a", "expr": expression}]}]}))
            file.flush()
            READABLE[expression] = promtool("check", "rules", file.name)[0]
    return READABLE[expression]


def mutated(all_groups, namespace, folder, only=None):
    """The mutants of which no test has seen anything, and how many there were."""
    survivors, count = [], 0
    own = alerts(all_groups)
    recorded = {group["name"].rpartition("-")[2]: group for group in all_groups if "record" in group["rules"][0]}
    latency, thresholds = recorded["latency"], recorded["thresholds"]

    def seen(changed_groups, name):
        tests = promtool_tests.of_alert(own[name], name, namespace, everything=False)
        for test in tests:
            test["rules"] = ("everything", "")
        return not tested(changed_groups, tests, folder)[0]

    for name, rule in own.items():
        if name == ALWAYS or only not in (None, name):
            continue
        before = [thresholds] + ([latency] if "Latency" in name else [])
        for what, mutant in mutants(rule):
            count += 1
            if not seen(before + [{"name": "mutant", "rules": [mutant]}], name):
                survivors.append(f"{name}: {what}")
        if name == "MailThresholdsBroken":
            continue
        for threshold in thresholds["rules"]:
            if f"scalar({threshold['record']})" not in rule["expr"]:
                continue
            number = float(re.search(r"vector\((.*)\)", threshold["expr"])[1])
            # Of what is counted in ones, a tenth is nothing.
            for other in (number + 1, number - 1) if number < 10 and number.is_integer() else (number * 1.1, number * 0.9):
                count += 1
                spoilt = threshold | {"expr": f"vector({other})"}
                changed = [spoilt if each is threshold else each for each in thresholds["rules"]]
                if not seen([thresholds | {"rules": changed}] + before[1:] + [{"name": "alert", "rules": [rule]}], name):
                    survivors.append(f"{name}: {threshold['record']} as {other}")
    return survivors, count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mailobs", nargs="?")
    parser.add_argument("--mutants", nargs="?", const="", default=None)
    parser.add_argument("--find", nargs="?", const="")
    options = parser.parse_args()
    check_checks()
    problems = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        if options.find is not None:
            promtool_tests.find(groups(RULES), options.find, lambda *a: tested(*a, folder))
            return 0
        if options.mutants is not None:
            survivors, count = mutated(groups(RULES), "rusmes", folder, options.mutants or None)
            print(f"{count} mutants, {len(survivors)} survivors")
            print("\n".join(survivors))
            return 1 if survivors else 0
        places = [("rusmes", RULES)]
        if options.mailobs:
            places.append(("acme", folder / "acme"))
            subprocess.run(
                [options.mailobs, "rules", "--namespace", "acme", "--output", folder / "acme"], check=True,
                capture_output=True)
            subprocess.run(
                [options.mailobs, "rules", "--output", folder / "rusmes"], check=True, capture_output=True)
            for path in RULES.glob("*.rules.yml"):
                if path.read_text() != (folder / "rusmes" / path.name).read_text():
                    problems.append(f"{path.name}: not what mailobs rules writes")
        for namespace, place in places:
            held, said = promtool("check", "rules", *sorted(place.glob("*.rules.yml")))
            print(said.strip())
            problems += [] if held else [f"{namespace}: promtool does not read the rules"]
            rules = alerts(groups(place))
            problems += check_cases(rules)
            problems += check_runbooks(rules, ARTICLE.read_text() if ARTICLE.exists() else "")
            problems += check_names(MIGRATING.read_text(), namespace, groups(place))
            tests = promtool_tests.of_all(rules, namespace)
            held, said = tested(groups(place), tests, folder)
            print(f"{namespace}: {len(rules)} alerts, {len(tests)} tests")
            problems += [] if held else [f"{namespace}: {said}"]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
