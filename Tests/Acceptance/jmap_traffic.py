"""What is done over JMAP in the acceptance tests? Reading, changing keywords, and every kind of error."""

import json
import urllib.error
import urllib.request

from transcript import basic

USING = ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"]


class JMAPTraffic:
    def __init__(self, port, transcript):
        self.base = f"http://127.0.0.1:{port}"
        self.transcript = transcript
        self.account = None

    def request(self, path, body=None, user="alice", password="secret", result="success"):
        """One HTTP request, with what it must have moved."""
        add = self.transcript.add
        headers = {"Content-Type": "application/json"}
        if user:
            headers["Authorization"] = basic(user, password)
            add('rusmes_authentication_mechanisms_total{mechanism="other"}')
            add(f'rusmes_authentication_attempts_total{{protocol="jmap",result="{result}"}}')
        if body is not None:
            add("rusmes_jmap_requests_total")
            add("rusmes_jmap_request_duration_seconds_count")
            add('rusmes_session_bytes_total{protocol="jmap",direction="received"}', len(body))
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.base + path, data=body, headers=headers), timeout=20
            ) as response:
                status, answer = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, answer = error.code, error.read()
        add('rusmes_session_bytes_total{protocol="jmap",direction="sent"}', len(answer))
        if body is not None and status != 200:
            add("rusmes_jmap_errors_total")
        return status, answer

    def call(self, *calls):
        """Method calls in one request; their responses."""
        body = json.dumps({"using": USING, "methodCalls": calls}).encode()
        status, answer = self.request("/jmap/api", body)
        assert status == 200, answer
        responses = json.loads(answer)["methodResponses"]
        known = {"Core/echo", "Mailbox/get", "Mailbox/query", "Email/query", "Email/get", "Email/set"}
        for call, response in zip(calls, responses, strict=True):
            if call[0] in known:
                self.transcript.add(f'rusmes_jmap_method_duration_seconds_count{{method="{call[0]}"}}')
            if response[0] == "error":
                self.transcript.add("rusmes_jmap_errors_total")
        return responses

    def everything(self):
        status, answer = self.request("/jmap/session")
        assert status == 200
        self.account = json.loads(answer)["primaryAccounts"][USING[1]]
        account = {"accountId": self.account}
        echo, boxes, query, mails = self.call(
            ["Core/echo", {"hello": ["wörld", None, 1.5]}, "a"],
            ["Mailbox/get", account, "b"],
            ["Email/query", account | {"filter": {"subject": "mail 0."}, "sort": [{"property": "size"}], "limit": 3}, "c"],
            ["Email/get", account | {"#ids": {"resultOf": "c", "name": "Email/query", "path": "/ids"}}, "d"],
        )
        assert echo[1] == {"hello": ["wörld", None, 1.5]}
        assert {box["role"] for box in boxes[1]["list"]} == {"inbox", "drafts", "sent", "trash"}
        assert [mail["id"] for mail in mails[1]["list"]] == query[1]["ids"] != []
        assert all(mail["subject"].startswith("mail 0.") for mail in mails[1]["list"])
        first = query[1]["ids"][0]
        (change,) = self.call(["Email/set", account | {"update": {first: {"keywords/$flagged": True}}}, "e"])
        assert change[1]["updated"] == {first: None}
        (found,) = self.call(["Email/query", account | {"filter": {"hasKeyword": "$flagged"}}, "f"])
        assert found[1]["ids"] == [first]
        (inbox,) = self.call(["Mailbox/query", account | {"filter": {"role": "inbox"}}, "g"])
        assert len(inbox[1]["ids"]) == 1
        self.errors(account)

    def errors(self, account):
        bogus, foreign, reference = self.call(
            ["Email/dream", account, "a"],
            ["Email/get", {"accountId": "u00"}, "b"],
            ["Email/get", account | {"#ids": {"resultOf": "a", "name": "Email/query", "path": "/ids"}}, "c"],
        )
        assert [response[1]["type"] for response in (bogus, foreign, reference)] == [
            "unknownMethod", "accountNotFound", "invalidResultReference",
        ]
        for body, kind in (
            (b"{", "notJSON"), (b"{}", "notRequest"), (b'{"using":["urn:x"],"methodCalls":[]}', "unknownCapability"),
            (b" " * 300_000, "limit"),
        ):
            status, answer = self.request("/jmap/api", body)
            assert status == 400 and json.loads(answer)["type"].endswith(kind), answer
        assert self.request("/jmap/api", b"{}", user=None)[0] == 401
        assert self.request("/jmap/api", b"{}", password="wrong", result="failure")[0] == 401
        assert self.request("/jmap/session", password="wrong", result="failure")[0] == 401
