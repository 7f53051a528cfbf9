#!/usr/bin/env python3
"""Do two processes, and other languages, decide alike on the same million traces?

Each rule is written here again, from the words of its specification. Go's own sampler is asked where `go` and Debian's
golang-opentelemetry-otel-dev are installed, or GOPATH has them.
Usage: sampling.py PATH_TO_SAMPLING_DECISIONS [SEED]
"""

import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
from fractions import Fraction

COUNT = 1_000_000
RATIOS = ("0.5", "0.1", "0.01", "0.333333333333")

GO = """package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

func main() {
	ratio, _ := strconv.ParseFloat(os.Args[1], 64)
	sampler := sdktrace.TraceIDRatioBased(ratio)
	in, out := bufio.NewReader(os.Stdin), bufio.NewWriter(os.Stdout)
	defer out.Flush()
	var p sdktrace.SamplingParameters
	for {
		if _, err := io.ReadFull(in, p.TraceID[:]); err != nil {
			return
		}
		if sampler.ShouldSample(p).Decision == sdktrace.RecordAndSample {
			fmt.Fprint(out, "1")
		} else {
			fmt.Fprint(out, "0")
		}
	}
}
"""


def consistent(ratio):
    """OpenTelemetry, "Probability Sampling": the rejection threshold T is (1 - ratio) * 2^56, R the last 7 bytes."""
    rejection = 2**56 - round(Fraction(ratio) * 2**56)
    return lambda trace: int.from_bytes(trace[9:16], "big") >= rejection


def last(ratio):
    """opentelemetry-python, sdk/trace/sampling.py: the last 8 bytes below a bound of 64 bits."""
    bound = round(ratio * 2**64)
    return lambda trace: int.from_bytes(trace[8:16], "big") < bound


def first(ratio):
    """opentelemetry-go 1.1, sdk/trace/sampling.go: the first 8 bytes, shifted by one, below a bound of 63 bits."""
    bound = int(ratio * 2**63)
    return lambda trace: int.from_bytes(trace[0:8], "big") >> 1 < bound


def run(command, identifiers):
    return subprocess.run(command, input=identifiers, stdout=subprocess.PIPE, check=True).stdout


def go_sampler(folder):
    """A program that asks Go's sampler; None where there is none."""
    paths = os.environ.get("GOPATH", "/usr/share/gocode").split(":")
    library = "src/go.opentelemetry.io/otel/sdk/trace"
    if shutil.which("go") is None or not any((pathlib.Path(path) / library).is_dir() for path in paths):
        return None
    (folder / "main.go").write_text(GO)
    environment = os.environ | {"GOPATH": ":".join(paths), "GO111MODULE": "off", "GOFLAGS": "",
                                "GOCACHE": os.environ.get("GOCACHE", str(folder / "cache"))}
    subprocess.run(["go", "build", "-o", "sampler", "main.go"], cwd=folder, env=environment, check=True)
    return folder / "sampler"


def main():
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.getrandbits(64)
    print(f"seed {seed}")
    identifiers = random.Random(seed).randbytes(16 * COUNT)
    traces = [identifiers[at:at + 16] for at in range(0, len(identifiers), 16)]
    with tempfile.TemporaryDirectory() as folder:
        go = go_sampler(pathlib.Path(folder))
        if go is None:
            print("Go's sampler is not here")
        for text in RATIOS:
            ratio = float(text)
            decisions = {}
            for rule in (consistent, last, first):
                command = [program, rule.__name__, text]
                decided = run(command, identifiers)
                assert len(decided) == COUNT, f"{rule.__name__} {text}: {len(decided)} decisions"
                assert decided == run(command, identifiers), f"{rule.__name__} {text}: two processes disagree"
                is_recorded = rule(ratio)
                expected = bytes(48 + is_recorded(trace) for trace in traces)
                wrong = sum(a != b for a, b in zip(decided, expected))
                assert not wrong, f"{rule.__name__} {text}: {wrong} decisions are others than the rule's"
                share = decided.count(b"1") / COUNT
                # One per cent; of a hundredth, whose standard deviation is that, six of them.
                margin = max(ratio / 100, 6 * (ratio * (1 - ratio) / COUNT) ** 0.5)
                assert abs(share - ratio) <= margin, f"{rule.__name__} {text}: {share}"
                decisions[rule.__name__] = decided
            agreeing = ""
            if go is not None:
                theirs = run([go, text], identifiers)
                names = [name for name in ("last", "first") if decisions[name] == theirs]
                assert names, f"{text}: Go decides otherwise"
                agreeing = f", Go's sampler decides by the {' and the '.join(names)} bytes"
            print(f"{text}: {COUNT} decisions agree by each rule{agreeing}")


main()
