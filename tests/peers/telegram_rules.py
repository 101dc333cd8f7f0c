"""What Telegram checks of a request's parts, for telegram_double.py: text, entities, files, multipart bodies."""

import email.message
import email.parser
import email.policy
import json

ENTITY_TYPES = {"bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link", "blockquote"}
FILE_BYTES_MAX = 50 << 20
PHOTO_BYTES_MAX = 10 << 20


class Refusal(Exception):
    """An error answer: HTTP status, description, parameters."""

    def __init__(self, code, description, **parameters):
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def utf16_length(text):
    return len(text.encode("utf-16-le")) // 2


def parse_int(value, name):
    try:
        return int(value)
    except (TypeError, ValueError):
        raise Refusal(400, f"Bad Request: parameter {name} must be an integer") from None


def check_text(text, units_max, empty, too_long):
    if not isinstance(text, str) or not text.strip():
        raise Refusal(400, f"Bad Request: {empty}")
    if utf16_length(text.strip()) > units_max:
        raise Refusal(400, f"Bad Request: {too_long}")


def check_entities(text, entities):
    """Stricter than Telegram, which drops what does not fit: offsets must lie in the text on character borders."""
    if entities is None:
        return []
    entities = json.loads(entities) if isinstance(entities, str) else entities
    encoded = text.encode("utf-16-le")
    for entity in entities:
        offset, length = entity.get("offset"), entity.get("length")
        if entity.get("type") not in ENTITY_TYPES or not isinstance(offset, int) or not isinstance(length, int):
            raise Refusal(400, "Bad Request: can't parse MessageEntity: wrong fields")
        if offset < 0 or length <= 0 or (offset + length) * 2 > len(encoded):
            raise Refusal(400, "Bad Request: entity is outside of the text")
        try:
            encoded[offset * 2:(offset + length) * 2].decode("utf-16-le")
        except UnicodeDecodeError:
            raise Refusal(400, "Bad Request: entity splits a character") from None
        if entity["type"] == "text_link" and not entity.get("url"):
            raise Refusal(400, "Bad Request: can't parse MessageEntity: no url")
    return entities


def check_file(kind, file):
    size = len(file["content"])
    if size == 0:
        raise Refusal(400, "Bad Request: file must be non-empty")
    if size > FILE_BYTES_MAX:
        raise Refusal(413, "Request Entity Too Large")
    if kind == "photo":
        if size > PHOTO_BYTES_MAX:
            raise Refusal(400, "Bad Request: file is too big")
        if not file["content"].startswith((b"\xff\xd8", b"\x89PNG")):
            raise Refusal(400, "Bad Request: IMAGE_PROCESS_FAILED")


def parse_form(content_type, body):
    """Fields and files of multipart/form-data (RFC 7578), every byte of a file as it came."""
    kind = email.message.Message()
    kind["Content-Type"] = content_type
    boundary = (kind.get_param("boundary") or "").encode()
    if not boundary or not body.rstrip(b"\r\n").endswith(b"--" + boundary + b"--"):
        raise Refusal(400, "Bad Request: can't parse multipart/form-data")
    parameters, files = {}, {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary)[1:-1]:
        head, _, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + b"\r\n\r\n", headersonly=True)
        name = headers.get_param("name", header="content-disposition")
        if headers.get_filename() is None:
            parameters[name] = content.decode()
        else:
            files[name] = {"name": headers.get_filename(), "mime": headers.get_content_type(), "content": content}
    return parameters, files
