#!/usr/bin/env python3
"""Does the promtool of this machine still say what the tests of the linter have recorded? And is it what `mailobs lint` says?

Reads Tests/MetricParsingTests/PromtoolCorpus.swift, asks promtool about each example, and then about hundreds of random bad
names, labels and types; every finding of promtool has to be one of `mailobs lint`. Findings of ours beside them are ours.

Needs Debian's prometheus. Usage: promtool_corpus.py PATH_TO_MAILOBS [--rounds N] [--seed N], or promtool_corpus.py --update
"""

import json
import pathlib
import random
import re
import subprocess
import sys

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "MetricParsingTests/PromtoolCorpus.swift"
EXAMPLE, RECORDED = "==== ", "----"

# What promtool says, and the rule of ours that says it.
RULES = (
    ("no help text", "missing-help"),
    ("use base unit", "base-unit"),
    ('counter metrics should have "_total" suffix', "counter-total"),
    ('non-counter metrics should not have "_total" suffix', "total-suffix"),
    ('non-gauge metrics should not have "_timestamp_seconds" suffix', "timestamp-suffix"),
    ('should not have "_bucket" suffix', "reserved-suffix"),
    ('should not have "_count" suffix', "reserved-suffix"),
    ('should not have "_sum" suffix', "reserved-suffix"),
    ('should not have "le" label', "reserved-label"),
    ('should not have "quantile" label', "reserved-label"),
    ("metric name should not include type", "type-in-name"),
    ("metric names should not contain ':'", "colon-in-name"),
    ("names should be written in 'snake_case'", "camel-case"),
    ("metric names should not contain abbreviated units", "abbreviated-unit"),
    ("metric not unique", "duplicate-series"),
)


def promtool(text):
    """The lines that promtool says of names, or None when it does not read the text."""
    run = subprocess.run(["promtool", "check", "metrics"], input=text.encode(), capture_output=True)
    if run.returncode == 1:
        return None
    assert run.returncode in (0, 3), run
    return sorted(set((run.stdout + run.stderr).decode().splitlines()))


def keys(lines):
    """Family and rule of each line, and whether it is about a label."""
    found = set()
    for line in lines:
        family, message = line.split(" ", 1)
        rule = next(rule for text, rule in RULES if text in message)
        detail = re.search(r'instead of "(.*)"|include type \'(.*)\'|"(le|quantile)" label|^(label) names', message)
        found.add((family, rule, next(filter(None, detail.groups())) if detail else None))
    return found


def ours(mailobs, text):
    run = subprocess.run([mailobs, "lint", "--json", "--format", "text", "-"], input=text.encode(), capture_output=True)
    assert run.returncode in (0, 1) and not run.stderr, run
    found = set()
    for line in run.stdout.decode().splitlines():
        finding = json.loads(line)
        detail = None
        if finding["rule"] == "base-unit":
            detail = re.search(r"the unit (\w+) is", finding["message"])[1]
        elif finding["rule"] == "type-in-name":
            detail = re.search(r"of the type (\w+)", finding["message"])[1]
        elif finding["rule"] == "reserved-label":
            detail = finding["label"]
        elif finding["rule"] == "camel-case" and finding["label"]:
            detail = "label"
        found.add((finding["family"], finding["rule"], detail))
    return found, run.returncode


def examples():
    blocks = re.findall(r"(?ms)^ *==== (.*?)\n(.*?)^ *----\n(.*?)(?=^ *(?:====|\"\"\"))", CORPUS.read_text())
    cut = lambda text: re.sub(r"(?m)^    ", "", text)
    return [(title, cut(text), cut(lines).splitlines()) for title, text, lines in blocks]


def update():
    """Records anew what promtool says of the examples."""
    source = CORPUS.read_text()
    for title, text, _ in examples():
        said = promtool(text)
        assert said is not None, title
        indented = "".join(f"    {line}\n" for line in said)
        start = source.index("    ----\n", source.index(f"    ==== {title}\n")) + len("    ----\n")
        end = min(at for at in (source.find(mark, start) for mark in ("    ====", '    """')) if at >= 0)
        source = source[:start] + indented + source[end:]
    CORPUS.write_text(source)


WORDS = (
    "mail smtp total count sum bucket info created seconds second bytes milliseconds minutes hours days weeks kilobytes bits "
    "kilobits mebibytes percent ratio celsius fahrenheit kelvins grams ounces microseconds metres kilometres inches joules "
    "calories volts amperes s ms us ns sec b kb mb gb tb pb m h d counter gauge histogram summary untyped gauge_histogram "
    "Counter GAUGE queueSize HTTP Ms S Days x y_ _z a:b thermometers decabytes timestamp_seconds 9 _ __ S3 le quantile"
).split()
LABELS = "a b le quantile camelCase snake_case X Yz zY __x total le2 Quantile kB kb".split()
TYPES = "counter gauge histogram summary untyped".split()


def random_text(generator):
    lines = []
    for _ in range(generator.randint(1, 8)):
        name = "_".join(generator.choice(WORDS) for _ in range(generator.randint(1, 4)))
        if generator.random() < 0.2:
            name += generator.choice(["_total", "_count", "_sum", "_bucket"])
        if name[0].isdigit():
            name = "n" + name
        kind = generator.choice(TYPES + [None])
        if generator.random() < 0.7:
            lines.append(f"# HELP {name}" + generator.choice(["", " ", " Help.", " a b\\n c"]))
        if kind:
            lines.append(f"# TYPE {name} {kind}")
        for _ in range(generator.randint(0, 3)):
            chosen = generator.sample(LABELS, generator.randint(0, 3))
            labels = {label: generator.choice(["x", "y", "1", "0.5", ""]) for label in chosen}
            suffix = ""
            if kind == "histogram":
                labels["le"] = generator.choice(["1", "+Inf", "0.5"])
                suffix = generator.choice(["_bucket", "_count", "_sum", ""])
                if suffix != "_bucket":
                    labels.pop("le")
            if kind == "summary":
                suffix = generator.choice(["", "_count", "_sum"])
                labels.pop("quantile", None)
                if not suffix:
                    labels["quantile"] = generator.choice(["0.5", "1"])
                labels.pop("le", None) if generator.random() < 0.5 else None
            text = ",".join(f'{label}="{value}"' for label, value in labels.items())
            lines.append(name + suffix + (f"{{{text}}}" if text else "") + f" {generator.randint(0, 9)}")
    return "".join(f"{line}\n" for line in lines)


def main():
    if sys.argv[1:] == ["--update"]:
        return update()
    mailobs = sys.argv[1]
    options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
    seed = int(options.get("--seed", random.SystemRandom().randrange(1 << 32)))
    rounds = int(options.get("--rounds", 300))
    known = examples()
    assert len(known) >= 30, len(known)
    differences = []
    for title, text, recorded in known:
        said = promtool(text)
        if said != recorded:
            differences.append(title)
        found, code = ours(mailobs, text)
        assert keys(said) <= found, f"{title}: {keys(said) - found} is missing"
        assert code == 1 or not said, f"{title}: {code}"
    # Another promtool may say more, which is compared all the same.
    version = subprocess.run(["promtool", "--version"], capture_output=True, text=True).stdout.split()[2]
    assert not differences or not version.startswith("2.42"), f"said otherwise by promtool: {differences}"
    generator = random.Random(seed)
    kinds, count, unread = {}, 0, 0
    for number in range(rounds):
        text = random_text(generator)
        said = promtool(text)
        if said is None:
            unread += 1
            run = subprocess.run([mailobs, "lint", "--format", "text", "-"], input=text.encode(), capture_output=True)
            assert run.returncode == 1 and re.match(rb"-:\d+:\d+: ", run.stderr), (seed, number, text, run)
            continue
        wanted = keys(said)
        found, code = ours(mailobs, text)
        assert wanted <= found, f"seed {seed}, round {number}: {wanted - found} is missing for\n{text}"
        assert code == 1 or not wanted, f"seed {seed}, round {number}: {code}"
        count += len(wanted)
        for _, rule, _ in wanted:
            kinds[rule] = kinds.get(rule, 0) + 1
    print(f"promtool {version}: {len(known)} examples; seed {seed}: {rounds} random expositions, {count} findings of promtool, all of them ours too: {kinds}")
    assert unread < rounds / 3, unread


if __name__ == "__main__":
    main()
