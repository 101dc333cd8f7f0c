#!/usr/bin/python3
"""The Debian package of this tree: what is in it, and that it installs, upgrades, is removed and purged in a root of its own
without ever touching the store."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("INBOXD_BUILD", ROOT / "build"))
CONFFILE = "/etc/inboxd/inboxd.toml"
FILES = {"/usr/bin/inboxd": 0o755, "/usr/lib/systemd/system/inboxd.service": 0o644, "/usr/lib/systemd/system/inboxd.socket": 0o644,
         "/usr/lib/sysusers.d/inboxd.conf": 0o644, "/usr/lib/tmpfiles.d/inboxd.conf": 0o644, CONFFILE: 0o644,
         "/usr/share/man/man1/inboxd.1.gz": 0o644, "/usr/share/man/man5/inboxd.toml.5.gz": 0o644,
         "/usr/share/doc/inboxd/README.md": 0o644, "/usr/share/doc/inboxd/copyright": 0o644,
         "/usr/share/doc/inboxd/changelog.gz": 0o644,
         **{f"/usr/share/doc/inboxd/examples/{name}": 0o644 for name in (
             "inboxd.example.toml", "inboxd.rules.yml", "inboxd.dashboard.json", "nginx.conf", "Caddyfile", "README.md")}}
# Tools that the maintainer scripts call, as programs that write down how they were called.
RECORDED_TOOLS = ("systemctl", "systemd-sysusers", "systemd-tmpfiles")
# An address of the maintainer is the builder's to give (INBOXD_MAINTAINER).
LINTIAN_ACCEPTED = ("bogus-mail-host", "bogus-mail-host-in-debian-changelog")


def run(*command, **more):
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=240, **more)


class PackageCase(unittest.TestCase):
    """Builds the package once a class."""

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="inboxd-package-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        built = run("cpack", "-G", "DEB", "-B", cls.folder / "out", "--config", BUILD / "CPackConfig.cmake", cwd=BUILD)
        if built.returncode != 0:
            raise AssertionError(built.stdout + built.stderr)
        cls.package = next((cls.folder / "out").glob("*.deb"))


class Package(PackageCase):
    def field(self, name):
        return run("dpkg-deb", "-f", self.package, name).stdout.strip()

    def test_the_files_are_there_with_roots_as_owner_and_the_right_modes(self):
        found = {}
        for line in run("dpkg-deb", "-c", self.package).stdout.splitlines():
            mode, owner, _, _, _, path = line.split(maxsplit=5)
            self.assertEqual(owner, "root/root", path)
            bits = sum(1 << (8 - n) for n, letter in enumerate(mode[1:10]) if letter not in "-")
            if mode.startswith("d"):
                self.assertEqual(bits, 0o755, path)
            else:
                found[path.removeprefix(".")] = bits
        self.maxDiff = None
        self.assertEqual(found, FILES)

    def test_dependencies_are_those_that_the_program_is_linked_with(self):
        depends = self.field("Depends")
        for library in ("libc6", "libsqlite3-0", "libssl3", "libcurl4", "libsystemd0", "libboost-url1.81.0"):
            self.assertRegex(depends, rf"\b{re.escape(library)} \(>= [\d.]+|\b{re.escape(library)}\b")
        self.assertIn("ca-certificates", depends)
        self.assertEqual(self.field("Package"), "inboxd")
        self.assertNotIn("-dev", depends)

    def test_what_is_in_it_runs_with_the_config_that_is_in_it(self):
        unpacked = self.folder / "unpacked"
        run("dpkg-deb", "-x", self.package, unpacked)
        done = run(unpacked / "usr/bin/inboxd", "check", "--config", unpacked / CONFFILE.lstrip("/"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn(f"inboxd {self.field('Version')}", run(unpacked / "usr/bin/inboxd", "--version").stdout)

    def test_the_maintainer_scripts_are_valid_and_stop_at_the_first_failure(self):
        control = self.folder / "control"
        run("dpkg-deb", "-e", self.package, control)
        for name in ("postinst", "prerm", "postrm"):
            script = control / name
            self.assertEqual(script.stat().st_mode & 0o777, 0o755, name)
            self.assertEqual(run("sh", "-n", script).returncode, 0, name)
            self.assertIn("\nset -e\n", script.read_text())
            self.assertNotRegex(script.read_text(), r"(?m)^\s*rm .*(/var/lib/inboxd)", "the store is never deleted")
        self.assertEqual((control / "conffiles").read_text().split(), [CONFFILE])
        self.assertTrue((control / "md5sums").exists())

    def test_lintian_finds_no_error(self):
        if not shutil.which("lintian"):
            self.skipTest("lintian is not installed")
        found = run("lintian", "--allow-root", "--no-tag-display-limit", "--fail-on", "none", self.package).stdout
        errors = [line for line in found.splitlines() if line.startswith("E:") and line.split()[2] not in LINTIAN_ACCEPTED]
        self.assertEqual(errors, [], found)


class Installed(PackageCase):
    """In a root of its own: dpkg with its own records there, and the scripts in that root where chroot is possible."""

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("installing takes root")
        self.root = self.folder / "root"
        shutil.rmtree(self.root, ignore_errors=True)
        self.make_root()

    def make_root(self):
        for part in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "etc", "tmp", "run/systemd/system",
                     "usr/bin", "usr/lib", "usr/sbin", "dev"):
            (self.root / part).mkdir(parents=True)
        for link in ("bin", "sbin", "lib", "lib64"):
            (self.root / link).symlink_to(f"usr/{link}")
        (self.root / "usr/lib64").mkdir()
        for name in ("status", "available", "diversions", "statoverride"):
            (self.root / "var/lib/dpkg" / name).touch()
        (self.root / "etc/group").write_text("root:x:0:\ninboxd:x:990:\n")
        (self.root / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\ninboxd:x:990:990::/var/lib/inboxd:/usr/sbin/nologin\n")
        (self.root / "dev/null").touch()
        for tool in ("sh", "chgrp", "chmod", "rm", "cat", "mkdir", "touch"):
            self.copy_program(shutil.which(tool))
        for library in ("libnss_files.so.2",):
            for found in Path("/lib/x86_64-linux-gnu").glob(library):
                self.copy_program(found)
        for tool in RECORDED_TOOLS:
            path = self.root / "usr/bin" / tool
            path.write_text(f'#!/bin/sh\necho "{tool} $*" >> /tmp/calls\n[ "$1" != is-enabled ] || [ ! -e /tmp/disabled ]\n')
            path.chmod(0o755)

    def copy_program(self, path):
        """With the libraries that it loads, to the same place below the root."""
        needed = [str(path), *re.findall(r"(/\S+) \(0x", run("ldd", path).stdout)]
        for name in needed:
            target = self.root / str(Path(name).resolve()).lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(name, target)
            named = self.root / name.lstrip("/")
            if not named.exists():
                named.parent.mkdir(parents=True, exist_ok=True)
                named.symlink_to(os.path.relpath(target, named.parent.resolve()))

    def dpkg(self, *arguments):
        done = run("dpkg", f"--root={self.root}", "--force-depends", "--force-confold", *arguments)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def calls(self):
        path = self.root / "tmp/calls"
        found = path.read_text().splitlines() if path.exists() else []
        path.unlink(missing_ok=True)
        return found

    def test_the_whole_life_of_an_installation(self):
        self.dpkg("--install", self.package)
        self.assertEqual(self.calls(), ["systemd-sysusers inboxd.conf", "systemd-tmpfiles --create inboxd.conf",
                                        "systemctl daemon-reload",
                                        "systemctl enable --now inboxd.socket inboxd.service"])
        config = self.root / CONFFILE.lstrip("/")
        self.assertEqual((config.stat().st_mode & 0o777, config.stat().st_gid), (0o640, 990))
        store = self.root / "var/lib/inboxd"
        store.mkdir()
        (store / "inboxd.db").write_text("conversations")
        config.write_text("# changed by the operator\n")

        self.dpkg("--install", self.package)  # the upgrade
        self.assertEqual(self.calls(), ["systemd-sysusers inboxd.conf", "systemd-tmpfiles --create inboxd.conf",
                                        "systemctl daemon-reload", "systemctl is-active --quiet inboxd.service",
                                        "systemctl restart inboxd.service"])
        self.assertEqual(config.read_text(), "# changed by the operator\n")
        self.assertEqual((config.stat().st_mode & 0o777, config.stat().st_gid), (0o640, 990))

        self.remove()
        self.assertFalse((self.root / "usr/bin/inboxd").exists())
        self.assertTrue(config.exists())
        self.assertEqual((store / "inboxd.db").read_text(), "conversations")

        said = self.dpkg("--purge", "inboxd")
        self.assertFalse(config.exists())
        self.assertEqual((store / "inboxd.db").read_text(), "conversations")
        self.assertIn("/var/lib/inboxd is kept", said)
        self.assertEqual(list((self.root / "etc").glob("inboxd/*")), [])

    def remove(self):
        self.dpkg("--remove", "inboxd")
        self.assertEqual(self.calls(), ["systemctl is-enabled --quiet inboxd.service",
                                        "systemctl disable --now inboxd.service inboxd.socket", "systemctl daemon-reload"])

    def test_it_comes_back_after_a_removal_as_it_was(self):
        starts = "systemctl enable --now inboxd.socket inboxd.service"
        self.dpkg("--install", self.package)
        self.calls()
        self.remove()
        self.dpkg("--install", self.package)
        self.assertIn(starts, self.calls())
        self.dpkg("--install", self.package)
        self.assertNotIn(starts, self.calls(), "an upgrade enables nothing")
        (self.root / "tmp/disabled").touch()
        self.remove()
        self.dpkg("--install", self.package)
        self.assertNotIn(starts, self.calls(), "the operator had disabled it")

    def test_it_can_be_removed_when_its_folder_is_gone(self):
        self.dpkg("--install", self.package)
        self.calls()
        shutil.rmtree(self.root / "etc/inboxd")
        self.remove()
        self.assertFalse((self.root / "usr/bin/inboxd").exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
