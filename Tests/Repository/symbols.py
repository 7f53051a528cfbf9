"""Which symbols does an embedder see, as the compiler tells it?"""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
# The modules of which an embedder sees something through the product.
MODULES = [
    "MailObservability", "MetricInstruments", "HealthProbes", "EndpointMessages", "ObservabilityHTTP",
    "ObservabilityEndpoints",
]


def graphs():
    """The symbol graphs of the modules, made anew."""
    output = subprocess.run(
        ["swift", "package", "dump-symbol-graph", "--minimum-access-level", "public",
         "--skip-synthesized-members"],
        cwd=ROOT, capture_output=True, text=True)
    folders = [line.split("Files written to ", 1)[1] for line in output.stdout.splitlines() if "Files written to" in line]
    if not folders:
        sys.exit(output.stdout + output.stderr)
    found = []
    for path in sorted(pathlib.Path(folders[0]).glob("*.symbols.json")):
        if path.name.split("@")[0].removesuffix(".symbols.json") in MODULES:
            found.append(path)
    return found
