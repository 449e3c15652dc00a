"""How an input is changed: bytes, data objects (lengths kept right, or made to lie), text, and lists of commands.

Nothing here knows a parser. A seed is taken apart once, so that a change costs some ten microseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import NamedTuple

SIZE_MAXIMUM = 16384
DEPTH_MAXIMUM = 16
INTERESTING = tuple(map(bytes.fromhex, ("", "00", "01", "7f", "80", "ff", "0000", "ffff", "7fffffff", "ff" * 8, "00" * 16)))
TAGS = bytes.fromhex("0102030405060a0c1314161718193031425c6163656b6d7577808182838485868a8ea0a1a2a3a5")
LYING_LENGTHS = tuple(map(bytes.fromhex, ("80", "8105", "84ffffffff", "850100000000", "ff", "820005", "7f")))
WORDS = (
    "null", "true", "[]", "{}", '""', "-1", "1e999", "NaN", "0", "9" * 20, '"\\ud800"', '"\\u0000"', "[" * 3000, '{"a":' * 3000,
    "<<", "<", "\n", "\r\n", "«", "č", "\u202e", "𐍈", "http://", "https://a", "//", "@", "%00", "..", " ", "A" * 300,
)  # fmt: skip
SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ<<<KKO«\n\r ač{}[]":,.-_/\\'


class Node(NamedTuple):
    """One data object: where its tag, its content and what follows it begin; the index of the object around it, or -1."""

    start: int
    content: int
    end: int
    around: int


@dataclass(frozen=True)
class Seed:
    raw: bytes

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        found: list[Node] = []
        _collect(self.raw, 0, len(self.raw), -1, found, 0)
        return tuple(found)

    @cached_property
    def blocks(self) -> tuple[bytes, ...]:
        return tuple(blocks(self.raw))


Mutation = Callable[[Random, Seed, Sequence[Seed]], bytes]


def blocks(raw: bytes) -> list[bytes]:
    """The parts of an input that is a list: each after its length in two bytes; a part that is cut off is what there is."""
    found, offset = [], 0
    while offset + 2 <= len(raw):
        size = int.from_bytes(raw[offset : offset + 2], "big")
        found.append(raw[offset + 2 : offset + 2 + size])
        offset += 2 + size
    return found


def joined(parts: Sequence[bytes]) -> bytes:
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts if len(part) < 0x10000)


def random_bytes(random: Random, seed: Seed, pool: Sequence[Seed]) -> bytes:
    """One to four changes that know nothing of a structure."""
    raw = seed.raw
    for _ in range(1 + int(random.random() ** 2 * 4)):
        raw = _change_bytes(random, raw, pool)
    return raw[:SIZE_MAXIMUM]


def data_objects(random: Random, seed: Seed, pool: Sequence[Seed]) -> bytes:
    """One change of a data object, the lengths around it kept right; in one of three inputs changes of bytes as well."""
    if not seed.nodes or random.random() < 0.15:
        return random_bytes(random, seed, pool)
    changed = _change_object(random, seed, pool)
    if random.random() < 0.33:
        changed = _change_bytes(random, changed, pool)
    return changed[:SIZE_MAXIMUM]


def text(random: Random, seed: Seed, pool: Sequence[Seed]) -> bytes:
    """Changes of characters; the input is UTF-8."""
    content = seed.raw.decode("utf-8", "replace")
    for _ in range(1 + int(random.random() ** 2 * 5)):
        start = int(random.random() * (len(content) + 1))
        removed = int(random.random() ** 3 * 12)
        kind = random.random()
        if kind < 0.5:
            added = "".join(random.choice(SIGNS) for _ in range(int(random.random() * 3)))
        elif kind < 0.7:
            added = random.choice(WORDS)
        elif kind < 0.85:
            added = content[int(random.random() * (len(content) + 1)) :][: int(random.random() * 40)]
        else:
            added = chr(int(random.random() ** 4 * 0xD7FF))
        content = content[:start] + added + content[start + removed :]
    return content.encode("utf-8", "replace")[: SIZE_MAXIMUM * 4]


def commands(random: Random, seed: Seed, pool: Sequence[Seed]) -> bytes:
    """A list (see `blocks`) with its parts dropped, repeated, exchanged, taken from another list, or changed themselves."""
    parts = list(seed.blocks)
    for _ in range(1 + int(random.random() * 3)):
        place = int(random.random() * (len(parts) + 1))
        kind = random.random()
        if kind < 0.15 and parts:
            del parts[place % len(parts)]
        elif kind < 0.3:
            other = random.choice(pool).blocks
            if other:
                parts.insert(place, random.choice(other))
        elif kind < 0.4 and parts:
            parts.insert(place, random.choice(parts))
        elif kind < 0.45 and len(parts) > 1:
            parts = parts[place:] + parts[:place]
        elif parts:
            position = place % len(parts)
            parts[position] = _change_command(random, parts[position], pool)
    return joined(parts[:16])


def _change_command(random: Random, raw: bytes, pool: Sequence[Seed]) -> bytes:
    """The data field as data objects, Lc kept right; or the bytes."""
    if len(raw) > 6 and random.random() < 0.5 and raw[4] and 5 + raw[4] <= len(raw):
        data = Seed(raw[5 : 5 + raw[4]])
        changed = _change_object(random, data, ()) if data.nodes else _change_bytes(random, data.raw, ())
        if 0 < len(changed) < 256:
            return raw[:4] + bytes((len(changed),)) + changed + raw[5 + raw[4] :]
    return _change_bytes(random, raw, ())


def _change_bytes(random: Random, raw: bytes, pool: Sequence[Seed]) -> bytes:
    start = int(random.random() * (len(raw) + 1))
    kind = int(random.random() * 9)
    if kind == 0 and start < len(raw):
        return raw[:start] + bytes((raw[start] ^ (1 << int(random.random() * 8)),)) + raw[start + 1 :]
    if kind == 1:
        return raw[:start] + bytes((int(random.random() * 256),)) + raw[start + 1 :]
    if kind == 2:
        some = random.choice(INTERESTING)
        return raw[:start] + some + raw[start + len(some) :]
    if kind == 3:
        return raw[:start] + random.randbytes(int(random.random() * 5)) + raw[start:]
    if kind == 4:
        return raw[:start] + raw[start + 1 + int(random.random() ** 2 * 20) :]
    if kind == 5:
        return raw[:start]
    if kind == 6:
        piece = raw[start : start + int(random.random() * 40)]
        return raw[:start] + piece * (1 + int(random.random() ** 4 * 200)) + raw[start:]
    if kind == 7 and pool:
        other = random.choice(pool).raw
        return raw[:start] + other[int(random.random() * (len(other) + 1)) :]
    size = (1, 2, 4)[int(random.random() * 3)]
    number = int.from_bytes(raw[start : start + size], "big") + int(random.random() * 5) - 2
    return raw[:start] + (number % (1 << (8 * size))).to_bytes(size, "big") + raw[start + size :]


def _change_object(random: Random, seed: Seed, pool: Sequence[Seed]) -> bytes:
    nodes, raw = seed.nodes, seed.raw
    index = int(random.random() * len(nodes))
    node = nodes[index]
    whole, content = raw[node.start : node.end], raw[node.content : node.end]
    tag = _tag(whole)
    kind = int(random.random() * 14)
    if kind == 0:
        new = b""
    elif kind == 1:
        new = whole * (2 + int(random.random() ** 6 * 1000))
    elif kind == 2 and pool:
        new = _some_object(random, pool) or whole
    elif kind == 3 and pool:
        new = whole + _some_object(random, pool)
    elif kind == 4:
        new = _object(bytes((random.choice(TAGS),)), content)
    elif kind == 5:
        new = tag + random.choice(LYING_LENGTHS) + content
    elif kind == 6:
        deep = content
        for _ in range(1 + int(random.random() ** 5 * 1500)):
            deep = _object(tag if len(tag) == 1 and tag[0] & 0x20 else b"\x30", deep)
            if len(deep) > SIZE_MAXIMUM:
                break
        new = deep
    elif kind == 7:
        new = _object(tag, random.choice(INTERESTING))
    elif kind == 8:
        new = _object(tag, content + b"\x00" * int(random.random() ** 3 * 300))
    elif kind == 9 and node.around >= 0:
        others = [other for other in nodes if other.around == node.around]
        other = random.choice(others)
        new = raw[other.start : other.end]
    elif kind == 10:
        new = _object(tag, content[: int(random.random() * (len(content) + 1))])
    else:
        new = _object(tag, _change_bytes(random, content, pool))
    return _put(seed, index, new)


def _put(seed: Seed, index: int, new: bytes) -> bytes:
    """`new` in place of an object; the objects around it get the length that fits."""
    raw, node = seed.raw, seed.nodes[index]
    while node.around >= 0:
        outer = seed.nodes[node.around]
        content = raw[outer.content : node.start] + new + raw[node.end : outer.end]
        new = _object(_tag(raw[outer.start : outer.content]), content)
        node = outer
    return raw[: node.start] + new + raw[node.end :]


def _some_object(random: Random, pool: Sequence[Seed]) -> bytes:
    other = random.choice(pool)
    if not other.nodes:
        return b""
    node = random.choice(other.nodes)
    return other.raw[node.start : node.end][:2048]


def _object(tag: bytes, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return tag + bytes((size,)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return tag + bytes((0x80 | len(length),)) + length + content


def _tag(whole: bytes) -> bytes:
    size = 1
    if whole and whole[0] & 0x1F == 0x1F:
        while size < len(whole) and whole[size] & 0x80:
            size += 1
        size += 1
    return whole[:size]


def _collect(raw: bytes, start: int, end: int, around: int, found: list[Node], depth: int) -> bool:
    """Whether `raw[start:end]` is a whole string of data objects; they are added to `found`, those inside them too."""
    kept = len(found)
    while start < end:
        node = _node(raw, start, end, around)
        if node is None:
            del found[kept:]
            return False
        found.append(node)
        index = len(found) - 1
        if depth < DEPTH_MAXIMUM and node.end - node.content >= 2:
            inner = node.content + (1 if raw[node.start] == 0x03 and raw[node.content] == 0 else 0)
            # A primitive object may hold others (OCTET STRING in CMS, BIT STRING in keys): tried, left alone where it does not.
            _collect(raw, inner, node.end, index, found, depth + 1)
        start = node.end
    return True


def _node(raw: bytes, start: int, end: int, around: int) -> Node | None:
    tag = _tag(raw[start:end])
    offset = start + len(tag)
    if raw[start] == 0 or offset >= end:
        return None
    size = raw[offset]
    offset += 1
    if size > 0x84 or size == 0x80:
        return None
    if size > 0x80:
        count = size & 0x7F
        size, offset = int.from_bytes(raw[offset : offset + count], "big"), offset + count
    return Node(start, offset, offset + size, around) if offset + size <= end else None
