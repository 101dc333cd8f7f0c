"""A mail server of other people's making, in a folder of its own on free ports: Postfix takes mail in and out, Dovecot keeps
it and serves IMAP. Needs root (Postfix changes users); `why_not()` says why a test must skip. Nothing listens beyond loopback."""

import base64
import contextlib
import hmac
import imaplib
import json
import os
import shutil
import smtplib
import socket
import subprocess
import tempfile
import time
from email import message_from_bytes, policy
from pathlib import Path

from support import patience
from support.daemon import free_port

DOMAIN = "example.test"
HANDED_OVER = "desk.test"
PASSWORD = "secret-of-the-mail-peer"
USERS = ("support", "alice", "bob")
PROGRAMS = ("/usr/sbin/postfix", "/usr/sbin/dovecot", "/usr/bin/openssl")

DOVECOT = """
base_dir = {root}/dovecot/run
state_dir = {root}/dovecot/state
instance_name = {name}
protocols = imap lmtp
listen = 127.0.0.1
log_path = {root}/dovecot.log
ssl = yes
ssl_cert = <{root}/tls/cert.pem
ssl_key = <{root}/tls/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login
first_valid_uid = 1
mail_location = maildir:{root}/mail/%u
recipient_delimiter = {delimiter}
mail_max_userip_connections = 100
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%u {root}/dovecot/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%u {root}/dovecot/users
  default_fields = uid=mail gid=mail home={root}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  inet_listener imap {{
    address = 127.0.0.1
    port = {imap}
  }}
  inet_listener imaps {{
    address = 127.0.0.1
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener {root}/queue/private/auth {{
    mode = 0660
    user = postfix
    group = postfix
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@example.test
}}
"""

MAIN_CF = """
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.example.test
mydestination =
local_recipient_maps =
local_transport = error:no local mail
alias_maps =
alias_database =
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
virtual_mailbox_domains = example.test {handed_over}
transport_maps = inline:{{ {{ {handed_over} = lmtp:{handover} }} }}
virtual_mailbox_maps = static:x
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:5.7.1 this test peer never relays
relay_transport = error:5.7.1 this test peer never relays
recipient_delimiter = {delimiter}
smtputf8_enable = yes
message_size_limit = 62428800
virtual_mailbox_limit = 0
default_destination_concurrency_limit = 20
maillog_file = {root}/postfix.log
maillog_file_prefixes = {root}
biff = no
smtpd_peername_lookup = no
smtpd_client_connection_count_limit = 0
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = private/auth
smtpd_tls_security_level = may
smtpd_tls_cert_file = {root}/tls/cert.pem
smtpd_tls_key_file = {root}/tls/key.pem
"""

# Who hands mail in needs no login: without Dovecot a server that offers logins ends at once, and Postfix lets it rest a minute.
MASTER_CF = """
127.0.0.1:{smtp} inet n - n - - smtpd
  -o smtpd_sasl_auth_enable=no
127.0.0.1:{submission} inet n - n - - smtpd
  -o syslog_name=postfix/submission
  -o smtpd_tls_security_level=encrypt
  -o smtpd_relay_restrictions=permit_sasl_authenticated,reject
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
127.0.0.1:{smtps} inet n - n - - smtpd
  -o syslog_name=postfix/smtps
  -o smtpd_tls_wrappermode=yes
  -o smtpd_client_restrictions=permit_sasl_authenticated,reject
pickup    unix  n - n 60    1 pickup
cleanup   unix  n - n -     0 cleanup
qmgr      unix  n - n 300   1 qmgr
tlsmgr    unix  - - n 1000? 1 tlsmgr
rewrite   unix  - - n -     - trivial-rewrite
bounce    unix  - - n -     0 bounce
defer     unix  - - n -     0 bounce
trace     unix  - - n -     0 bounce
verify    unix  - - n -     1 verify
proxymap  unix  - - n -     - proxymap
smtp      unix  - - n -     - smtp
error     unix  - - n -     - error
retry     unix  - - n -     - error
discard   unix  - - n -     - discard
virtual   unix  - n n -     - virtual
lmtp      unix  - - n -     - lmtp
anvil     unix  - - n -     1 anvil
scache    unix  - - n -     1 scache
showq     unix  n - n -     - showq
postlog   unix-dgram n - n - 1 postlogd
"""


def why_not():
    """Nothing when a peer can be started here."""
    if os.geteuid() != 0:
        return "needs root: Postfix and Dovecot change users"
    missing = [program for program in PROGRAMS if not Path(program).exists()]
    return f"needs {', '.join(missing)} (see daemon/packages.bash)" if missing else None


# Access tokens are JSON Web Tokens that Dovecot checks by itself, with the key that signs them.
TOKEN_KEY = b"signing-key-of-the-mail-peer"
DOVECOT_TOKENS = """
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {root}/dovecot/oauth2.conf.ext
}}
"""
TOKENS = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={root}/dovecot/keys/
username_attribute = email
"""


class MailPeer:
    """`delimiter`: "" for a server without plus addresses; `dovecot`: further lines of its configuration; mail for desk.test
    is handed over by LMTP to `handover`, an address as in lmtp(8): "inet:127.0.0.1:24", "unix:/path"."""

    def __init__(self, delimiter="+", dovecot="", handover="inet:127.0.0.1:24"):
        self.delimiter, self.dovecot, self.handover = delimiter, dovecot, handover
        self.root = Path(tempfile.mkdtemp(prefix="inboxd-mail-"))
        ports = set()
        while len(ports) < 6:
            ports.add(free_port())
        self.smtp, self.submission, self.smtps, self.imap, self.imaps, self.lmtp = ports
        self.ca_file = self.root / "tls" / "cert.pem"
        self.write()

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        if not os.environ.get("INBOXD_KEEP"):
            shutil.rmtree(self.root, ignore_errors=True)

    # The processes.

    def write(self):
        root = self.root
        root.chmod(0o755)
        for folder in ("dovecot", "mail", "postfix", "queue", "data", "tls"):
            (root / folder).mkdir()
        shutil.chown(root / "mail", "mail", "mail")
        shutil.chown(root / "data", "postfix")
        self.certify("DNS:mail.example.test,DNS:localhost,IP:127.0.0.1")
        self.configure()

    def configure(self):
        root = self.root
        # Six colons behind: without them Dovecot misses the userdb's fields.
        (root / "dovecot" / "users").write_text(
            "".join(f"{user}@{DOMAIN}:{{PLAIN}}{PASSWORD}::::::\n" for user in USERS))
        values = {"root": root, "name": root.name, "delimiter": self.delimiter, "handed_over": HANDED_OVER,
                  "handover": self.handover, **{name: getattr(self, name) for name in
                  ("smtp", "submission", "smtps", "imap", "imaps", "lmtp")}}
        (root / "dovecot" / "dovecot.conf").write_text(DOVECOT.format(**values) + DOVECOT_TOKENS.format(**values)
                                                      + self.dovecot)
        (root / "dovecot" / "oauth2.conf.ext").write_text(TOKENS.format(**values))
        keys = root / "dovecot" / "keys" / "default" / "HS256"
        keys.mkdir(parents=True, exist_ok=True)
        (keys / "default").write_text(base64.b64encode(TOKEN_KEY).decode())
        (root / "postfix" / "main.cf").write_text(MAIN_CF.format(**values))
        (root / "postfix" / "master.cf").write_text(MASTER_CF.format(**values))

    def certify(self, names, ends="20491231235959Z"):
        """A new identity, signed by itself; what runs keeps the old one until it starts again."""
        tls = self.root / "tls"
        settings = tls / "ca.conf"
        settings.write_text(f"""[ca]
default_ca = own
[own]
database = {tls}/index
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = server
[any]
commonName = supplied
[server]
basicConstraints = CA:true
subjectAltName = {names}
""")
        (tls / "index").write_text("")
        self.run("/usr/bin/openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=mail.example.test",
                 "-keyout", tls / "key.pem", "-out", tls / "request.pem")
        self.run("/usr/bin/openssl", "ca", "-batch", "-notext", "-config", settings, "-selfsign", "-keyfile", tls / "key.pem",
                 "-in", tls / "request.pem", "-startdate", "20240101000000Z", "-enddate", ends, "-outdir", tls,
                 "-out", self.ca_file)

    def run(self, *command):
        with open(self.root / "commands.log", "ab") as log:  # no pipe: what stays in the background would hold it open
            done = subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  timeout=patience(60), check=False)
        if done.returncode != 0:
            raise AssertionError(f"{command[0]} failed: {(self.root / 'commands.log').read_text()[-2000:]}")

    def start(self):
        """Postfix first: it makes the folder in which Dovecot opens the socket for logins."""
        self.postfix("start")
        self.start_dovecot()
        self.wait_for(self.answers, "Postfix and Dovecot to answer")

    def stop(self):
        self.stop_dovecot()
        with contextlib.suppress(AssertionError):
            self.postfix("stop")

    def start_dovecot(self):
        self.run("/usr/sbin/dovecot", "-c", self.root / "dovecot" / "dovecot.conf")

    def stop_dovecot(self):
        """Until it is gone, its children with it: the next one wants its ports and sockets."""
        with contextlib.suppress(AssertionError):
            self.run("/usr/sbin/dovecot", "-c", self.root / "dovecot" / "dovecot.conf", "stop")
        self.wait_for(lambda: not (self.root / "dovecot" / "run" / "master.pid").exists() and self.free(self.imap, self.lmtp),
                      "Dovecot to end")

    @staticmethod
    def free(*ports):
        for port in ports:
            with socket.socket() as sock:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    sock.bind(("127.0.0.1", port))
                except OSError:
                    return False
        return True

    def postfix(self, command):
        self.run("/usr/sbin/postfix", "-c", self.root / "postfix", command)

    def queue(self):
        """What Postfix has not got rid of, as postqueue(1) tells it."""
        done = subprocess.run(["/usr/sbin/postqueue", "-c", str(self.root / "postfix"), "-p"], capture_output=True, text=True,
                              timeout=patience(20), check=True)
        return done.stdout

    def flush(self):
        """Everything that Postfix put off is tried now."""
        self.postfix("flush")

    def answers(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.smtp, timeout=5), imaplib.IMAP4("127.0.0.1", self.imap, timeout=5):
                return True
        except (OSError, smtplib.SMTPException, imaplib.IMAP4.error):
            return False

    @staticmethod
    def wait_for(condition, what, seconds=20):
        end = time.monotonic() + patience(seconds)
        while time.monotonic() < end:
            found = condition()
            if found:
                return found
            time.sleep(0.05)  # sleep: mail servers tell nobody what they are about
        raise AssertionError(f"waited in vain for {what}")

    # What an inbox and a customer need.

    @staticmethod
    def access_token(user="support", seconds=3600):
        """What a provider's token endpoint would give."""
        def encoded(raw):
            return base64.urlsafe_b64encode(raw).rstrip(b"=")

        now = int(time.time())
        head = json.dumps({"alg": "HS256", "typ": "JWT", "kid": "default"}).encode()
        claims = json.dumps({"sub": user, "email": f"{user}@{DOMAIN}", "iat": now - 5, "nbf": now - 5, "exp": now + seconds,
                             "scope": "mail", "jti": os.urandom(8).hex()}).encode()
        signed = encoded(head) + b"." + encoded(claims)
        return (signed + b"." + encoded(hmac.digest(TOKEN_KEY, signed, "sha256"))).decode()

    def inbox(self, name="support", user="support", **more):
        """The [[inbox]] table of a mailbox here."""
        return {"name": name, "connector": "email", "address": f"{user}@{DOMAIN}",
                "imap_url": f"imaps://127.0.0.1:{self.imaps}", "smtp_url": f"smtps://127.0.0.1:{self.smtps}",
                "username": f"{user}@{DOMAIN}", "password": PASSWORD, "tls_ca_file": str(self.ca_file), **more}

    def deliver(self, text, sender, *recipients):
        """Hands a whole mail (str or bytes) to Postfix; an empty sender is the null reverse-path."""
        raw = text.encode() if isinstance(text, str) else text
        with self.greeted() as server:
            server.sendmail(sender, recipients, raw)

    def greeted(self):
        """A connection that Postfix has greeted: under load it closes one now and then, as a client expects."""
        def connected():
            try:
                return smtplib.SMTP("127.0.0.1", self.smtp, timeout=patience(20))
            except smtplib.SMTPServerDisconnected:
                return None
        return self.wait_for(connected, "Postfix's greeting")

    @contextlib.contextmanager
    def mailbox(self, user, folder="INBOX"):
        with imaplib.IMAP4("127.0.0.1", self.imap, timeout=patience(20)) as server:
            server.login(f"{user}@{DOMAIN}", PASSWORD)
            status, detail = server.select(folder)
            if status != "OK":
                raise AssertionError(f"no folder {folder}: {detail}")
            yield server

    def mails(self, user, folder="INBOX"):
        """Every mail of a folder, parsed; nothing is marked."""
        with self.mailbox(user, folder) as server:
            numbers = server.search(None, "ALL")[1][0].split()
            raw = [server.fetch(number, "(BODY.PEEK[])")[1][0][1] for number in numbers]
        return [message_from_bytes(one, policy=policy.default) for one in raw]

    def wait_for_mail(self, user, matches, folder="INBOX", seconds=20):
        return self.wait_for(lambda: next((m for m in self.mails(user, folder) if matches(m)), None),
                             f"a mail to {user}", seconds)

    def reset_uidvalidity(self, user):
        """As after a restored backup: the next SELECT gives every message another identity."""
        folder = self.root / "mail" / f"{user}@{DOMAIN}"
        for pattern in ("dovecot-uidlist", "dovecot-uidvalidity*", "dovecot.index*"):
            for path in folder.glob(pattern):
                path.unlink()
