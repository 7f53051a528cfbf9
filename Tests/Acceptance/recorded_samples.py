"""What was recorded by exposition-samples, and does a reader's view of it agree?"""

import json
import math
import random
import subprocess


def random_seeds(count):
    return [random.SystemRandom().randrange(1 << 63) for _ in range(count)]


def canonical(labels):
    """A bound has several spellings; the number is what counts."""
    return frozenset((name, repr(float(value)) if name == "le" else value) for name, value in labels)


class RecordedSamples:
    def __init__(self, binary, seed, utf8):
        self.seed = f"seed {seed}{' utf8' if utf8 else ''}"
        run = subprocess.run(
            [binary, str(seed), *(["utf8"] if utf8 else [])], capture_output=True, text=True, timeout=120
        )
        assert run.returncode == 0, f"{self.seed}: {run.stderr}"
        self.document = json.loads(run.stdout)
        self.expected = self._values(self.document["samples"])
        self.variables = self._values(self.document["variables"])

    @staticmethod
    def _values(entries):
        return {
            (entry["name"], canonical(entry["labels"].items())): float(entry["value"])
            for entry in entries
            if entry["value"] != "skipped"
        }

    def compare(self, found, reader, infinite=None, ignore_empty_labels=False, ignored=()):
        """`found` maps (name, labels) to a number. `infinite` is what the reader has for infinities."""

        def seen(labels):
            return frozenset(pair for pair in canonical(labels) if pair[1] or not ignore_empty_labels)

        found = {
            (name, seen(labels)): value
            for (name, labels), value in found.items()
            if not name.startswith("observability_") and name not in ignored
        }
        expected = {
            (name, seen(labels)): infinite if infinite is not None and math.isinf(value) else value
            for (name, labels), value in self.expected.items()
        }
        self._compare(found, expected, reader)

    def compare_variables(self, found):
        self._compare(found, self.variables, "/debug/vars")

    def _compare(self, found, expected, reader):
        assert expected, "nothing is expected"
        missing = expected.keys() - found.keys()
        surplus = found.keys() - expected.keys()
        assert not missing and not surplus, (
            f"{self.seed}, {reader}: missing {list(missing)[:3]!r}, surplus {list(surplus)[:3]!r}"
        )
        for key, value in expected.items():
            same = math.isnan(found[key]) if math.isnan(value) else found[key] == value
            assert same, f"{self.seed}, {reader}: {key!r} is {found[key]!r}, recorded was {value!r}"
