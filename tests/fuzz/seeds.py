#!/usr/bin/env python3
"""Writes the seeds of every fuzz target, one folder each: the golden files of the channels, and small inputs of each form.

    seeds.py FOLDER

Called by ctest before the targets run. The regressions, which found something once, lie in regressions/ and stay as they are.
"""

import json
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]

STATUSES = (200, 201, 302, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503, 504)
BODIES = ('', '<html>', '{}', '{"ok":true,"result":{"message_id":5}}', '{"ok":true,"result":[]}', '{"ok":false,"error_code":429,'
          '"description":"Too Many Requests","parameters":{"retry_after":9}}', '{"messages":[{"id":"wamid.x"}]}', '{"id":"x1"}',
          '{"error":{"code":131026,"message":"m"}}', '{"error":{"code":"blocked","detail":"no"}}',
          '{"ok":true,"result":[{"update_id":7,"message":{"message_id":1,"chat":{"id":77,"type":"private"},"text":"a"}}]}')
HEADERS = ('', 'retry-after: 7\n', 'retry-after: 99999999999999999999\n', 'retry-after: -1\n', 'retry-after: Wed, 21 Oct 2026 07:28:00 GMT\n')

FORM = ('preamble\r\n--b1\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--b1\r\n'
        'Content-Disposition: form-data; name="file"; filename="a \\"b\\".png"; filename*=UTF-8\'\'caf%C3%A9.png\r\n'
        'Content-Type: image/png\r\n\r\nbytes\r\n--b\r\nmore\r\n--b1--\r\nepilogue')

IMAP_OPEN = ('* CAPABILITY IMAP4rev1 IDLE\r\ni1 OK\r\n* 2 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 13] x\r\n'
             'i2 OK [READ-ONLY] done\r\n')

SMALL = {
    'client_frame': [
        '{"type":"auth","id":1,"token":"ibx_x"}', '{"type":"subscribe","id":2,"since":"e1:5","events":["message.*"],"inboxes":["a"]}',
        '{"type":"command","id":3,"key":"k","name":"message.send","args":{"conversation":"cv_1","text":"a","note":true,"if_seen":"e1:4",'
        '"attachments":["at_1"],"reply_to":"ms_1","template":{"name":"n","language":"it","components":[]}}}',
        '{"name":"conversation.update","args":{"conversation":"cv_1","status":"snoozed","snoozed_until":"2026-11-22T12:00:00Z","tags":["a"],'
        '"assignee":null,"priority":"high","if_version":3}}',
        '{"name":"contact.update","args":{"contact":"ct_1","attributes":{"a":"b"},"tier":null}}',
        '{"name":"contact.split","args":{"contact":"ct_1","identities":["id_1"]}}', '{"name":"message.resolve","args":{"message":"ms_1","as":"sent"}}',
        '[' * 40 + ']' * 40, '{"a":' * 40 + '1' + '}' * 40],
    'stored_json': ['[' * 70 + ']' * 70, '{"id":12345678901234567890,"text":"\\ud83d\\ude15","a":[{"id":1.5}],"date":-1}', '{"a":1e400}',
                    '[{"label":"send","status":200,"body":"{}","now":1,"nonce":2}]', '{"partial":{"delivered":["a"],"more_to_come":true}}',
                    '{"type":"location","latitude":45.4,"longitude":9.1}'],
    'http_target': ['/v1/conversations?status=open,pending&limit=50&after=12_3', 'http://host/a%20b?x=%41', '/a/../b', '/%2e%2e/', '/%00', '*', '/?a=%', 'inboxd.v1, other'],
    'http_request': ['GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
                     'POST /hooks/shop HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n',
                     'POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 'GET / HTTP/1.0\r\n\r\n'],
    'header_parameters': ['multipart/form-data; boundary=b1', 'multipart/form-data; boundary="a b"', "form-data; name=\"file\"; filename*=UTF-8''caf%C3%A9.png; filename=\"x\\\"\""],
    'multipart': [FORM, FORM.replace('\r\n', '\n'), '--b1--', '--b1\r\n\r\n\r\n--b1--\r\n'],
    'tokens': ['e1:5', 'k3j9x0ab:9223372036854775807', 'ms_9', 'ms_09', '12_34', 'Bearer ibx_abc', '1 551 18813', '2026-11-22T12:00:00.123Z',
               '2024-02-29T23:59:59+02:00', 'e1.ms_7.send.2.3'],
    'rich_text': ['<p>a <b>b <i>c</b> d</i></p><ul><li>x<li>y</ul>', '<a href="https://a.example/?x=1&amp;y">l</a><a href="javascript:x">n</a>',
                  '<pre>  a\n b</pre><blockquote>q<br>r</blockquote><script>x</script>', '&#128533;&nbsp;&lt;', '<b>' * 70],
    'telegram_entities': ['{"text":"a \\ud83d\\ude15 bold link","entities":[{"type":"bold","offset":2,"length":2},{"type":"text_link","offset":5,"length":4,'
                          '"url":"https://a.example"},{"type":"pre","offset":0,"length":99}]}',
                          '{"text":"one two three four five six","entities":[{"type":"italic","offset":3,"length":12},{"type":"blockquote","offset":-1,"length":5}]}'],
    'addresses': ['127.0.0.1', '8.8.8.8', '::ffff:10.0.0.1', '2001:db8::1', '64:ff9b::a00:1', 'http://127.0.0.1:8899/a', 'https://x.example.com/m?t=1',
                  'https://user:pw@media.test/', '//other/', '/b?c', 'https://media.test:443/c', 'could not reach https://a.example/token and http://b'],
    'forwarded_for': ['192.0.2.1', '192.0.2.1, 10.0.0.7', 'unknown, 10.0.0.7', '[2001:db8::1]:80, ::1', '10.0.0.0/8', ',,,'],
    'live_frame': ['\x02\x0f\xa0bye', 'é' * 80, '\x88\x02\x0f\xa0'],
    'visitor_token': ['{"sub":"anna","aud":"website","iat":1763800000,"exp":1763800600,"name":"Anna","email":"a@example.com"}', '{"sub":7}',
                      'eyJhbGciOiJub25lIn0.e30.', 'eyJhbGciOiJIUzI1NiJ9.e30.AAAA'],
    'mbox': ['From anna@example.com Thu Nov 12 10:00:00 2020\nFrom: a@b\nDate: Thu, 12 Nov 2020 11:00:00 +0100\n\n>From here\n\nFrom - Fri Nov 13 10:00:00 2020\n\n>>From\n',
             'From anna\nA: b\n\none\n\nFrom bruno\r\nDate:\r\n 12 Nov 99 10:00 -0500\r\n\r\ntwo\r\n', '\ufeffFrom 1@x Thu Nov 12 10:00:00 +0000 2020\n\n', '\n\nno mbox'],
    'imap_responses': [
        IMAP_OPEN + '* SEARCH 11 12\r\ni3 OK\r\n* 1 FETCH (UID 11 RFC822.SIZE 3 INTERNALDATE "17-Jul-1996 02:44:25 -0700")\r\n'
        '* 2 FETCH (RFC822.SIZE 400 UID 12)\r\ni4 OK\r\n* 1 FETCH (UID 11 BODY[] {3}\r\nabc)\r\ni5 OK\r\n'
        '* 2 FETCH (BODY[HEADER]<0> ~{3}\r\na\r\n UID 12)\r\ni6 OK\r\n+ idling\r\n* 3 EXISTS\r\ni7 OK\r\n* SEARCH 13\r\ni8 OK\r\n',
        IMAP_OPEN + '* SEARCH\r\ni3 OK\r\n+\r\n* BYE\r\n', 'i1 NO\r\ni2 NO [NONEXISTENT] no\r\n* LIST (\\Sent) "/" "Entw&APw-rfe"\r\ni3 OK\r\n',
        IMAP_OPEN.replace('7]', '8]') + '* SEARCH 2\r\ni3 OK\r\n* 1 FETCH (UID 2 BODY[] NIL RFC822.SIZE 1)\r\ni4 OK\r\ni5 NO\r\n',
        '* 1 FETCH (X "a\\"" (b (NIL)) BODY[HEADER.FIELDS (A)] {2+}\r\nxy)\r\n'],
    'lmtp_session': [
        'LHLO a\r\nMAIL FROM:<a@b> SIZE=9 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<c+d@e>\r\nRCPT TO:<no@e>\r\nDATA\r\nA: b\r\n\r\n..c\r\n.\r\nQUIT\r\n',
        'LHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<@x,@y:"c>\\""@e>\r\nDATA\r\na\n.\nb\r.\rc\r\n.\nd\r\n.\r\nMAIL FROM:<>\r\nRSET\r\nNOOP\r\nVRFY a\r\n',
        'EHLO a\r\nMAIL\r\nDATA\r\n' + 'NOOP ' + 'x' * 5000 + '\r\n', 'LHLO a\r\nMAIL FROM:<a>\r\nRCPT TO:<b>\r\nDATA\r\n' + 'x' * 300 + '\r\n.\r\nQUIT\r\n'],
    'safe_html': ['<p style="color:red;background:url(x)" onclick=x>a<b><i>b</b></i><script>c</script>', '<svg><p><style><g title="</style><img src=x onerror=alert(1)>">',
                  '<a href="java&Tab;script&colon;x">l</a><a href=https://a.example title=\'"\'>l</a>', '<img src=cid:a@b alt=x><img src=//a.example/x width=9><img src="data:image/png;base64,AA==">',
                  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">', '<noscript><p title="</noscript><img src=x onerror=x>">',
                  '<table><tr><td>a<td>b<tr><td><table><a>c</table>', '<!--[if mso]><x><![endif]--><!--><!--->a<![CDATA[b]]><?x?></ x>', '<ol><li>a<p>b<li>c<dl><dt>d<dd>e',
                  '<span class=remote-image title="https://a.example/&amp;b">[image]</span>&#0;&#x41;&nbsp&notanentity;', "<textarea></textarea><title></title><xmp><plaintext>"],
    'split_text': ['Fine.\n\nOn Mon, Nov 3, 2025 at 10:00 AM Anna <a@example.com>\nwrote:\n\n> Hello\n>> there\n', 'Si\n\nIl giorno lun 3 nov 2025 alle ore 10:00 Anna <a@b.it> ha scritto:\n> x\n\n-- \nA\n',
                   'Ja\r\n\r\n________________________________\r\nVon: A\r\nGesendet: Montag\r\nAn: B\r\nBetreff: C\r\n\r\nx\r\n', '-----Original Message-----\nx', 'a\n---------- Forwarded message ---------\nFrom: x\n',
                   '> q\na\n> q\nSent from my iPhone\n', '\n\n \n', 'Le 3 nov. 2025 à 10:00, Anna a écrit\u00a0:\n> x'],
    'split_html': ['<div>a</div><div class="gmail_quote"><div class=gmail_attr>On x wrote:</div><blockquote class=gmail_quote>b<br><br>c</blockquote></div>',
                   '<p>a</p><div class="moz-cite-prefix">On 3 Nov 2025, A wrote:</div><blockquote type="cite"><p>b</p></blockquote><div class=moz-signature>-- <br>s</div>',
                   '<div>a</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> x</div>b', '<ul><li>a<li><p>b</ul><pre>c\n d</pre><a href=https://a.example>e</a>',
                   '<table><tr><td>a<td style="display:none">b</table><img alt=c><blockquote>d</blockquote>'],
    'content_type': [b'\x89PNG\r\n\x1a\n', b'%PDF-1.7', b'\xff\xd8\xff', b'  <!DOCTYPE html>', b'<svg xmlns="">', b'plain text\n', b'PK\x03\x04',
                     b'\x00\x00\x00\x18ftypmp42', b'\xef\xbb\xbf<p>'],
    'mail_header': ['=?utf-8?B?w6k=?= =?gb2312?Q?=C4=E3?= "x" <a@b.example>, g: c@d.example;, (c) e@f.example', '<a@b> c@d <e@f>',
                    'Sun, 22 Nov 2026 10:00:00 +0100 (CET)', 'mx.test; spf=pass (a;b) x=y; dkim/1=fail; dmarc="none"', '../a\\b\u202e.exe',
                    '<img src="cid:a%40b">', 'Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1\n\nx: y',
                    'delivery has failed to <a@b.example>:\n550 5.1.1 no such user\nMessage-ID: <17.0123456789abcdef@x>', 'a \n> b \n-- \nc'],
    'config_file': ['[server]\nlisten = "127.0.0.1:8080"\n[storage]\ndirectory = "/var/lib/inboxd"\n[[inbox]]\nname = "shop"\nconnector = "loopback"\nsecret = "x"\n',
                    '[[inbox]]\nname="a"\nconnector="telegram"\ntoken={env="T"}\n', '[server]\nlisten = 1\nunknown = [1,2\n', '"' * 3, 'a=1979-05-27T07:32:00Z\n'],
}


def write(folder: Path, target: str, inputs) -> None:
    place = folder / target
    place.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(inputs):
        (place / f"seed{number:03}").write_bytes(text if isinstance(text, bytes) else text.encode())


def main() -> int:
    folder = Path(sys.argv[1])
    results = []
    for channel in sorted(path.parent.name for path in SOURCE.glob("connectors/*/settings.schema.json")):
        golden = sorted((SOURCE / "connectors" / channel / "testdata").glob("*.json"))
        bodies = [path.read_bytes() for path in golden if not path.name.endswith(".out.json") and path.stem != "conformance"]
        results += [path.read_bytes() for path in golden if path.name.endswith(".out.json")]
        write(folder, f"webhook_{channel}", bodies + [b'hub.mode=subscribe&hub.verify_token=a%20b&hub.challenge=123', b'{"events":[{"type":"message"}]}'])
        answers = [f"{status}\n{header}\n{body}" for status in STATUSES for header, body in zip(HEADERS * 3, BODIES)]
        write(folder, f"answer_{channel}", answers + ["lost\n\n", "not_sent\n\n"])
    write(folder, "inbound_json", results)
    mails = [path.read_bytes() for path in sorted((SOURCE / "connectors/email/testdata").glob("*.eml"))]
    write(folder, "mail", mails + [mail.replace(b"\n", b"\r\n") for mail in mails])
    small = {**SMALL, "stored_json": SMALL["stored_json"] + results[:20]}
    for target, inputs in small.items():
        write(folder, target, inputs)
    # Words that parsers look for, for libFuzzer's own inventions.
    words = sorted({word for text in results for word in json.dumps(json.loads(text)).replace('"', ' ').split() if 2 < len(word) < 24 and word.isascii()})
    (folder / "words.dict").write_text("".join(f'"{word}"\n' for word in words if "\\" not in word)[:20000].rsplit("\n", 1)[0] + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
