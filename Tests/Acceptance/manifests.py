#!/usr/bin/env python3
"""Would Kubernetes, the Prometheus Operator, Prometheus and Alertmanager take what `dashboards` ships, and is it true?

Offline: Kubernetes' own schemas, strictly; the operator's; what the files say of one another; promtool and amtool. Then the
example is run as the Deployment says, with its user, its privileges, its read-only root and its arguments: the three probes
answer at their ports, mail arrives, and SIGTERM ends it within the grace period. Without the rights to make namespaces that
part is left out, and said so.

Needs Debian's prometheus and prometheus-alertmanager, kubectl, the PyPI packages kubernetes-validate,
cloudcoil-models-prometheus-operator and pyseccomp, and root for all of it. Usage: manifests.py PATH_TO_MAILOBS
PATH_TO_EXAMPLE_MAIL_SERVER
"""

import imaplib
import json
import pathlib
import re
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import kubernetes_validate
import yaml

import operator_schema
import restricted_container

ROOT = pathlib.Path(__file__).resolve().parents[2]
KUBERNETES = ROOT / "dashboards/kubernetes"
PROMETHEUS = ROOT / "dashboards/prometheus"
GRAFANA = ROOT / "dashboards/grafana"
ARTICLES = ROOT / "Sources/MailObservability/MailObservability.docc"
VERSION = "1.37"
# The job that the rules are written for, without --job.
JOB = "rusmes"
WATCHDOG = "MailWatchdog"
OPERATOR = "monitoring.coreos.com/v1"
INSIDE = "--inside"
PATIENCE = 60
# What `kubectl apply` keeps of an object in its annotation.
LARGEST_OBJECT = 262_144


def documents(path):
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


def resources():
    """Every resource that is shipped, by kind and name."""
    found = {}
    for path in sorted(KUBERNETES.glob("*.yaml")):
        for document in documents(path):
            if document["kind"] == "Kustomization":
                continue
            key = document["kind"], document["metadata"]["name"]
            assert key not in found, f"{path.name}: {key} twice"
            found[key] = document
    return found


def problem_of(resource):
    if resource["apiVersion"] == OPERATOR:
        return operator_schema.schema_problem(resource)
    try:
        kubernetes_validate.validate(resource, VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        return f"{'.'.join(map(str, error.absolute_path))}: {error.message}"


def validated(found):
    operator_schema.check()
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"port": []}}
    assert problem_of(wrong), "the schemas take anything"
    for key, resource in found.items():
        problem = problem_of(resource)
        assert problem is None, f"{key}: {problem}"
        assert len(json.dumps(resource)) < LARGEST_OBJECT, f"{key} is too large to be applied"
        if resource["kind"] == "PrometheusRule":
            problem = operator_schema.rule_problem(resource)
            assert problem is None, f"{key}: {problem}"
    told = 0
    for article in sorted(ARTICLES.glob("*.md")):
        for block in re.findall(r"```yaml\n(.*?)```", article.read_text(), re.DOTALL):
            document = yaml.safe_load(block)
            if "apiVersion" in document and "kind" in document:
                problem = problem_of(document)
                assert problem is None, f"{article.name}: {document['kind']}: {problem}"
                told += 1
    print(f"schemas: {len(found)} resources are valid for Kubernetes {VERSION} and the operator, and {told} of articles")


# What the files say of one another


def consistent(found):
    deployment = found["Deployment", "mail"]["spec"]
    pod = deployment["template"]
    labels = pod["metadata"]["labels"]
    container, = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert deployment["selector"]["matchLabels"].items() <= labels.items()
    arguments = container["args"]
    listening = {name: int(value.rpartition(":")[2]) for name, value in zip(arguments, arguments[1:]) if ":" in value}
    for name, argument in (("observability", "--metrics"), ("probes", "--probes")):
        assert ports[name] == listening[argument], f"the port {name} is not where {argument} listens"
    assert sorted(ports.values()) == sorted(listening.values()), "not what is listened at is what is declared"
    for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[kind]["httpGet"]["port"] == "probes", kind
    mounted = {volume["name"] for volume in container["volumeMounts"]}
    assert mounted == {volume["name"] for volume in pod["spec"]["volumes"]}

    for (kind, name), service in found.items():
        if kind == "Service":
            assert service["spec"]["selector"].items() <= labels.items(), name
            targets = {port["targetPort"] for port in service["spec"]["ports"]}
            assert targets <= ports.keys(), (name, targets)
    public = {port["targetPort"] for port in found["Service", "mail"]["spec"]["ports"]}
    assert not public & {"observability", "probes"}, "what is sent mail to shows metrics, too"

    headless = found["Service", "mail-observability"]
    assert not operator_schema.monitor_problem(found["PodMonitor", "mail"], labels, ports, JOB)
    problem = operator_schema.monitor_problem(
        found["ServiceMonitor", "mail"], headless["metadata"]["labels"],
        {port["name"] for port in headless["spec"]["ports"]}, JOB)
    assert not problem, problem
    wanted = found["ServiceMonitor", "mail"]["spec"]["selector"]["matchLabels"]
    assert not wanted.items() <= found["Service", "mail"]["metadata"]["labels"].items(), "both services are scraped"

    policy = found["NetworkPolicy", "mail"]["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items() and policy["policyTypes"] == ["Ingress"]
    reach = {
        port["port"]: json.dumps(rule.get("from")) for rule in policy["ingress"] for port in rule["ports"]}
    scraper = '[{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]'
    assert reach.pop("observability") == scraper, "others than the namespace monitoring may scrape"
    assert reach == {name: "null" for name in (public | {"probes"})}, reach

    restricted(pod["spec"], container)
    print("manifests: selectors, ports, probes and the policy agree; the pod is within the restricted profile")


def restricted(pod, container):
    """Kubernetes' strictest profile (Pod Security Standards, "restricted"), and a read-only root."""
    context = {**pod["securityContext"], **container["securityContext"]}
    expected = {
        "runAsNonRoot": True, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "privileged": False,
        "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}
    found = {name: context.get(name) for name in expected}
    assert found == expected, found
    assert context["runAsUser"] > 0 and context["runAsGroup"] > 0
    assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()
    assert all("hostPort" not in port for port in container["ports"])
    kinds = {kind for volume in pod["volumes"] for kind in volume.keys() - {"name"}}
    assert kinds <= {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def built(found):
    """What kustomize makes of it: everything that is listed, in the namespace."""
    text = subprocess.run(
        ["kubectl", "kustomize", str(KUBERNETES)], check=True, capture_output=True, text=True, timeout=PATIENCE).stdout
    made = {(document["kind"], document["metadata"]["name"]): document for document in yaml.safe_load_all(text)}
    left_out = {
        ("ServiceMonitor", "mail"), ("Service", "mail-observability"), ("PrometheusRule", "mail-rusmes-compat")}
    assert made.keys() == found.keys() - left_out, made.keys() ^ found.keys()
    for (kind, _), document in made.items():
        assert kind == "Namespace" or document["metadata"]["namespace"] == "mail", document["metadata"]
    container, = made["Deployment", "mail"]["spec"]["template"]["spec"]["containers"]
    assert re.fullmatch(r"registry\.example\.com/mail:\d+\.\d+\.\d+", container["image"]), container["image"]
    print(f"kustomize: {len(made)} resources in one namespace")


# Prometheus, Alertmanager and Grafana


def checked(*command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rule_files():
    return {path: yaml.safe_load(path.read_text()) for path in sorted(PROMETHEUS.glob("*.rules.yml"))}


def alerts(files):
    return [
        rule for content in files.values() for group in content["groups"] for rule in group["rules"] if "alert" in rule]


def same_rules(found, files, command):
    """The operator's resources are the rule files, to the letter, and as the command writes them."""
    there = [group for content in files.values() for group in content["groups"]]
    here = [
        group for (kind, _), resource in sorted(found.items()) if kind == "PrometheusRule"
        for group in resource["spec"]["groups"]]

    def by_name(groups):
        return sorted(groups, key=lambda group: group["name"])

    assert by_name(there) == by_name(here), "the PrometheusRules are not the rule files"
    with tempfile.TemporaryDirectory() as folder:
        checked(command, "rules", "--kubernetes", "--output", folder)
        written = {path.name: path.read_text() for path in pathlib.Path(folder).iterdir()}
        shipped = {path.name: path.read_text() for path in KUBERNETES.glob("prometheusrule-*.yaml")}
        assert written == shipped, "mailobs rules --kubernetes --output dashboards/kubernetes writes others"
        text = checked(command, "rules", "--kubernetes", "--namespace", "acme")
        for document in yaml.safe_load_all(text):
            problem = operator_schema.schema_problem(document) or operator_schema.rule_problem(document)
            assert problem is None, problem
        for number, group in enumerate(here):
            path = pathlib.Path(folder) / f"{number}.yml"
            path.write_text(yaml.safe_dump({"groups": [group]}))
            checked("promtool", "check", "rules", str(path))
    print(f"rules: {len(here)} groups are the same for Prometheus and for the operator")


def routed(files):
    """`amtool` says which receiver hears of which severity; every alert has one that is meant for it."""
    config = str(PROMETHEUS / "alertmanager.yml")
    checked("amtool", "check-config", config)
    expected = {"critical": "pager", "warning": "tickets", "info": "nobody"}
    names = {rule["alert"] for rule in alerts(files)}
    for rule in yaml.safe_load((PROMETHEUS / "alertmanager.yml").read_text())["inhibit_rules"]:
        for matcher in rule["source_matchers"] + rule["target_matchers"]:
            named = re.findall(r"\bMail\w+", matcher)
            assert not names or names.issuperset(named), f"no such alert: {set(named) - names}"

    def heard_by(receiver, *labels):
        checked("amtool", "config", "routes", "test", f"--config.file={config}", f"--verify.receivers={receiver}", *labels)

    for severity, receiver in expected.items():
        heard_by(receiver, f"severity={severity}", "alertname=Other", "instance=a")
    for rule in alerts(files):
        labels = {**rule["labels"], "alertname": rule["alert"], "instance": "a"}
        labels = [f"{name}={value}" for name, value in labels.items() if "{{" not in value]
        is_switch = rule["alert"] == WATCHDOG
        heard_by("dead-mans-switch" if is_switch else expected[rule["labels"]["severity"]], *labels)
    print(f"amtool: each severity and {len(alerts(files))} alerts go to the receiver that is meant")


def configured():
    text = checked("promtool", "check", "config", str(PROMETHEUS / "prometheus.yml"))
    config = yaml.safe_load((PROMETHEUS / "prometheus.yml").read_text())
    job, = [job for job in config["scrape_configs"] if job["job_name"] == JOB]
    source = (ROOT / "Sources/example-mail-server/Server/Options.swift").read_text()
    address = re.search(r'defaultMetrics = "(\S+)"', source)[1]
    assert job["static_configs"] == [{"targets": [address]}], "not where the example listens"
    print(f"promtool: {text.count('SUCCESS')} files are valid")

    source, = yaml.safe_load((GRAFANA / "provisioning/datasources/prometheus.yml").read_text())["datasources"]
    assert source["type"] == "prometheus" and source["jsonData"]["timeInterval"] == config["global"]["scrape_interval"]
    provider, = yaml.safe_load((GRAFANA / "provisioning/dashboards/mail.yml").read_text())["providers"]
    assert provider["type"] == "file" and provider["options"]["path"].startswith("/")
    boards = [json.loads(path.read_text()) for path in GRAFANA.glob("*.json")]
    names = [board["uid"] for board in boards], [board["title"] for board in boards]
    assert boards and all(len(set(of)) == len(of) for of in names), f"one of two boards is left out: {names}"
    print(f"Grafana: a data source, and a provider for {len(boards)} boards with names of their own")


# The Deployment, run


def answer(port, path):
    try:
        with urllib.request.urlopen(f"http://{restricted_container.POD_ADDRESS}:{port}{path}", timeout=1) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def inside(binary, folder):
    """Runs in the namespaces."""
    pod = resources()["Deployment", "mail"]["spec"]["template"]["spec"]
    container, = pod["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    restricted_container.network()
    begun = time.monotonic()
    log = pathlib.Path(folder) / "log"
    process, root = restricted_container.start(binary, folder, pod, container, log)
    try:
        started = come_up(container, ports, begun)
        confined(process, pod, container)
        for kind in ("startupProbe", "readinessProbe", "livenessProbe"):
            assert probe(container[kind], ports) == 200, kind
        code, text = answer(ports["observability"], "/metrics")
        assert code == 200 and "rusmes_build_info" in text
        assert answer(ports["probes"], "/metrics")[0] == 404
        mail(ports)
        queue = pathlib.Path(f"{root}/var/mail/queue")
        assert queue.is_dir() and queue.stat().st_uid == pod["securityContext"]["runAsUser"]
        resident = restricted_container.status(process)["VmHWM"]
        print(f"container: up after {started:.1f} s, all probes pass, mail arrives; {resident} at most")
        lasted = end(process, container, ports)
        grace = pod["terminationGracePeriodSeconds"]
        assert lasted < grace, f"killed: the end takes {lasted:.1f} s"
        complaints = [line for line in log.read_text().splitlines() if not line.startswith(("listening ", "ready"))]
        assert not complaints, complaints
        print(f"container: ended by SIGTERM in {lasted:.1f} s with sessions open, of {grace} s")
    except BaseException:
        print(log.read_text())
        raise
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(timeout=PATIENCE)


def probe(settings, ports):
    return answer(ports[settings["httpGet"]["port"]], settings["httpGet"]["path"])[0]


def come_up(container, ports, begun):
    settings = container["startupProbe"]
    deadline = begun + settings["periodSeconds"] * settings["failureThreshold"]
    while True:
        try:
            if probe(settings, ports) == 200:
                return time.monotonic() - begun
        except OSError:
            pass
        assert time.monotonic() < deadline, "the startup probe does not pass"
        time.sleep(0.1)


def confined(process, pod, container):
    """It has none of what the manifest takes."""
    status = restricted_container.status(process)
    context = pod["securityContext"]
    assert status["NSpid"].split()[-1] == "1", status["NSpid"]
    assert set(status["Uid"].split()) == {str(context["runAsUser"])}, status["Uid"]
    assert set(status["Gid"].split()) == {str(context["runAsGroup"])} and status["Groups"] == str(context["fsGroup"])
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name], 16) == 0, f"{name} {status[name]}"
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2", status
    assert not restricted_container.is_writable(process, "/")
    for volume in container["volumeMounts"]:
        assert restricted_container.is_writable(process, volume["mountPath"])
    print("container: process 1, no root, no capability, no new privileges, a seccomp filter, a read-only root")


def mail(ports):
    with smtplib.SMTP(restricted_container.POD_ADDRESS, ports["smtp"], timeout=10) as client:
        client.sendmail("bob@example.org", ["alice@example.com"], "Subject: hello\n\nHello.\n")
    deadline = time.monotonic() + 20
    with imaplib.IMAP4(restricted_container.POD_ADDRESS, ports["imap"], timeout=10) as client:
        client.login("alice", "secret")
        while client.select("INBOX")[1] != [b"1"]:
            assert time.monotonic() < deadline, "no mail arrives"
            time.sleep(0.2)


def end(process, container, ports):
    """SIGTERM, while two clients hold their sessions: unready, but serving; then gone."""
    held = smtplib.SMTP(restricted_container.POD_ADDRESS, ports["smtp"], timeout=60)
    reader = imaplib.IMAP4(restricted_container.POD_ADDRESS, ports["imap"], timeout=60)
    begun = time.monotonic()
    process.send_signal(signal.SIGTERM)
    while probe(container["readinessProbe"], ports) != 503:
        assert time.monotonic() < begun + 2, "ready, although it ends"
        time.sleep(0.05)
    assert probe(container["livenessProbe"], ports) == 200
    with smtplib.SMTP(restricted_container.POD_ADDRESS, ports["smtp"], timeout=10) as client:
        assert client.noop()[0] == 250, "a balancer that has not heard of it yet sends mail in vain"
    code = process.wait(timeout=PATIENCE)
    lasted = time.monotonic() - begun
    held.close()
    reader.shutdown()
    assert code == 0, f"exit code {code}"
    return lasted


def main():
    binary = str(pathlib.Path(sys.argv[-1]).resolve())
    if INSIDE in sys.argv:
        inside(binary, sys.argv[sys.argv.index(INSIDE) + 1])
        return
    found = resources()
    files = rule_files()
    validated(found)
    consistent(found)
    built(found)
    configured()
    same_rules(found, files, sys.argv[1])
    routed(files)
    sys.stdout.flush()
    possible = subprocess.run(
        restricted_container.namespaces("true"), capture_output=True, text=True, timeout=PATIENCE)
    if possible.returncode != 0:
        print(f"no namespaces here, so the Deployment is not run: {possible.stderr.strip()}")
        return
    with tempfile.TemporaryDirectory() as folder:
        command = restricted_container.namespaces(sys.executable, __file__, INSIDE, folder, binary)
        subprocess.run(command, check=True, timeout=5 * PATIENCE)


if __name__ == "__main__":
    main()
