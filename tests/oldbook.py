"""A workbook of the time before xlsx, written byte by byte: no library at hand writes one."""

import struct

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def text(value):
    return struct.pack("<HB", len(value), 1) + value.encode("utf-16-le")


def cell(row, column, value):
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return record(0x0204, place + text(value))
    return record(0x0203, place + struct.pack("<d", value))


def stream(rows, hidden):
    """The workbook: one sheet of text and numbers (BIFF 8)."""
    version = struct.pack("<HHHHII", 0x0600, 0x0005, 0x0DBB, 0x07CC, 0, 6)
    name = struct.pack("<BB", 2, 1) + "台账".encode("utf-16-le")
    start = (
        len(record(0x0809, version)) + len(record(0x0085, struct.pack("<IH", 0, hidden) + name)) + len(record(0x000A))
    )
    book = record(0x0809, version) + record(0x0085, struct.pack("<IH", start, hidden) + name) + record(0x000A)
    book += record(0x0809, version.replace(b"\x05\x00\xbb", b"\x10\x00\xbb"))
    width = max(map(len, rows))
    book += record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0))
    for number, cells in enumerate(rows):
        book += b"".join(cell(number, position, value) for position, value in enumerate(cells) if value != "")
    return book + record(0x000A)


def as_xls(path, rows, *, hidden=False):
    """The workbook inside a compound file of one stream."""
    content = stream(rows, int(hidden))
    content += b"\0" * (max(4096, -len(content) % SECTOR + len(content)) - len(content))
    content += b"\0" * (-len(content) % SECTOR)
    sectors = len(content) // SECTOR
    chain = [FAT, END, *(n + 3 for n in range(sectors - 1)), END]
    header = bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, END, 0, END, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", FREE) * 108
    table = b"".join(struct.pack("<I", link) for link in chain).ljust(SECTOR, b"\xff")
    folder = entry("Root Entry", 5, child=1, start=END, size=0) + entry("Workbook", 2, start=2, size=len(content))
    path.write_bytes(header + table + folder.ljust(SECTOR, b"\0") + content)
    return path


def entry(name, kind, *, start, size, child=FREE):
    title = (name + "\0").encode("utf-16-le")
    body = title.ljust(64, b"\0") + struct.pack("<HBBIII", len(title), kind, 1, FREE, FREE, child) + b"\0" * 36
    return body + struct.pack("<IQ", start, size)
