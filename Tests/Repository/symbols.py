"""Which symbols does an embedder see, as the compiler tells it?"""

import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def modules():
    """The modules of which `import MailObservability` shows an embedder something, and the products beside it."""
    exports = (ROOT / "Sources/MailObservability/Exports.swift").read_text()
    products = {"MailObservability", "MetricParsing", "MailObservabilityTesting", "ObservabilityManualClock"}
    bridges = re.findall(r'bridge\(\s*"(\w+)"', (ROOT / "Package.swift").read_text())
    return products | set(re.findall(r"public import (?:\w+ )?(\w+)", exports)) | {"MailObservability" + name for name in bridges}


def graphs():
    """The symbol graphs of the modules, made anew."""
    # SwiftPM leaves those of modules and extensions that exist no longer.
    for path in ROOT.glob(".build/bridges/*/symbolgraph/*.symbols.json"):
        path.unlink()
    output = subprocess.run(
        ["swift", "package", "--traits", "All", "--scratch-path", ".build/bridges", "dump-symbol-graph",
         "--minimum-access-level", "public", "--skip-synthesized-members"],
        cwd=ROOT, capture_output=True, text=True, env=os.environ | {"TEST_TARGETS": "none"})
    folders = [line.split("Files written to ", 1)[1] for line in output.stdout.splitlines() if "Files written to" in line]
    found = {}
    for path in sorted(pathlib.Path(folders[0]).glob("*.symbols.json")) if folders else []:
        module = path.name.removesuffix(".symbols.json").split("@")[0]
        if module in modules():
            found.setdefault(module, []).append(path)
    missing = modules() - found.keys()
    if missing:
        sys.exit(f"{output.stdout}{output.stderr}no symbol graph: {', '.join(sorted(missing))}")
    return [path for paths in found.values() for path in paths]
