# What crosses between processes: length-prefixed JSON. Values are plain data, never pickles: reading them runs nothing.

FRAME_LIMIT = 32 << 20
DEPTH_LIMIT = 150
EXACT = 1 << 53


class Malformed(Exception):
    """The other side does not keep to the protocol."""


def no_constant(name):
    raise ValueError(name)


to_text = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
from_text = json.JSONDecoder(parse_constant=no_constant).decode


def local_socket(fd):
    """A socket of a known kind, which need not be asked for it."""
    return socket.socket(socket.AF_UNIX, socket.SOCK_STREAM, 0, fd)


def send(sock, message):
    data = to_text(message).encode()
    if len(data) > FRAME_LIMIT:
        raise ValueError("value too large")
    sock.sendall(struct.pack("<I", len(data)) + data)


def read_exactly(sock, size):
    parts = []
    while size:
        part = sock.recv(min(size, 1 << 20))
        if not part:
            return None
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def receive(sock):
    """The next message; None at the end."""
    header = read_exactly(sock, 4)
    if header is None:
        return None
    (size,) = struct.unpack("<I", header)
    if size > FRAME_LIMIT:
        raise Malformed("a frame is too large")
    return parse(read_exactly(sock, size))


def receive_alone(sock):
    """The next message where nothing may follow it; None at the end."""
    data = sock.recv(1 << 16)
    if len(data) < 4:
        rest = read_exactly(sock, 4 - len(data)) if data else None
        if rest is None:
            return None
        data += rest
    (size,) = struct.unpack_from("<I", data)
    if size > FRAME_LIMIT:
        raise Malformed("a frame is too large")
    if len(data) > size + 4:
        raise Malformed("more than one answer")
    body = data[4:]
    if len(body) < size:
        rest = read_exactly(sock, size - len(body))
        body = None if rest is None else body + rest
    return parse(body)


def parse(data, from_text=from_text):
    if data is None:
        return None
    try:
        message = from_text(data.decode())
    except (ValueError, RecursionError) as error:
        raise Malformed("a frame is not JSON") from error
    if type(message) is not dict:
        raise Malformed("a frame is not an object")
    return message


def encode(value, opaque, depth=0):
    """Plain data as JSON. Of a subclass only what it holds counts, not what it claims to equal."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        return value if -EXACT < value < EXACT else {"i": hex(value)}
    if kind is float:
        return value if math.isfinite(value) else {"f": "nan" if value != value else "inf" if value > 0 else "-inf"}
    if depth > DEPTH_LIMIT:
        raise ValueError("nested too deeply")
    inner = lambda values: [encode(v, opaque, depth + 1) for v in values]
    if kind is list:
        return inner(value)
    if kind is tuple:
        return {"t": inner(value)}
    if kind is dict:
        return {"d": [inner(pair) for pair in value.items()]}
    if kind is set:
        return {"s": inner(value)}
    if kind is frozenset:
        return {"z": inner(value)}
    if kind is bytes:
        return {"b": value.hex()}
    if kind is complex:
        return {"c": inner((value.real, value.imag))}
    for base in (bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset):
        if issubclass(kind, base):
            return encode(PLAIN[base](value), opaque, depth)
    if kind.__module__ == "numpy" and hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        return encode(value.item(), opaque, depth)
    return opaque(value)


# A subclass may redefine its own conversions: these read what the base class holds.
PLAIN = {
    int: lambda v: int.__add__(v, 0),
    float: lambda v: float.__add__(v, 0.0),
    complex: lambda v: complex.__add__(v, 0j),
    str: lambda v: str.__str__(v)[:] if type(str.__str__(v)) is str else "".join(str.__iter__(v)),
    bytes: lambda v: bytes(bytes.__iter__(v)),
    bytearray: lambda v: bytes(bytearray.__iter__(v)),
    list: lambda v: [*list.__iter__(v)],
    tuple: lambda v: (*tuple.__iter__(v),),
    dict: lambda v: dict([(k, dict.__getitem__(v, k)) for k in dict.__iter__(v)]),
    set: lambda v: {*set.__iter__(v)},
    frozenset: lambda v: frozenset([*frozenset.__iter__(v)]),
}


def decode(data, remote, depth=0):
    """The value, built from plain types only."""
    if depth > 2 * DEPTH_LIMIT:
        raise Malformed("nested too deeply")
    if type(data) is list:
        return [decode(d, remote, depth + 1) for d in data]
    if type(data) is not dict:
        return data
    if len(data) != 1:
        raise Malformed("a value with several tags")
    ((tag, body),) = data.items()
    try:
        if tag in ("t", "s", "z"):
            return {"t": tuple, "s": set, "z": frozenset}[tag](decode(d, remote, depth + 1) for d in body)
        if tag == "d":
            return {decode(k, remote, depth + 1): decode(v, remote, depth + 1) for k, v in body}
        if tag == "i":
            return int(body, 16)
        if tag == "f":
            return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[body]
        if tag == "b":
            return bytes.fromhex(body)
        if tag == "c":
            re_part, im_part = (float(decode(d, remote, depth + 1)) for d in body)
            return complex(re_part, im_part)
        if tag == "h":
            return remote(int(body[0]), str(body[1]))
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise Malformed("a value that is not what its tag says") from error
    raise Malformed("an unknown tag")
