"""How is a program run as a container runtime would by a Deployment? For a test that is root and may make namespaces.

A root file system of its own with the program, the libraries that it is linked to, the one that it looks for, and nothing
else; the volumes, the user, the privileges and the arguments of the manifest; namespaces of its own, process number 1, and a
network with one address that is not the loopback one. Of the seccomp profile RuntimeDefault: the calls that it is there to refuse, which are listed
in Docker's documentation of its default profile.
"""

import ctypes
import errno
import fcntl
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess

POD_ADDRESS = "10.20.30.40"
DEVICES = ("full", "null", "random", "urandom", "zero")
CLONE_NEWPID = 0x20000000
PR_SET_NO_NEW_PRIVS, PR_CAPBSET_DROP = 38, 24
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
REFUSED_CALLS = (
    "acct add_key bpf chroot clock_adjtime clock_settime create_module delete_module fanotify_init finit_module "
    "fsconfig fsmount fsopen fspick get_mempolicy init_module io_uring_enter io_uring_register io_uring_setup ioperm iopl "
    "kcmp kexec_file_load kexec_load keyctl lookup_dcookie mbind mount mount_setattr move_mount move_pages open_by_handle_at "
    "open_tree perf_event_open pivot_root process_vm_readv process_vm_writev quotactl reboot request_key set_mempolicy "
    "setdomainname sethostname setns settimeofday swapoff swapon syslog umount umount2 unshare userfaultfd ustat vhangup"
).split()

libc = ctypes.CDLL(None, use_errno=True)


def namespaces(*command):
    """In these it mounts, listens and ends nothing but its own."""
    return [
        "unshare", "--mount", "--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", *command]


def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)


def network():
    """Brings loopback up and gives it the address of a pod: who asks there is not this machine."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags, set_flags, set_address = 0x1 | 0x40, 0x8914, 0x8916
        fcntl.ioctl(control, set_flags, struct.pack("16sh14x", b"lo", flags))
        address = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, socket.inet_aton(POD_ADDRESS))
        fcntl.ioctl(control, set_address, address)


def filesystem(folder, binary, pod, container):
    """A root with the program in it, as the manifest says that it is."""
    root = folder / "root"
    root.mkdir()
    mount("-t", "tmpfs", "-o", "mode=0755", "tmpfs", str(root))
    linked = subprocess.run(["ldd", binary], check=True, capture_output=True, text=True).stdout
    known = subprocess.run(["/sbin/ldconfig", "-p"], check=True, capture_output=True, text=True).stdout
    looked_for = re.search(r"libz\.so\.1 .*=> (\S+)", known)
    for library in {*re.findall(r"(/\S+) \(0x", linked), looked_for[1]}:
        place = root / library.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(library, place)
    shutil.copy(binary, root / "mail-server")
    for name in ("proc", "sys", "dev"):
        (root / name).mkdir()
    mount("--bind", "/sys", str(root / "sys"))
    mount("-o", "remount,bind,ro", str(root / "sys"))
    for name in DEVICES:
        (root / "dev" / name).touch()
        mount("--bind", f"/dev/{name}", str(root / "dev" / name))
    for volume in container["volumeMounts"]:
        place = root / volume["mountPath"].lstrip("/")
        place.mkdir(parents=True)
        group = pod["securityContext"]["fsGroup"]
        mount("-t", "tmpfs", "-o", f"mode=2770,uid=0,gid={group}", "tmpfs", str(place))
    if container["securityContext"]["readOnlyRootFilesystem"]:
        mount("-o", "remount,ro", str(root))
    return root


def seccomp_filter():
    import pyseccomp
    profile = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    for name in REFUSED_CALLS:
        try:
            profile.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
        except (OSError, ValueError):
            # A call that this machine's library does not know.
            continue
    return profile


def start(binary, folder, pod, container, log):
    """The program as process number 1 of a container, and where its root is; what it says goes to the log."""
    root = filesystem(pathlib.Path(folder), binary, pod, container)
    context = {**pod["securityContext"], **container["securityContext"]}
    profile = seccomp_filter() if context["seccompProfile"]["type"] == "RuntimeDefault" else None
    last_capability = int(pathlib.Path("/proc/sys/kernel/cap_last_cap").read_text())

    def become():
        flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
        if libc.mount(b"proc", os.fsencode(root / "proc"), b"proc", ctypes.c_ulong(flags), None) != 0:
            raise OSError(ctypes.get_errno(), "proc")
        os.chroot(root)
        os.chdir("/")
        if context["capabilities"]["drop"] == ["ALL"]:
            for capability in range(last_capability + 1):
                libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        os.setgroups([context["fsGroup"]])
        os.setgid(context["runAsGroup"])
        os.setuid(context["runAsUser"])
        if not context["allowPrivilegeEscalation"]:
            libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if profile:
            profile.load()

    # What is started next has number 1.
    if libc.unshare(CLONE_NEWPID) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    environment = {"PATH": "/", "SWIFT_BACKTRACE": "enable=no"}
    with open(log, "w") as output:
        process = subprocess.Popen(
            ["/mail-server", *container["args"]], preexec_fn=become, env=environment, stdout=output, stderr=output)
    return process, root


def status(process):
    """The fields of `/proc/…/status`."""
    lines = pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


def is_writable(process, path):
    """Whether a file system is, as the process sees it."""
    for line in pathlib.Path(f"/proc/{process.pid}/mountinfo").read_text().splitlines():
        fields = line.split()
        if fields[4] == path:
            # Of the mount, and of what is mounted.
            return "ro" not in fields[5].split(",") and "ro" not in fields[-1].split(",")
    raise AssertionError(f"nothing is mounted at {path}")
