"""Which symbols does an embedder see, as the compiler tells it?"""

import json
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def modules():
    """The modules of which `import MailObservability` shows an embedder something, and the products beside it."""
    exports = (ROOT / "Sources/MailObservability/Exports.swift").read_text()
    products = {"MailObservability", "MetricParsing", "MailObservabilityTesting", "ObservabilityManualClock"}
    return products | set(re.findall(r"public import (?:\w+ )?(\w+)", exports))


def graphs():
    """The symbol graphs of the modules, made anew of what was built for debugging.

    `swift package dump-symbol-graph` turns all traits on, and with them builds every package of others.
    """
    subprocess.run(["swift", "build"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    target = json.loads(subprocess.run(
        ["swift", "-print-target-info"], capture_output=True, check=True, text=True).stdout)["target"]["unversionedTriple"]
    folder = ROOT / ".build/symbolgraphs"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for module in sorted(modules()):
        subprocess.run(
            ["swift", "symbolgraph-extract", "-module-name", module, "-target", target,
             "-I", ROOT / ".build/debug/Modules", "-I", ROOT / "Sources/CObservabilityShims/include",
             "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder],
            check=True)
    return sorted(folder.glob("*.symbols.json"))


def bridges(package):
    """The symbol graphs of the bridges, of a package that was built with all traits."""
    subprocess.run(
        ["swift", "package", "--traits", "All", "dump-symbol-graph", "--minimum-access-level", "public",
         "--skip-synthesized-members"],
        cwd=package, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    traits = subprocess.run(["swift", "package", "dump-package"], cwd=package, check=True, capture_output=True, text=True)
    names = [trait["name"] for trait in json.loads(traits.stdout)["traits"]]
    # A package that extends others' types has a graph for each of their modules too.
    return sorted(path for name in names
                  for path in package.glob(f".build/*/symbolgraph/MailObservability{name}[.@]*symbols.json"))
