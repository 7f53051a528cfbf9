#!/usr/bin/env python3
"""Do the JSON forms stay valid JSON and true, whatever names, helps and labels say? Python's json, in strict mode.

Usage: json_forms.py PATH_TO_EXPOSITION_SAMPLES [SEED…]
"""

import json
import math
import sys

from recorded_samples import RecordedSamples, random_seeds


def refuse(text):
    raise AssertionError(f"not JSON: {text}")


def unique(pairs):
    result = dict(pairs)
    assert len(result) == len(pairs), f"a key comes twice in {[key for key, _ in pairs]}"
    return result


def strict(text):
    return json.loads(text, object_pairs_hook=unique, parse_constant=refuse, strict=True)


def samples_of(name, value):
    """`/metrics.json`'s value of a family as samples: (name, labels, number)."""
    if value is None or not isinstance(value, (dict, list)) or "bucket" in value:
        forms = [((), value)]
    elif isinstance(value, dict):
        ((label, numbers),) = value.items()
        forms = [(((label, key),), number) for key, number in numbers.items()]
    else:
        forms = [
            (tuple(sorted((key, text) for key, text in entry.items() if key != "@")), entry["@"]) for entry in value
        ]
    for labels, number in forms:
        if not isinstance(number, dict):
            yield name, labels, number
            continue
        assert list(number) == ["count", "sum", "avg", "bucket"], number
        yield name + "_count", labels, number["count"]
        yield name + "_sum", labels, number["sum"]
        assert math.isclose(number["avg"], number["sum"] / number["count"]), number
        for bound, count in number["bucket"]:
            le = "inf" if bound is None else repr(float(bound))
            yield name + "_bucket", tuple(sorted((*labels, ("le", le)))), count


def check(samples):
    families = strict(samples.document["json"])
    found = {}
    for name, family in families.items():
        assert list(family) == ["help", "type", "value"], family
        assert family["type"] in ("counter", "gauge", "histogram", "untyped"), family
        for sample, labels, number in samples_of(name, family["value"]):
            key = (sample, frozenset(labels))
            assert key not in found, key
            found[key] = math.nan if number is None else float(number)
    samples.compare(found, "/metrics.json", infinite=math.nan)

    found = {}
    for name, value in strict(samples.document["vars"]).items():
        if isinstance(value, dict):
            found.update({(name, frozenset([("key", key)])): float(number) for key, number in value.items()})
        else:
            found[name, frozenset()] = float(value)
    samples.compare_variables(found)
    return len(found)


def main():
    seeds = [int(text) for text in sys.argv[2:]] or random_seeds(5)
    for seed in seeds:
        for utf8 in (False, True):
            check(RecordedSamples(sys.argv[1], seed, utf8))
    print(f"valid JSON and the same values, with seeds {seeds}")


if __name__ == "__main__":
    main()
