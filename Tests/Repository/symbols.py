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


def extract(package, built, folder, modules, *flags):
    """The symbol graphs of modules that were built for debugging.

    `swift package dump-symbol-graph` turns all traits on, builds every package of others, and all of it anew.
    """
    target = json.loads(subprocess.run(
        ["swift", "-print-target-info"], capture_output=True, check=True, text=True).stdout)["target"]["unversionedTriple"]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for module in sorted(modules):
        subprocess.run(
            ["swift", "symbolgraph-extract", "-module-name", module, "-target", target,
             "-I", built / "Modules", "-I", package / "Sources/CObservabilityShims/include", *flags,
             "-minimum-access-level", "public", "-skip-synthesized-members", "-output-dir", folder],
            check=True)
    return sorted(folder.glob("*.symbols.json"))


def graphs():
    """Those of the modules that an embedder sees."""
    subprocess.run(["swift", "build"], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return extract(ROOT, ROOT / ".build/debug", ROOT / ".build/symbolgraphs", modules())


def bridges(package):
    """Those of the bridges, of a package that was built with all traits."""
    told = subprocess.run(["swift", "package", "dump-package"], cwd=package, check=True, capture_output=True, text=True)
    names = [trait["name"] for trait in json.loads(told.stdout)["traits"] if not trait["enabledTraits"]]
    built = package / ".build/debug"
    # What packages of others have written in C: with a map of their own, or one that was made for the build.
    maps = [*built.glob("*.build/module.modulemap"),
            *(path for path in package.glob(".build/checkouts/*/Sources/*/include/module.modulemap"))]
    flags = [flag for path in maps for flag in ("-Xcc", f"-fmodule-map-file={path}")]
    return extract(package, built, package / ".build/symbolgraphs", [f"MailObservability{name}" for name in names], *flags)
