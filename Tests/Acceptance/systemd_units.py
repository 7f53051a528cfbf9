#!/usr/bin/env python3
"""Do the units of the article RunningUnderSystemd hold what it says, with systemd's own programs?

`systemd-analyze` reads them. Then systemd itself, as the manager of a user in namespaces of its own, starts the example by
them: by a connection, restarted by the watchdog, ended. What differs is listed where it is set. Without the rights to make
namespaces the second part is left out, and said so.

Needs Debian's systemd, and root for all of it. Usage: systemd_units.py PATH_TO_EXAMPLE_MAIL_SERVER
"""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import stat
import subprocess
import sys
import tempfile
import time

ARTICLE = pathlib.Path(__file__).resolve().parents[2] / (
    "Sources/MailObservability/MailObservability.docc/RunningUnderSystemd.md")
PATIENCE = 60
INSIDE = "--inside"
# What of the system's own targets the units need.
TARGETS = ("basic", "default", "multi-user", "shutdown", "sockets", "sysinit")


def units():
    """The units of the article, by their names."""
    found = {}
    for block in re.findall(r"```ini\n(.*?)```", ARTICLE.read_text(), re.DOTALL):
        first, rest = block.split("\n", 1)
        found[first.removeprefix("# ")] = rest
    assert set(found) == {"mail.service", "mail-metrics.socket", "mail-probes.socket"}, found
    return found


def analyze(folder, *arguments):
    done = subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, timeout=PATIENCE,
        env=os.environ | {"SYSTEMD_UNIT_PATH": f"{folder}:"})
    return done.returncode, done.stdout + done.stderr


def verified(folder):
    for name, text in units().items():
        # A program that is there: that it is not would be said of any.
        (folder / name).write_text(text.replace("/usr/local/bin/mail-server", "/bin/true"))
    code, text = analyze(folder, "verify", *(str(folder / name) for name in units()))
    assert code == 0 and not any(name in text for name in units()), text
    code, text = analyze(folder, "security", "--offline=yes", "--threshold=30", str(folder / "mail.service"))
    assert code == 0, text
    exposure = re.search(r"exposure level for mail.service: (\S+)", text)
    print(f"systemd-analyze: nothing to say of the units; exposure {exposure and exposure[1]} of 10")


def inside(binary, folder):
    """Runs in the namespaces, with the manager beside it."""
    run = pathlib.Path("/run/mail")
    run.mkdir(parents=True)
    pathlib.Path("/run/systemd/system").mkdir(parents=True)
    # What the system's manager makes, and puts in the place of what a service must not see.
    hidden = pathlib.Path("/run/systemd/inaccessible")
    (hidden / "dir").mkdir(parents=True, mode=0)
    (hidden / "reg").touch(mode=0)
    os.mkfifo(hidden / "fifo", 0)
    os.mknod(hidden / "chr", stat.S_IFCHR)
    os.mknod(hidden / "blk", stat.S_IFBLK)
    program, faults = run / "mail-server", run / "faults"
    shutil.copy(binary, program)
    faults.write_text("")
    for target in TARGETS:
        (folder / f"{target}.target").write_text("[Unit]\nDefaultDependencies=no\n")
    for name, text in units().items():
        # Sockets without ports, which others might have.
        (folder / name).write_text(re.sub("(?m)^ListenStream=.*$", f"ListenStream={run}/{name}", text))
    drop_in = folder / "mail.service.d"
    drop_in.mkdir()
    # The manager of a user has no other users; the program is another one; nobody waits for a minute.
    (drop_in / "test.conf").write_text(
        f"[Service]\nUser=\nStandardOutput=append:{run}/output\nStandardError=append:{run}/output\nExecStart=\n"
        # What the watchdog ends is not to be looked at for half a minute.
        "Environment=SWIFT_BACKTRACE=enable=no\n"
        f"ExecStart={program} --smtp 127.0.0.1:0 --metrics systemd:metrics --probes systemd:probes --systemd"
        f" --faults {faults} --executor-threshold 0.5\nWatchdogSec=2\n")
    home = folder / "home"
    home.mkdir()
    environment = os.environ | {
        "XDG_RUNTIME_DIR": str(run), "HOME": str(home), "XDG_CONFIG_HOME": str(home), "SYSTEMD_UNIT_PATH": str(folder),
        "SYSTEMD_LOG_TARGET": "console", "SYSTEMD_PAGER": ""}
    manager = subprocess.Popen(["/lib/systemd/systemd", "--user"], env=environment)

    def systemctl(*arguments, check=True):
        done = subprocess.run(
            ["systemctl", "--user", *arguments], env=environment, capture_output=True, text=True, timeout=PATIENCE)
        assert not check or done.returncode == 0, done
        return done.stdout.strip()

    def shown(name):
        return systemctl("show", "--property", name, "--value", "mail.service")

    def until(check, what):
        deadline = time.monotonic() + PATIENCE
        while not check():
            assert time.monotonic() < deadline, (what, systemctl("status", "mail.service", check=False))
            time.sleep(0.1)

    def status(unit, path):
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(f"{run}/{unit}")
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
            with contextlib.closing(connection.makefile("rb")) as answer:
                return int(answer.readline().split()[1])

    try:
        until(lambda: systemctl("is-active", "default.target", check=False) == "active", "the manager does not run")
        systemctl("start", "mail-metrics.socket", "mail-probes.socket")
        assert shown("ActiveState") == "inactive"
        # Who connects starts it, and waits.
        assert status("mail-probes.socket", "/live") == 200
        until(lambda: shown("StatusText") == "ready", "it is not ready")
        assert (shown("ActiveState"), shown("SubState")) == ("active", "running")
        assert status("mail-metrics.socket", "/metrics") == 200 and status("mail-probes.socket", "/metrics") == 404
        print("systemd: started by a connection, each socket for what it is, active when ready")

        faults.write_text("storage\n")
        until(lambda: shown("StatusText").startswith("not ready: storage: "), "the failing check is not in the status")
        assert shown("NRestarts") == "0"
        faults.write_text("executor\n")
        until(lambda: shown("NRestarts") != "0" or shown("Result") == "watchdog", "the watchdog has ended nothing")
        faults.write_text("")
        until(lambda: shown("StatusText") == "ready" and shown("ActiveState") == "active", "it is not restarted")
        assert status("mail-probes.socket", "/live") == 200
        print("systemd: a failing check in the status, a blocked executor restarted, with the same sockets")

        process = int(shown("MainPID"))
        systemctl("stop", "mail.service")
        assert shown("Result") == "success", systemctl("status", "mail.service", check=False)
        assert not pathlib.Path(f"/proc/{process}").exists()
        assert status("mail-probes.socket", "/live") == 200, "the sockets are systemd's"
        systemctl("stop", "mail-metrics.socket", "mail-probes.socket", "mail.service")
        print("systemd: ended, and started again by its sockets")
    except BaseException:
        print((run / "output").read_text(), systemctl("status", "mail.service", check=False))
        raise
    finally:
        # What it has started ends with the namespaces.
        manager.kill()
        manager.wait(timeout=PATIENCE)


def namespaces(*command):
    """In these a manager sees and ends no process but its own, and writes nothing that is not its own."""
    return [
        "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--ipc", "--cgroup", "sh", "-c",
        'mount -t tmpfs tmpfs /run && exec "$@"', "sh", *command]


def main():
    binary = str(pathlib.Path(sys.argv[-1]).resolve())
    if INSIDE in sys.argv:
        inside(binary, pathlib.Path(sys.argv[sys.argv.index(INSIDE) + 1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        verified(pathlib.Path(folder))
    possible = subprocess.run(namespaces("true"), capture_output=True, text=True, timeout=PATIENCE)
    if possible.returncode != 0:
        print(f"no namespaces here, so nothing by systemd itself: {possible.stderr.strip()}")
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            namespaces(sys.executable, __file__, INSIDE, folder, binary), check=True, timeout=10 * PATIENCE)


if __name__ == "__main__":
    main()
