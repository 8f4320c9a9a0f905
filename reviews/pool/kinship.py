"""Which organisations count as one: by credit code, by name, and by the ties that staff keep."""

import re
import unicodedata
from collections.abc import Iterable

Node = tuple[str, str]
# brackets, dots, spaces: written in many ways, mean nothing
_NOISE = re.compile(r"[\W_]+")


def name_key(name: str) -> str:
    """A name as it is compared: full-width forms, brackets, spaces and case make no difference."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", name)).casefold()


class Kinship:
    """A partition of organisations. Same credit code, same name or a tie puts two of them together.

    E-mail domains play no part: unlike units share them.
    """

    def __init__(self) -> None:
        self._parent: dict[Node, Node] = {}

    def add(self, key: int, name: str, uscc: str | None = "") -> None:
        """An organisation of the database."""
        self._join(("id", str(key)), ("name", name_key(name)))
        if uscc:
            self._join(("id", str(key)), ("uscc", uscc))

    def tie(self, one: int, other: int) -> None:
        """Two organisations that staff declared to be one."""
        self._join(("id", str(one)), ("id", str(other)))

    def of(self, key: int | None) -> Node | None:
        """The family of an organisation; None for none."""
        return None if key is None else self._root(("id", str(key)))

    def of_name(self, name: str, uscc: str = "") -> frozenset[Node]:
        """The families that a name and a code, as somebody typed them, point to."""
        nodes = [("name", name_key(name))] if name_key(name) else []
        nodes += [("uscc", uscc.strip().upper())] if uscc.strip() else []
        return frozenset(self._root(node) for node in nodes)

    def of_all(self, keys: Iterable[int | None]) -> frozenset[Node]:
        """The families of several organisations."""
        return frozenset(found for key in keys if (found := self.of(key)) is not None)

    def _root(self, node: Node) -> Node:
        path = []
        while (above := self._parent.get(node, node)) != node:
            path.append(node)
            node = above
        for one in path:
            self._parent[one] = node
        return node

    def _join(self, one: Node, other: Node) -> None:
        first, second = sorted((self._root(one), self._root(other)))
        if first != second:
            self._parent[second] = first
