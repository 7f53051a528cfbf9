#!/usr/bin/env python3
"""Is the tree itself in order? What no compiler says.

- No two paths differ in case only: a case-insensitive file system takes them for one.
- Nothing stands at the top but what belongs there: what a tool has left behind is soon committed with the rest.
- Every Swift block of the README and the documentation is a run of lines of a source in Tests/Embedding, which compiles.
- Every Swift file begins with the question that it answers.
- No text names a folder of the machine that it was written on.
- Tests/Embedding stores every public type by its bare name, beside the libraries that a host uses.
- What the tables of the articles on migrating and recording name exists: calls in Tests/Embedding, symbols in the public
  listing, metrics in the catalogue, paths in the table of routes.
"""

import collections
import pathlib
import re
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parents[2]
EMBEDDING = ROOT / "Tests/Embedding/Sources"
# Names that swift-metrics has too: documented, and written with the module's name where both are imported.
SHARED = {"Counter", "Gauge"}


TOP = set(
    ".ci .editorconfig .github .gitignore .swift-format Benchmarks CHANGELOG.md LICENSE Package.swift README.md Sources "
    "Tests dashboards".split())


def tracked():
    output = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    return [path for path in output.decode().split("\0") if path]


# Paths


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


def strays(paths):
    return sorted({path.split("/")[0] for path in paths} - TOP)


def check_top(paths):
    return [f"{name}: does not belong at the top" for name in strays(paths)]


def check_cases(paths):
    return [f"paths that differ in case only: {', '.join(group)}" for group in colliding(paths)]


# Swift blocks


def uncommented(text):
    """A Swift source's doc comments as the text that they are, everything else blank."""
    lines = []
    for line in text.splitlines():
        comment = re.match(r"\s*/// ?(.*)$", line)
        lines.append(comment.group(1) if comment else "")
    return "\n".join(lines)


def blocks(text):
    """Every Swift block: the number of its first line, and its lines without their common indent."""
    found, start = [], None
    for number, line in enumerate(text.splitlines(), 1):
        if start is None and line.strip() == "```swift":
            start, lines = number + 1, []
        elif start is not None and line.strip() == "```":
            found.append((start, dedented(lines)))
            start = None
        elif start is not None:
            lines.append(line)
    if start is not None:
        found.append((start, ["a block that never ends"]))
    return found


def dedented(lines):
    return [line.rstrip() for line in textwrap.dedent("\n".join(lines)).strip("\n").split("\n")]


def stands_in(block, source):
    """Whether the block is a run of the source's lines, at whatever depth."""
    length = len(block)
    return any(
        source[start].strip() == block[0].strip() and dedented(source[start:start + length]) == block
        for start in range(len(source) - length + 1))


def unproved(text, sources):
    return [start for start, block in blocks(text) if not any(stands_in(block, source) for source in sources)]


def check_blocks(paths):
    sources = [path.read_text().splitlines() for path in sorted(EMBEDDING.rglob("*.swift"))]
    problems, count = [], 0
    for path in paths:
        if not (path == "README.md" or path.startswith("Sources/") and path.endswith((".md", ".swift"))):
            continue
        text = (ROOT / path).read_text()
        if path.endswith(".swift"):
            text = uncommented(text)
        count += len(blocks(text))
        for line in unproved(text, sources):
            problems.append(f"{path}:{line}: this block stands in no source of Tests/Embedding")
    return problems if count else ["not one Swift block was found"]


# Tables that name what there is

TABLES = (
    "MigratingFromRusmesMetrics.md", "MigratingFromSwiftPrometheus.md", "MigratingFromSwiftMetrics.md", "RecordingInAServer.md")
# A row without a counterpart says so in these words, and in no others.
WITHOUT = ("not offered", "none")


def rows(text):
    """The second cell of each row of each table, with the number of its line; not of heads and rules."""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        is_head = number < len(lines) and lines[number].startswith("|-")
        if line.startswith("| ") and not is_head and len(cells) > 1:
            yield number, cells[1].rstrip(" |")


def is_there(name, there):
    if name.startswith("rusmes_"):
        return name.split("{")[0] in there.metrics
    if name.startswith("/"):
        return f'"{name}"' in there.routes
    if (ROOT / name).exists():
        return True
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", there.code) is not None


def untrue(text, there):
    problems = []
    for number, cell in rows(text):
        symbols = re.findall(r"``([^`]+)``", cell)
        names = re.findall(r"`([^`]+)`", re.sub(r"``[^`]+``", "", cell))
        if not symbols and not names and cell not in WITHOUT:
            problems.append((number, f"neither a counterpart nor '{WITHOUT[0]}': {cell}"))
        problems += [(number, f"no such thing: {name}") for name in names if not is_there(name, there)]
        problems += [
            (number, f"not public: {name}") for name in symbols if name.replace("/", ".") not in there.symbols]
    return problems


There = collections.namedtuple("There", "metrics routes code symbols")


def what_is_there():
    catalogue = (ROOT / "Tests/MailObservabilityTests/CatalogueTests.swift").read_text()
    lines = re.search(r'let catalogue = """\n(.*?)"""', catalogue, re.S).group(1).splitlines()
    listing = (ROOT / "Tests/Repository/public-api.txt").read_text()
    routes = ["Sources/ObservabilityEndpoints/Routes/RouteTable.swift", "Sources/MailObservability/Server/MetricsConfig.swift"]
    return There(
        metrics={f"rusmes_{name}" for line in lines for name in line.split()[1:]},
        routes="\n".join((ROOT / path).read_text() for path in routes),
        code="\n".join(re.sub(r"//.*", "", path.read_text()) for path in sorted(EMBEDDING.rglob("*.swift"))),
        symbols=set(re.findall(r"^\w+ (\S+):", listing, re.M)))


def check_tables():
    there, problems = what_is_there(), []
    for name in TABLES:
        path = f"Sources/MailObservability/MailObservability.docc/{name}"
        text = (ROOT / path).read_text()
        if not list(rows(text)):
            problems.append(f"{path}: no table was found")
        problems += [f"{path}:{line}: {problem}" for line, problem in untrue(text, there)]
    return problems


# Variables of the environment

def variables(source):
    """The names that MetricsConfig reads, as its source has them."""
    found = set(re.findall(r'(?:\.init\(\s*(?:list: )?|\bvariable\(\s*|= )"([A-Z][A-Z_]+)"', source))
    for name, prefix in (("deadline", "DEADLINE_"), ("limit", "MAXIMUM_")):
        found |= {prefix + end for end in re.findall(rf'\b{name}\(\s*"([A-Z_]+)"', source)}
    return {"MAILOBS_" + name for name in found if not name.endswith("_")}


def check_variables():
    read = variables((ROOT / "Sources/MailObservability/Server/MetricsConfig+Variables.swift").read_text())
    article = "Sources/MailObservability/MailObservability.docc/ExposingSafely.md"
    told = {
        name for line in (ROOT / article).read_text().splitlines() if line.startswith("| `MAILOBS_")
        for name in re.findall(r"`(MAILOBS_[A-Z_]+)`", line.split(" | ")[0])}
    return [f"{article}: {name} is {'not told of' if name in read else 'read by nothing'}" for name in read ^ told]


# Rules of the linter

def check_rules():
    source = (ROOT / "Sources/MetricParsing/Linting/MetricFinding.swift").read_text()
    article = "Sources/MailObservability/MailObservability.docc/LintingMetrics.md"
    rules = set(re.findall(r'case \w+ = "([a-z-]+)"', source))
    told = set(re.findall(r"^\| `([a-z-]+)` \|", (ROOT / article).read_text(), re.M))
    return [f"{article}: {name} is {'not told of' if name in rules else 'no rule'}" for name in rules ^ told]


# First lines


def is_question(line):
    return bool(re.match(r"// \S.*\?", line))


def check_first_lines(paths):
    return [
        f"{path}: the first line is not the question that the file answers"
        for path in paths
        if path.endswith(".swift") and pathlib.PurePath(path).name != "Package.swift"
        and (lines := (ROOT / path).read_text().splitlines()) and not is_question(lines[0])]


# Paths of a machine


def machine_paths(text):
    """Folders that another machine does not have: somebody's home, a toolchain's place, a checkout's."""
    return re.findall(r"(?<![\w/.:*-])/(?:root|home|Users|work|opt)/[\w.-]+", text)


def check_machine_paths(paths):
    return [
        f"{path}: speaks of {name}"
        for path in paths
        if (ROOT / path).is_file()
        for name in machine_paths((ROOT / path).read_bytes().decode(errors="ignore"))]


# Names


def public_types(listing):
    """The types of the listing that are not nested in another."""
    types = set()
    for line in listing.splitlines():
        match = re.match(r"\w+ (\w+): (?:@\S+ )*(?:final )?(?:class|struct|enum|actor|protocol|typealias) ", line)
        if match:
            types.add(match.group(1))
    return types


def unnamed(types, text):
    code = re.sub(r"//.*", "", text)

    def pattern(name):
        return rf"MailObservability\.{name}\b" if name in SHARED else rf"(?<![\w.]){name}\b"
    return sorted(name for name in types if not re.search(pattern(name), code))


def check_names():
    listing = "".join((ROOT / "Tests/Repository" / name).read_text() for name in ("public-api.txt", "public-api-bridges.txt"))
    text = "\n".join(path.read_text() for path in (EMBEDDING / "names-beside-others").glob("*.swift"))
    return [f"{name}: not stored by its bare name in names-beside-others" for name in unnamed(public_types(listing), text)]


def check_checks():
    """What the checks must find, so that one that finds nothing is not taken for a tree in order."""
    assert strays(["Sources/a", "core", "new/b"]) == ["core", "new"]
    assert colliding(["a/http", "a/HTTP/x"]) == [["a/HTTP", "a/http"]]
    block = "text\n```swift\nlet a = 1\nif a {\n  b()\n}\n```\n"
    assert unproved(block, [["func f() {", "  let a = 1", "  if a {", "    b()", "  }", "}"]]) == []
    assert unproved(block, [["let a = 1", "if a {", "b()", "}"]]) == [3]
    assert unproved(uncommented("  /// ```swift\n  /// x()\n  /// ```"), [["y()"]]) == [2]
    assert unproved("```swift\nlet a = 1\n", [["let a = 1"]]) == [2]
    there = There({"rusmes_a_total"}, 'at: "/ready"', "metrics.a.increment()", {"Counter", "Histogram.Timer"})
    table = "| old | new | why |\n|---|---|---|\n| `x` | %s | |\n"
    for cell in ("`metrics.a.increment()`, ``Histogram/Timer``", '`rusmes_a_total{b="c"}`', "`/ready`", "not offered"):
        assert untrue(table % cell, there) == [], cell
    for cell in ("`metrics.a.incr`", "``Histogram/Timers``", "`rusmes_b_total`", "`/read`", "", "soon"):
        assert [line for line, _ in untrue(table % cell, there)] == [3], cell
    assert is_question("// Who? He.") and not is_question("// Somebody.") and not is_question("import Foundation")
    home = "/".join(["", "home", "somebody"])
    assert machine_paths(f"see {home}.") == [f"{home}."] and machine_paths(f"https://example.com{home}") == []
    assert public_types("M Counter: final class Counter\nM Counter.add(): func add()\n") == {"Counter"}
    assert unnamed({"Counter", "Registry"}, "let a: Other.Counter, b: Other.Registry") == ["Counter", "Registry"]
    source = 'prefix = "MAILOBS_" .init("PATH", "p") .init(\n"HEAD_X", "h") deadline("BODY", "b") limit(\n "SIZE", "s")'
    source += '.init(\n list: "NETS", "n") variable("CHECKS", "c")'
    assert variables(source) == {f"MAILOBS_{name}" for name in (
        "PATH", "HEAD_X", "DEADLINE_BODY", "MAXIMUM_SIZE", "NETS", "CHECKS")}
    assert unnamed({"Registry"}, "// a Registry") == ["Registry"] and unnamed({"Registry"}, "let a: Registry") == []


def main():
    check_checks()
    paths = tracked()
    problems = [
        *check_top(paths), *check_cases(paths), *check_blocks(paths), *check_first_lines(paths), *check_machine_paths(paths),
        *check_names(), *check_tables(), *check_variables(), *check_rules(),
    ]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
