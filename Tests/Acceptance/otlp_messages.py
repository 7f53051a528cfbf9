#!/usr/bin/env python3
"""Do the official message classes find in a request what the spans were given?

otlp_messages.py TRACE-SAMPLES [SEED]: has the program make random spans, parses what it encodes with the classes of
opentelemetry-proto, and compares every field with the program's own description. What compares equal is also written
again by the classes: the bytes are the same.
"""

import gzip
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence

from google.protobuf.unknown_fields import UnknownFieldSet
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

REQUESTS = 40


def value(message):
    """An AnyValue as the program describes it."""
    kind = message.WhichOneof("value")
    if kind == "string_value":
        return {"string": message.string_value}
    if kind == "int_value":
        return {"int": message.int_value}
    if kind == "bool_value":
        return {"bool": message.bool_value}
    if kind == "double_value":
        return {"double": f"{struct.unpack('<Q', struct.pack('<d', message.double_value))[0]:x}"}
    if kind == "array_value":
        return {"array": [value(member) for member in message.array_value.values]}
    return {"unexpected": kind}


def attributes(messages):
    return [{"key": message.key, "value": value(message.value)} for message in messages]


def event(message):
    return {
        "name": message.name, "time": message.time_unix_nano, "attributes": attributes(message.attributes),
        "dropped_attributes": message.dropped_attributes_count}


def link(message):
    return {
        "trace_id": message.trace_id.hex(), "span_id": message.span_id.hex(), "trace_state": message.trace_state,
        "flags": message.flags, "attributes": attributes(message.attributes),
        "dropped_attributes": message.dropped_attributes_count}


def span(message):
    return {
        "trace_id": message.trace_id.hex(), "span_id": message.span_id.hex(),
        "parent_span_id": message.parent_span_id.hex(), "trace_state": message.trace_state, "flags": message.flags,
        "name": message.name, "kind": message.kind, "start": message.start_time_unix_nano,
        "end": message.end_time_unix_nano, "attributes": attributes(message.attributes),
        "dropped_attributes": message.dropped_attributes_count, "events": [event(one) for one in message.events],
        "dropped_events": message.dropped_events_count, "links": [link(one) for one in message.links],
        "dropped_links": message.dropped_links_count,
        "status": {"code": message.status.code, "message": message.status.message}}


# What is compared of each message.
COMPARED = {
    "ExportTraceServiceRequest": {"resource_spans"},
    "ResourceSpans": {"resource", "scope_spans", "schema_url"},
    "Resource": {"attributes"},
    "ScopeSpans": {"scope", "spans", "schema_url"},
    "InstrumentationScope": {"name", "version"},
    "Span": {
        "trace_id", "span_id", "trace_state", "parent_span_id", "flags", "name", "kind", "start_time_unix_nano",
        "end_time_unix_nano", "attributes", "dropped_attributes_count", "events", "dropped_events_count", "links",
        "dropped_links_count", "status"},
    "Event": {"time_unix_nano", "name", "attributes", "dropped_attributes_count"},
    "Link": {"trace_id", "span_id", "trace_state", "attributes", "dropped_attributes_count", "flags"},
    "Status": {"message", "code"},
    "KeyValue": {"key", "value"},
    "AnyValue": {"string_value", "int_value", "bool_value", "double_value", "array_value"},
    "ArrayValue": {"values"},
}


def not_compared(message):
    """Fields that are set, here or deeper, and that nothing looks at, known or unknown."""
    name = message.DESCRIPTOR.name
    found = {f"{name}.{field.field_number}" for field in UnknownFieldSet(message)}
    for field, content in message.ListFields():
        if field.name not in COMPARED[name]:
            found.add(f"{name}.{field.name}")
        elif field.message_type is not None:
            for one in content if isinstance(content, Sequence) else [content]:
                found |= not_compared(one)
    return found


def compare(number, request, expected):
    """What differs, each as a line."""
    if len(request.resource_spans) != 1 or len(request.resource_spans[0].scope_spans) != 1:
        return ["not one resource with one scope"]
    resource, scope = request.resource_spans[0], request.resource_spans[0].scope_spans[0]
    problems = []

    def check(name, found, wanted):
        if found != wanted:
            problems.append(f"{number}: {name} is {found!r}, not {wanted!r}")

    found = attributes(resource.resource.attributes)
    by_key = {one["key"]: one["value"] for one in found}
    check("the number of resource attributes", len(found), len(by_key))
    for one in expected["given"]:
        check(f"the resource's {one['key']!r}", by_key.get(one["key"]), one["value"])
    check("service.name", by_key.get("service.name"), {"string": expected["service_name"]})
    check("service.version", by_key.get("service.version"), {"string": expected["service_version"]})
    check("process.pid", by_key.get("process.pid"), {"int": expected["pid"]})
    check("telemetry.sdk.language", by_key.get("telemetry.sdk.language"), {"string": "swift"})
    check("dropped attributes of the resource", resource.resource.dropped_attributes_count, 0)
    check("the resource's schema", resource.schema_url, expected["schema_url"])
    check("the scope's schema", scope.schema_url, expected["schema_url"])
    check("the scope", scope.scope.name, "swift-mail-observability")
    check("the scope's version", bool(scope.scope.version), True)
    check("the number of spans", len(scope.spans), len(expected["spans"]))
    for index, (message, wanted) in enumerate(zip(scope.spans, expected["spans"])):
        wanted = dict(wanted)
        if same := wanted.pop("same_trace"):
            check(f"span {index}: the parent's trace", message.trace_id.hex(), same)
        for name, one in span(message).items():
            check(f"span {index}: {name}", one, wanted.pop(name))
        check(f"span {index}: what was not compared", list(wanted), [])
    check("what was not compared", not_compared(request), set())
    return problems


def main():
    program, seed = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else str(random.getrandbits(64))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        made = subprocess.run(
            [program, str(folder), seed, str(REQUESTS)], check=True, capture_output=True, text=True, timeout=120)
        print(made.stdout.strip())
        spans, size, problems = 0, 0, []
        paths = sorted(folder.glob("*.pb"))
        for path in paths:
            data = path.read_bytes()
            if gzip.decompress(path.with_suffix(".pb.gz").read_bytes()) != data:
                problems.append(f"{path.stem}: what was compressed is something else")
            request = ExportTraceServiceRequest()
            request.ParseFromString(data)
            problems += compare(path.stem, request, json.loads(path.with_suffix(".json").read_text()))
            if request.SerializeToString() != data:
                problems.append(f"{path.stem}: written again it has other bytes")
            spans += len(request.resource_spans[0].scope_spans[0].spans)
            size += len(data)
    for problem in problems[:20]:
        print(problem)
    print(f"{len(paths)} requests, {spans} spans, {size} bytes: {len(problems)} differences")
    sys.exit(1 if problems or not paths else 0)


main()
