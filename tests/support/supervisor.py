"""What a service manager gives a daemon: a socket that hears its notifications, and listening sockets by name. Used by the
end-to-end tests of the service; stands in for systemd, which runs as process 1 only."""

import os
import queue
import socket
import sys
import tempfile
import threading
from pathlib import Path

from support import patience

# Moves the descriptors to 3, 4, … and becomes the program, whose process id LISTEN_PID must name (sd_listen_fds(3)).
HAND_OVER = """
import os, sys
count = int(sys.argv[1])
given = [os.dup(int(fd)) for fd in sys.argv[2:2 + count]]
high = [os.dup2(fd, 100 + n) for n, fd in enumerate(given)]
for n, fd in enumerate(high):
    os.dup2(fd, 3 + n, inheritable=True)
os.environ["LISTEN_PID"] = str(os.getpid())
os.execv(sys.argv[2 + count], sys.argv[2 + count:])
"""


class NotifySocket:
    """Collects datagrams of sd_notify(3) as dictionaries."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="inboxd-notify-")
        self.path = str(Path(self.folder.name) / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard, self.waiting = [], queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                text = self.socket.recv(4096).decode()
            except OSError:
                return
            if text:
                message = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
                self.heard.append(message)
                self.waiting.put(message)

    def expect(self, wanted, timeout=15):
        """The next message that `wanted` accepts; others before it are passed over."""
        while True:
            message = self.waiting.get(timeout=patience(timeout))
            if wanted(message):
                return message

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.folder.cleanup()


def pass_sockets(daemon, **by_name):
    """From the next start on the daemon gets these listening sockets, by FileDescriptorName."""
    numbers = [sock.fileno() for sock in by_name.values()]
    daemon.descriptors = tuple(numbers)
    daemon.environment.update(LISTEN_FDS=str(len(numbers)), LISTEN_FDNAMES=":".join(by_name))
    daemon.prefix = [sys.executable, "-c", HAND_OVER, str(len(numbers)), *map(str, numbers)]


def listening_socket(port):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("127.0.0.1", port))
    sock.listen(1024)
    return sock


