"""A disk of a test's own, mounted for one daemon: ext4 in a file over a loop device. It can be filled up, and its power can
be cut. Takes root and loop devices."""

import fcntl
import os
import struct
import subprocess
from pathlib import Path

from support import patience

# ext4's own, _IOR('X', 125, __u32): from here on nothing reaches the disk, the journal in memory included.
SHUTDOWN, WITHOUT_FLUSHING_THE_JOURNAL = 0x8004587D, 2


class SmallDisk:
    def __init__(self, folder, megabytes):
        self.image, self.place = Path(folder) / "disk.img", Path(folder) / "disk"
        self.place.mkdir()
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)
        self.told("mkfs.ext4", "-q", "-F", str(self.image))
        self.mount()

    def told(self, *command):
        done = subprocess.run(command, capture_output=True, text=True, timeout=patience(60))
        if done.returncode != 0:
            raise OSError(f"{command[0]}: {done.stderr.strip()}")

    def mount(self):
        self.told("mount", "-o", "loop,noatime", str(self.image), str(self.place))

    def cut_power(self):
        disk = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(disk, SHUTDOWN, struct.pack("I", WITHOUT_FLUSHING_THE_JOURNAL))
        finally:
            os.close(disk)

    def power_on(self):
        """As after a reboot: the journal is replayed, what was only in memory is gone."""
        self.unmount()
        self.mount()

    def unmount(self):
        if os.path.ismount(self.place):
            self.told("umount", str(self.place))


def small_disk(test, folder, megabytes):
    """Mounted until the test's end; skips it where that cannot be."""
    if os.geteuid() != 0 or not Path("/dev/loop-control").exists():
        test.skipTest("a disk of one's own takes root and loop devices")
    try:
        disk = SmallDisk(folder, megabytes)
    except OSError as refused:
        test.skipTest(f"no disk of one's own here: {refused}")
    test.addCleanup(disk.unmount)
    return disk
