"""An initramfs in the newc format, read, changed and written: what `busypy pack` refuses to pack
(a runtime without its interpreter, say) has to be taken out of a good image."""

import stat

HEAD = 110
END = "TRAILER!!!"


def padding(length):
    return -length % 4


class Entry:
    def __init__(self, mode, data=b"", device=(0, 0)):
        self.mode, self.data, self.device = mode, data, device


class Image:
    """Entries by path, without a leading slash."""

    def __init__(self):
        self.entries = {}

    @classmethod
    def read(cls, path):
        made = cls()
        with open(path, "rb") as file:
            data = file.read()
        at, shared = 0, {}
        while True:
            if data[at:at + 6] != b"070701":
                raise ValueError(f"{path}: no newc header at {at}")
            fields = [int(data[at + 6 + 8 * n:at + 14 + 8 * n], 16) for n in range(13)]
            ino, mode, _, _, links, _, size, _, _, major, minor, length, _ = fields
            at += HEAD
            name = data[at:at + length - 1].decode()
            at += length + padding(HEAD + length)
            if name == END:
                return made
            entry = Entry(mode, data[at:at + size], (major, minor))
            at += size + padding(size)
            if links > 1 and stat.S_ISREG(mode):
                first = shared.setdefault(ino, entry)  # one of the names has the data
                first.data = first.data or entry.data
                entry = first
            made.entries[name] = entry

    def write(self, path):
        with open(path, "wb") as file:
            for ino, (name, entry) in enumerate(self.entries.items(), 1):
                self.put_one(file, name, entry, ino)
            self.put_one(file, END, Entry(0), 0)

    @staticmethod
    def put_one(file, name, entry, ino):
        raw = name.encode() + b"\0"
        fields = (ino, entry.mode, 0, 0, 1, 0, len(entry.data), 0, 0, *entry.device, len(raw), 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + raw
        file.write(head + bytes(padding(len(head))))
        file.write(entry.data + bytes(padding(len(entry.data))))

    def put(self, path, text, mode=0o644):
        """A file; directories above it have to exist."""
        data = text.encode() if isinstance(text, str) else text
        self.entries[path] = Entry(stat.S_IFREG | mode, data)

    def mkdir(self, path):
        self.entries[path] = Entry(stat.S_IFDIR | 0o755)

    def remove(self, path):
        """A path and all below it; at least one entry."""
        doomed = [name for name in self.entries if name == path or name.startswith(path + "/")]
        if not doomed:
            raise LookupError(path)
        for name in doomed:
            del self.entries[name]

    def keep(self, condition):
        """Only the entries for whose path the condition holds."""
        self.entries = {name: entry for name, entry in self.entries.items() if condition(name)}
