#!/usr/bin/env python3
"""Does the parser take what other strict readers take, and nothing else?

Random expositions, most of them slightly wrong, are read by the parser, by Python's OpenMetrics parser, and by Go's
expfmt. Where they disagree, the specification has to say that the parser is right: DISAGREEMENTS has all the ways.

Needs prometheus-client. Usage: parsers.py PATH_TO_EXPOSITION_VERDICTS PATH_TO_PARSE_GO [SEED [CASES]]
"""

import random
import re
import subprocess
import sys
import traceback

from prometheus_client.openmetrics.parser import text_string_to_metric_families

# What OpenMetrics has of each type.
SUFFIXES = {
    "counter": ["_total", "_created"], "summary": ["", "_count", "_sum", "_created"],
    "histogram": ["_bucket", "_bucket", "_bucket", "_count", "_sum", "_created"],
    "gaugehistogram": ["_bucket", "_bucket", "_bucket", "_gcount", "_gsum"],
    "info": ["_info"], "gauge": [""], "stateset": [""], "unknown": [""]}
NUMBERS = """0 1 2 3 1.5 -1 NaN +Inf -Inf 1e3 0.0 -0 1e-3 .5 5. +1 1_0 0x1 inf nan 1e 00 17.0 1e999 -0.0 Infinity +nan 08
    0x1p-3 INF -nan \u0661""".split()
TIMES = "1 2 3 1.5 -1 0 1e3 NaN 1_0 1. 1.1234567891 .5 -0.5 +1 2.5e0 1e999 -.5 00 1.e3 1e-400 99999999999999999999".split()
BOUNDS = ["1.0", "1", "2.0", "+Inf", "+Inf", "+Inf", "-1.0", "0.5"]
WRONG_BOUNDS = ["NaN", "inf", "+inf", "Inf", "1e3", "x", "", "1.5.", "-Inf", "0x1", " 1", "1_0"]
NAMES = ["a", "b", "a_b", "a:b", "_a", "a_s", '"a.b"', '"a b"', '"é"', '"a"', '"a\\"b"', '"a\\\\"']
VALUES = ["1", "2", "", "\\n", '\\"', "\\\\", "é", "#", " # ", "}", "{", ",", "=", "\\x", " "]
TOKENS = ['"', "\\", "{", "}", "=", ",", " ", "#", "\n", "_", "1", "NaN", "+Inf", ' # {a="b"} 1', "a", "-", ".", "e", " 1",
          "_total", "_bucket", 'le="1"', "\t", "# EOF", 'quantile="0.5"', "\0", "\r", "\ufeff", "é", "\v", "\u00a0"]


class Writer:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def one(self, *choices):
        return self.random.choice(choices)

    def chance(self, part):
        return self.random.random() < part

    def damaged(self, text, part):
        if not self.chance(part):
            return text
        for _ in range(self.one(1, 1, 1, 2)):
            place, token, way = self.random.randrange(len(text) + 1), self.one(*TOKENS), self.random.random()
            if way < 0.4:
                text = text[:place] + token + text[place:]
            elif way < 0.7:
                text = text[:place] + text[place + 1:]
            elif way < 0.85:
                text = text[:place] + token + text[place + 1:]
            else:
                lines = text.split("\n")
                one, other = self.random.randrange(len(lines)), self.random.randrange(len(lines))
                lines[one], lines[other] = lines[other], lines[one]
                text = "\n".join(lines)
        return text

    def value(self, part):
        return self.one("0", "1", "1", "2", "3") if self.chance(part) else self.one(*NUMBERS)


class OpenMetricsWriter(Writer):
    def text(self):
        lines = [line for _ in range(self.one(1, 1, 1, 2, 2, 3)) for line in self.family()]
        return self.damaged("\n".join(lines + ["# EOF"]) + "\n" * self.chance(0.95), 0.5)

    def family(self):
        name, kind = self.one(*NAMES), self.one(*SUFFIXES)
        has_unit = self.chance(0.1)
        if has_unit and self.chance(0.8):
            name = self.suffixed(name, "_s")
        lines = []
        if self.chance(0.9):
            lines.append(f"# TYPE {name} {kind}")
        else:
            kind = "unknown"
        if self.chance(0.3):
            lines.append(f"# HELP {name} " + self.one("h", "", "h\\n", 'h "q"', "\\\\", "\\", "é", "  x", " ", 'a\\"'))
        if has_unit:
            lines.append(f"# UNIT {name} " + self.one("s", "s", "", "S", "x", "s ", "s s", "é"))
        self.random.shuffle(lines)
        for _ in range(self.one(0, 1, 1, 1, 2, 2, 3)):
            labels, time = self.labels(), " " + self.one(*TIMES[:6]) if self.chance(0.2) else ""
            if "histogram" in kind and self.chance(0.7):
                lines += self.histogram(name, kind, labels, time)
            else:
                lines += [self.sample(name, kind, labels, time) for _ in range(self.one(1, 1, 2, 3))]
        return lines

    def histogram(self, name, kind, labels, time):
        total, lines = 0, []
        for bound in sorted(self.random.sample([0.5, 1.0, 2.0], self.random.randint(0, 3))) + ["+Inf"]:
            total += self.random.randint(0, 2)
            lines.append(self.series(name, "_bucket", labels + [f'le="{bound}"']) + f" {total}{time}")
        if self.chance(0.8):
            letter = "g" if kind == "gaugehistogram" else ""
            for part, value in (f"_{letter}count", total), (f"_{letter}sum", self.one(0, 1, -1)):
                lines.append(self.series(name, part, labels) + f" {value}{time}")
        return lines

    def sample(self, name, kind, labels, time):
        suffix, more = self.one(*SUFFIXES[kind]), []
        if suffix == "_bucket" and self.chance(0.97):
            more = [f'le="{self.one(*BOUNDS if self.chance(0.8) else WRONG_BOUNDS)}"']
        if kind == "summary" and not suffix:
            more = [f'quantile="{self.one("0.5", "0.9", "1", "0", "1.1", "-1", "NaN", "x", "", "0.5e0", "1e-1")}"']
        if kind == "stateset" and self.chance(0.95):
            more = [f'{name}="{self.one(*"xyz")}"']
        body = self.series(name, suffix, labels + more if self.chance(0.9) else self.labels(more))
        value = "1" if kind in ("info", "stateset") and self.chance(0.9) else self.value(0.85)
        if not self.chance(0.95):
            time = self.one("", " " + self.one(*TIMES))
        elif time and self.chance(0.3):
            time = " " + self.one(*TIMES)
        return f"{body} {value}{time}{self.exemplar(suffix)}"

    def exemplar(self, suffix):
        if not self.chance(0.2 if suffix in ("_bucket", "_total") else 0.02):
            return ""
        if self.chance(0.05):
            return ' # {a="' + "é" * self.one(126, 127, 128) + '"} 1'
        return " # {" + ",".join(self.labels()) + "} " + self.value(0.8) + (" " + self.one(*TIMES)) * self.chance(0.3)

    def labels(self, more=()):
        labels = [self.label() for _ in range(self.one(0, 0, 0, 1, 1, 2))] + list(more)
        if self.chance(0.2):
            self.random.shuffle(labels)
        return labels

    def label(self):
        odd = ["le", "quantile", '"x.y"', "__a", "é", "1a", "a:b", "_c", '"a"', '""']
        return f'{self.one(*odd) if self.chance(0.12) else self.one(*"abc")}="{self.one(*VALUES)}"'

    def series(self, name, suffix, labels):
        name = self.suffixed(name, suffix)
        if name.startswith('"'):
            return "{" + ",".join([name] + labels if self.chance(0.9) else labels + [name]) + "}"
        return name + ("{" + ",".join(labels) + "}" if labels or self.chance(0.1) else "")

    @staticmethod
    def suffixed(name, suffix):
        return name[:-1] + suffix + '"' if name.startswith('"') else name + suffix


class TextWriter(Writer):
    """Names without quotes only: Debian's expfmt is older than those."""

    def text(self):
        lines = [line for _ in range(self.one(1, 1, 2, 3)) for line in self.family()]
        if self.chance(0.2):
            self.random.shuffle(lines)
        return self.damaged("\n".join(lines) + "\n" * self.chance(0.95), 0.3)

    def family(self):
        name = self.one("a", "b", "a_b", "a:b", "_a", "x_total", "x_bucket", "x_count", "x", "x_sum")
        kind = self.one("counter", "gauge", "histogram", "summary")
        if self.chance(0.3):
            kind = self.one("untyped", "untyped", "info", "Gauge", "")
        lines = []
        if self.chance(0.8):
            blank, between = self.one(" ", "", "  ", "\t"), self.one(" ", "  ", "\t")
            lines.append(f"{self.blank()}#{blank}TYPE{between}{name} {kind}{self.blank()}")
        if self.chance(0.5):
            help_text = self.one("", " ", " h", " h  x ", " a\\n", " \\\\", " \\x", ' é "', "\th")
            lines.append(f"# HELP {name}{help_text}")
        if self.chance(0.2):
            lines.append(self.one("", "#", "# x", "#x", "  ", "\t#", "# EOF", "# UNIT a b", "# HELP", "# TYPE", "# TYPE a"))
        self.random.shuffle(lines)
        return lines + [self.sample(name, kind) for _ in range(self.one(0, 1, 1, 2, 3))]

    def sample(self, name, kind):
        suffix = self.one("_bucket", "_bucket", "_count", "_sum", "") if kind in ("histogram", "summary") else ""
        more = []
        if suffix == "_bucket" and self.chance(0.9):
            more = [f'le="{self.one("1", "1.0", "+Inf", "x", "", "NaN", "1e3", "inf", "0x1", "1_0")}"']
        if kind == "summary" and not suffix and self.chance(0.9):
            more = [f'quantile="{self.one("0.5", "1", "-1", "x", "", "NaN", "2")}"']
        time = self.one(" ", "  ", "\t") + self.one("1", "-2", *TIMES) if self.chance(0.1) else ""
        between = self.one(" ", " ", " ", "", "\t")
        body = f"{self.blank()}{name}{suffix}{self.blank()}{self.labels(more)}"
        return f"{body}{between}{self.value(0.8)}{time}{self.blank()}"

    def labels(self, more):
        labels = []
        for _ in range(self.one(0, 0, 1, 1, 2)):
            odd = ["le", "quantile", "_c", "__d", "a:b", "1a", "é", "__name__", ""]
            name = self.one(*odd) if self.chance(0.12) else self.one(*"abc")
            value = self.one(*VALUES) if self.chance(0.3) else self.one(*"123")
            labels.append(f'{self.blank()}{name}{self.blank()}={self.blank()}"{value}"{self.blank()}')
        labels += more
        if not labels:
            return self.one("", "", "", "{}", "{ }", "{,}")
        return "{" + ",".join(labels) + self.one("", "", ",", ", ", ",,") + "}"

    def blank(self):
        return self.one("", " ", "\t", "  ") if self.chance(0.3) else ""


# Disagreements


def odd_place(text, error):
    """Whether the parser stopped at a character that stands nowhere in the grammar outside of quotes and numbers."""
    line, column = map(int, error.split(":")[:2])
    before = text.split("\n")[line - 1].encode()[:column - 1].decode(errors="replace")
    after = text.split("\n")[line - 1].encode()[column - 1:].decode(errors="replace")
    return after[:1].isspace() or after[:1] in "\0\ufeff" or before.endswith("}") or before.endswith('"')


# Which format and reader, who takes it: "reader" or "parser", what the other one says of it, and where the
# specification has the parser right. What is said is that of the parser when the reader takes it, and the last line of
# the reader's that was run when it does not.
DISAGREEMENTS = [
    # OpenMetrics 1.0.0, ABNF.
    ("openmetrics", "reader", r"cannot be \".*[^\x00-\x7f]", "DIGIT is ASCII's", None),
    ("openmetrics", "reader", r"cannot be \"[+-]nan", "a NaN has no sign", None),
    ("openmetrics", "reader", r"cannot be \".*1e999", "no double has this value; Go refuses it as well", None),
    ("openmetrics", "reader", r"a timestamp cannot be", "a timestamp is a number to its end", None),
    ("openmetrics", "reader", r"a name is empty", "a name has a character", None),
    ("openmetrics", "reader", r"a unit has letters", "a unit is of metricname-chars", None),
    ("openmetrics", "reader", r"\"=\" was expected, not \":", "a label's name has no colon unless it is quoted", None),
    ("openmetrics", "reader", r"was expected|is missing", "no blanks but single spaces, where they stand", odd_place),
    ("openmetrics", "reader", r"\"# \" was expected|HELP, TYPE, UNIT or EOF was expected|the name of a metric was expected",
     "descriptors begin with a number sign and one space", None),
    ("openmetrics", "reader", r"a bucket has a number as its le|a quantile is from 0 to 1", "a number has no blanks",
     lambda text, error: re.search(r'(le|quantile)="[^"]*[\s_]', text)),
    ("openmetrics", "reader", r"value of a sample cannot be \"\{", "no blank before the labels", None),
    ("openmetrics", "reader", r"the timestamps go backwards", "the reader reads -0.5 as 0.5",
     lambda text, error: re.search(r" -0?\.\d", text)),
    # OpenMetrics 1.0.0, "Histogram".
    ("openmetrics", "reader", r"the bounds of the buckets do not rise", "each bucket of a point comes once, in order", None),
    # Defects of the reader, with the line of it that fails.
    ("openmetrics", "parser", r"self\.nsec [<>]", "compares timestamps of two kinds", None),
    ("openmetrics", "parser", r"Timestamps went backwards", "reads -0.5 as 0.5",
     lambda text, error: re.search(r" -0?\.\d", text)),
    ("openmetrics", "parser", r"^raise ValueError$", "knows no quoted name without a descriptor",
     lambda text, error: '{' in text and re.search(r'"[^"]*"(,|\})|\{"', text)),
    ("openmetrics", "parser", r"Clashing name|text\[0\]", "takes blanks off the ends of quoted names",
     lambda text, error: re.search(r'"\s|\s"', text)),
    ("openmetrics", "parser", r"Invalid line|missing close quote|return float", "counts quotes that are escaped",
     lambda text, error: '\\"' in text),
    ("openmetrics", "parser", r"\+Inf bucket missing|Count does not match",
     "drops samples of a later timestamp that it saw at an earlier one",
     lambda text, error: re.search(r"[}t] \d+ [\d.-]", text)),
    # "Text-based format".
    ("text", "parser", r"expected integer as timestamp, got \\\"\\\"|spurious string after timestamp: \\\"(\s|\\\\t)+\\\"",
     "trailing blanks are ignored", None),
    ("text", "reader", r"a type is missing|the TYPE of|a second TYPE|a second HELP|belongs to",
     "after TYPE stand exactly two tokens, and one HELP and TYPE line is all a name has", None),
    ("text", "reader", r"the label .* comes twice", "a label comes once, le and quantile too", None),
    ("text", "reader", r"a type was expected", "the types are written in small letters, without escapes", None),
]


def explained(form, taker, said, text, error):
    return any(
        (form, taker) == row[:2] and re.search(row[2], said) and (row[4] is None or row[4](text, error))
        for row in DISAGREEMENTS)


# Readers


def verdicts(program, argument, texts):
    """What a program says of each text: None when it takes it."""
    output = subprocess.run([program, argument], input=b"\x1e".join(text.encode() for text in texts), check=True,
                            capture_output=True).stdout.decode()
    lines = output.splitlines()
    assert len(lines) == len(texts), f"{len(lines)} verdicts of {len(texts)}"
    return [None if line == "1" else line[2:] for line in lines]


def python_verdict(text):
    try:
        list(text_string_to_metric_families(text))
        return None
    except Exception as error:  # It has errors of many types, IndexError and AttributeError among them.
        last = traceback.extract_tb(error.__traceback__)[-1]
        return last.line


def compare(form, texts, ours, theirs):
    problems = 0
    for text, error, other in zip(texts, ours, theirs):
        if (error is None) == (other is None):
            continue
        taker, said = ("reader", error) if other is None else ("parser", other)
        if not explained(form, taker, said, text, error):
            problems += 1
            if problems <= 10:
                print(f"{form}: the {taker} takes {text!r}, the other one says: {said}")
    taken = sum(error is None for error in ours)
    print(f"{form}: {len(texts)} expositions, {taken} taken, {problems} disagreements that nothing explains")
    assert taken > len(texts) // 20, "next to nothing is right"
    return problems


def main():
    verdict_program, go_program = sys.argv[1:3]
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else random.SystemRandom().randrange(1 << 32)
    count = int(sys.argv[4]) if len(sys.argv) > 4 else 20_000
    print(f"seed {seed}")
    writer = OpenMetricsWriter(seed)
    texts = [writer.text() for _ in range(count)]
    ours = verdicts(verdict_program, "openmetrics", texts)
    problems = compare("openmetrics", texts, ours, [python_verdict(text) for text in texts])
    writer = TextWriter(seed)
    texts = [writer.text() for _ in range(count)]
    ours = verdicts(verdict_program, "text", texts)
    problems += compare("text", texts, ours, verdicts(go_program, "verdicts", texts))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
