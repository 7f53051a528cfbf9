#!/usr/bin/env python3
"""Is the tree itself in order? What no compiler says: paths that a case-insensitive file system takes for one."""

import collections
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tracked():
    output = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [path for path in output.decode().split("\0") if path]


def prefixes(path):
    """The path and every folder above it: `http/a` and `HTTP/b` collide in their folders."""
    parts = path.split("/")
    return ["/".join(parts[: length + 1]) for length in range(len(parts))]


def colliding(paths):
    spellings = collections.defaultdict(set)
    for path in paths:
        for prefix in prefixes(path):
            spellings[prefix.lower()].add(prefix)
    return [sorted(group) for group in spellings.values() if len(group) > 1]


def check_cases():
    assert colliding(["a/http", "a/HTTP/x"]) == [["a/HTTP", "a/http"]], "the check itself finds nothing"
    return [f"paths that differ in case only: {', '.join(group)}" for group in colliding(tracked())]


def main():
    problems = check_cases()
    for problem in problems:
        print(problem)
    print("0 problems" if not problems else f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
