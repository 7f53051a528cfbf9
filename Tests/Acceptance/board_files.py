"""Which files does the command write, and do Grafana's own types take them without loss?"""

import json
import pathlib
import re
import subprocess


def write_boards(mailobs, folder, *options):
    output = subprocess.run(
        [mailobs, "dashboards", "--output", folder, *options], check=True, capture_output=True, text=True).stdout
    return [pathlib.Path(line) for line in output.splitlines()]


def check_left_over(mailobs, folder):
    """A board that an earlier call with more groups left is told of."""
    write_boards(mailobs, folder)
    found = subprocess.run(
        [mailobs, "dashboards", "--output", folder, "--groups", "imap"], check=True, capture_output=True, text=True)
    written = {pathlib.Path(line).name for line in found.stdout.splitlines()}
    left = {path.name for path in pathlib.Path(folder).glob("*.json")} - written
    assert left and all(name in found.stderr for name in left), (left, found.stderr)
    assert not any(name in found.stderr for name in written), found.stderr


def lost(ours, theirs, place=""):
    """What of a document is not in the one that was read and written back."""
    if isinstance(ours, dict):
        if not isinstance(theirs, dict):
            return [place]
        return [one for key in ours for one in lost(ours[key], theirs.get(key), f"{place}.{key}")]
    if isinstance(ours, list):
        if not isinstance(theirs, list) or len(ours) != len(theirs):
            return [place]
        return [one for index, part in enumerate(ours) for one in lost(part, theirs[index], f"{place}[{index}]")]
    return [] if ours == theirs or ours is None else [place]


def check_types(path):
    """Grafana's own types read the board, and write all of it back."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

    register_default_plugins()
    ours = json.loads(path.read_text())
    theirs = json.loads(JSONEncoder(sort_keys=True).encode(Dashboard.from_json(ours)))
    # Of Prometheus' annotations the types know the query alone.
    gone = [place for place in lost(ours, theirs) if not re.fullmatch(r"\.annotations\.list\[\d\]\.(titleFormat|step)", place)]
    assert not gone, f"{path.name}: lost by Grafana's types: {gone[:10]}"
