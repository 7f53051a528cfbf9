"""Is what was sent what the documentation says? Its tables of spans and attributes, and a comparison."""

import pathlib
import re

ARTICLE = (
    pathlib.Path(__file__).resolve().parents[2]
    / "Sources/MailObservability/MailObservability.docc/ConventionForEMail.md")


def tables():
    """By heading, the cells of each row of its table."""
    found, heading = {}, None
    for line in ARTICLE.read_text().splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("`"):
            found.setdefault(heading, []).append([cell.strip() for cell in line.split(" | ")])
    return found


TABLES = tables()
KINDS = {row[0].strip("`"): row[1] for row in TABLES["Spans"]}
# An attribute and the span that it stands on, with its type.
TYPES = {
    (span, row[0].strip("`")): row[1]
    for row in TABLES["Attributes"] for span in (KINDS if row[2] == "all" else re.findall("`([^`]+)`", row[2]))}
# What the library sets, a test of its own compares.
OF_SERVER = {
    (span, row[0].strip("`")) for row in TABLES["Attributes"] if row[3] == "server" and row[2] != "all"
    for span in re.findall("`([^`]+)`", row[2])}
EVENTS = {
    (row[1].strip("`"), row[0].strip("`"), attribute)
    for row in TABLES["Events"] for attribute in re.findall("`([^`]+)`", row[2])}


def template(name):
    """The row of a span's name."""
    if name in KINDS:
        return name
    if name.split()[0] in ("GET", "HEAD", "POST", "HTTP"):
        return "{method} {route}"
    head = name.split()[0]
    return {"SMTP": "SMTP {command}", "IMAP": "IMAP {command}", "JMAP": "JMAP {method}"}.get(
        head, f"{head} {{{'name' if head == 'mailet' else 'method'}}}")


def check(spans):
    """Everything that was sent stands in the tables. Returns what of the tables was seen."""
    seen = set()
    for one in spans:
        row = template(one.name)
        assert KINDS.get(row) == one.kind, f"the kind of {one.name} is {one.kind}"
        for key, kind in one.types.items():
            assert TYPES.get((row, key)) == kind, f"{key} of {one.name} is {kind}: no such row"
            seen.add((row, key))
        for name, _, attributes in one.events:
            for key in attributes:
                assert (row, name, key) in EVENTS, f"{key} of the event {name}: no such row"
    return seen


def unseen(seen):
    """What servers set by the tables, and nobody has sent."""
    return sorted(OF_SERVER - seen)
