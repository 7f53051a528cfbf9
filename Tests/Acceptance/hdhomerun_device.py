"""How does an HDHomeRun on loopback look to its tools, and how can one fail?

Written beside the exporter's own code, from `hdhomerun_pkt.h`, so that the two check each other."""

import socket
import struct
import threading
import time
import zlib

DEVICE_ID = 0x13252C05
MODEL = "hdhomerun3_cablecard"
# The talk's, of a device that is busy, and of a tuner that is not.
DEBUG = """tun: ch=qam:183000000 lock=qam256:183000000 ss=100 snq=100 seq=100 dbg=-381/-5551
dev: bps=38810720 resync=0 overflow=0
cc:  bps=38810720 resync=0 overflow=0
ts:  bps=12514784 te=0 crc=0
net: pps=1192 err=0 stop=0
"""
IDLE = """tun: ch=none lock=none ss=0 snq=0 seq=0 dbg=0
dev: bps=0 resync=0 overflow=0
ts:  bps=0 te=0 crc=0
net: pps=0 err=0 stop=0
"""
VARIABLES = {"/sys/model": MODEL, "/tuner0/debug": DEBUG, "/tuner1/debug": IDLE}

DISCOVER, DISCOVERED, GET, GOT = 2, 3, 4, 5
NAME, VALUE, ERROR = 3, 4, 5
FAULTS = """no-accept accept-only half-header half-body byte-a-second wrong-checksum wrong-length 64-kib reset closes
garbage endless-tuners""".split()


def packet(kind, tags, checksum=None, length=None):
    payload = b""
    for tag, data in tags:
        size = len(data)
        payload += bytes([tag]) + (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + data
    body = struct.pack(">HH", kind, len(payload) if length is None else length) + payload
    return body + struct.pack("<I", zlib.crc32(body) if checksum is None else checksum)


def parsed(data):
    kind, length = struct.unpack(">HH", data[:4])
    assert len(data) == length + 8, data
    assert struct.unpack("<I", data[-4:])[0] == zlib.crc32(data[:-4]), "the checksum is wrong"
    rest, tags = data[4:-4], []
    while rest:
        tag, size, rest = rest[0], rest[1], rest[2:]
        if size & 0x80:
            size, rest = size & 0x7F | rest[0] << 7, rest[1:]
        tags.append((tag, rest[:size]))
        rest = rest[size:]
    return kind, tags


def read(connection, size):
    data = b""
    while len(data) < size:
        part = connection.recv(size - len(data))
        if not part:
            return None
        data += part
    return data


class Device:
    """Listens until it is closed. `requests` has the bytes of every request that came."""

    def __init__(self, address="127.0.0.1", port=0, fault=None, udp=False):
        self.fault, self.requests, self.datagrams, self.open = fault, [], [], 0
        self.lock = threading.Lock()
        self.listener = socket.socket()
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.address, self.port = self.listener.getsockname()
        self.kept = []
        if fault == "no-accept":
            # Nobody's connection is accepted, and there is no room in the queue.
            self.listener.listen(0)
            for _ in range(3):
                filler = socket.socket()
                filler.setblocking(False)
                filler.connect_ex((self.address, self.port))
                self.kept.append(filler)
        else:
            self.listener.listen(128)
            threading.Thread(target=self.accept, daemon=True).start()
        if udp:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.udp.bind((address, self.port))
            threading.Thread(target=self.discovered, daemon=True).start()

    def close(self):
        self.listener.close()
        for connection in self.kept:
            connection.close()

    def discovered(self):
        while True:
            data, sender = self.udp.recvfrom(2048)
            self.datagrams.append(data)
            kind, _ = parsed(data)
            if kind == DISCOVER:
                tags = [(1, struct.pack(">I", 1)), (2, struct.pack(">I", DEVICE_ID)), (16, b"\x02")]
                self.udp.sendto(packet(DISCOVERED, tags), sender)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with self.lock:
            self.open += 1
        try:
            with connection:
                while self.answer(connection):
                    pass
        except OSError:
            pass
        finally:
            with self.lock:
                self.open -= 1

    def answer(self, connection):
        """Answers one request; false when there is none any more."""
        if self.fault == "closes":
            return False
        if self.fault == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        header = read(connection, 4)
        if header is None:
            return False
        rest = read(connection, struct.unpack(">H", header[2:])[0] + 4)
        if rest is None:
            return False
        request = header + rest
        self.requests.append(request)
        kind, tags = parsed(request)
        assert kind == GET and tags[0][0] == NAME, request
        name = tags[0][1].rstrip(b"\0").decode()
        value = VARIABLES.get(name)
        if self.fault == "endless-tuners":
            value = DEBUG
        if value is None:
            connection.sendall(packet(GOT, [(ERROR, b"ERROR: unknown getset variable\0")]))
            return True
        tags = [(NAME, name.encode() + b"\0"), (VALUE, value.encode() + b"\0")]
        reply = packet(GOT, tags)
        if self.fault == "accept-only":
            self.wait_for_end(connection)
        elif self.fault == "half-header":
            connection.sendall(reply[:2])
            self.wait_for_end(connection)
        elif self.fault == "half-body":
            connection.sendall(reply[:40])
            self.wait_for_end(connection)
        elif self.fault == "byte-a-second":
            for index in range(len(reply)):
                connection.sendall(reply[index:index + 1])
                time.sleep(1)
        elif self.fault == "wrong-checksum":
            connection.sendall(packet(GOT, tags, checksum=1))
        elif self.fault == "wrong-length":
            connection.sendall(packet(GOT, tags, length=len(reply) - 20))
            self.wait_for_end(connection)
        elif self.fault == "64-kib":
            connection.sendall(struct.pack(">HH", GOT, 0xFFFF) + bytes(0xFFFF + 4))
            self.wait_for_end(connection)
        elif self.fault == "garbage":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        else:
            connection.sendall(reply)
        return True

    def wait_for_end(self, connection):
        while connection.recv(4096):
            pass
