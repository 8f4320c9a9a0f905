#!/usr/bin/env python3
"""Check a published draw of experts. Needs Python 3.11 and nothing else: no solver, no database, no portal.

核验已公布的专家抽取结果，只需 Python 3.11，不依赖求解器、数据库或本平台。

    python verify_draw.py inputs.json manifest.json draw.json [change.json …]
    python verify_draw.py --self-test

Exit status: 0 every check passed, 1 a check failed, 2 the files cannot be read.

What is checked: the files belong together (SHA-256); bureau and inspector opened the secrets to which they had
committed; nobody in conflict could be drawn; the shortlist is the one that follows from the inputs;
the draw is the one that follows from the tickets. The last two are proved without solving anything: a flow is
the cheapest exactly if its residual graph has no cycle of negative cost, which Bellman and Ford's algorithm
shows by finding potentials; it is the only cheapest one if the arcs without reduced cost form no cycle.
For panels the walk by tickets is repeated. Changes after the draw are checked the same way.

One file on purpose, however long: it is read, copied and run by people who have nothing else of the portal.
Format of the files: canonical JSON (UTF-8, sorted keys, no spaces), as the portal offers them for download.
"""

import hashlib
import hmac
import json
import random
import sys
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

Pair = tuple[str, str]
Arc = tuple[int, int, int, int]  # tail, head, cost, number of the arc it belongs to


class Check(NamedTuple):
    """One line of the verdict; `chinese` is its name for the readers of the notice."""

    name: str
    passed: bool
    detail: str
    chinese: str


class Unreadable(Exception):
    """A file is not what it should be."""


# ------------------------------------------------------------------ hashes
def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def seed_of(manifest_sha256: str, secrets: dict[str, str], value: str) -> bytes:
    """All parts are text joined by "|"; the secrets in hexadecimal."""
    text = f"seed-v1|{manifest_sha256}|{secrets['bureau']}|{secrets['inspector']}|{value}"
    return hashlib.sha256(text.encode()).digest()


def ticket(seed: bytes, label: str, first: str, second: str, bits: int) -> int:
    """The first `bits` bits of HMAC-SHA256(seed, "label|first|second")."""
    code = hmac.digest(seed, "|".join((label, first, second)).encode(), "sha256")
    return int.from_bytes(code[:8], "big") >> (64 - bits)


def digest_of(rows: Iterable[Sequence[str]]) -> str:
    """SHA-256 over the sorted lines "number|expert"."""
    return sha256("\n".join(sorted("|".join(row) for row in rows)).encode())


def read(data: bytes) -> Any:
    """JSON in which no key stands twice. Raises Unreadable."""

    def once(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise Unreadable("a key stands twice in one object")
        return found

    try:
        return json.loads(data, object_pairs_hook=once)
    except ValueError as error:
        raise Unreadable(f"not JSON: {error}") from None


def is_canonical(data: bytes, content: Any) -> bool:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() == data


# ------------------------------------------------------------------ the certificate of a cheapest flow
@dataclass
class Task:
    """Seats, loads and organisations over priced pairs. `room` overrides the cap of some groups."""

    price: dict[Pair, int]
    seats: dict[str, int]
    unit: dict[str, str]  # expert: organisation
    load: dict[str, tuple[int, int]]
    cap: int
    room: dict[Pair, int] | None = None  # (number, organisation): seats left

    def room_of(self, group: Pair) -> int:
        return self.cap if self.room is None else self.room.get(group, self.cap)

    def faults(self, chosen: Sequence[Pair]) -> list[str]:
        """Each rule that the choice breaks, in words."""
        strangers = sorted({pair for pair in chosen if pair not in self.price})
        if strangers:
            return [f"{number}/{code} may not be chosen" for number, code in strangers]
        seats, loads = Counter(n for n, _ in chosen), Counter(e for _, e in chosen)
        groups = Counter((n, self.unit[e]) for n, e in chosen)
        found = [f"{n}/{e} is listed twice" for (n, e), times in Counter(chosen).items() if times > 1]
        found += [f"{n} has {seats[n]} experts instead of {k}" for n, k in self.seats.items() if seats[n] != k]
        found += [f"{e} has {loads[e]} applications, {a} to {b} allowed"
                  for e, (a, b) in self.load.items() if not a <= loads[e] <= b]  # fmt: skip
        found += [f"{g[0]} has {times} experts of {g[1]}" for g, times in groups.items() if times > self.room_of(g)]
        return found

    def residual(self, chosen: Sequence[Pair]) -> tuple[int, list[Arc]]:
        """Number of nodes, and the arcs along which the flow of `chosen` could still change."""
        taken = set(chosen)
        place: dict[tuple[str, ...], int] = {("end",): 0}
        arcs: list[Arc] = []
        edges = 0

        def edge(tail: tuple[str, ...], head: tuple[str, ...], flow: int, room: int, cost: int) -> None:
            nonlocal edges
            a, b = place.setdefault(tail, len(place)), place.setdefault(head, len(place))
            if flow < room:
                arcs.append((a, b, cost, edges))
            if flow:
                arcs.append((b, a, -cost, edges))
            edges += 1

        loads, groups, members = Counter[str](), Counter[Pair](), set[Pair]()
        for number, code in self.price:
            group = (number, self.unit[code])
            members.add(group)
            if (number, code) in taken:
                loads[code] += 1
                groups[group] += 1
        for number, code in self.price:
            edge(
                ("group", number, self.unit[code]),
                ("expert", code),
                int((number, code) in taken),
                1,
                self.price[number, code],
            )
        for number, unit in sorted(members):
            edge(("seats", number), ("group", number, unit), groups[number, unit], self.room_of((number, unit)), 0)
        for code, (low, high) in self.load.items():
            edge(("expert", code), ("end",), loads[code] - low, high - low, 0)
        return len(place), arcs

    def proof(self, chosen: Sequence[Pair]) -> tuple[bool, bool]:
        """Whether the choice, which breaks no rule, is the cheapest, and whether no other one is as cheap."""
        nodes, arcs = self.residual(chosen)
        height = potentials(nodes, arcs)
        if height is None:
            return False, False
        return True, not has_cycle(nodes, [arc for arc in arcs if height[arc[0]] + arc[2] == height[arc[1]]])


def potentials(nodes: int, arcs: list[Arc]) -> list[int] | None:
    """Bellman-Ford with a queue: heights that no arc undercuts; None if a cycle of negative cost exists."""
    leaving: list[list[tuple[int, int]]] = [[] for _ in range(nodes)]
    for tail, head, cost, _edge in arcs:
        leaving[tail].append((head, cost))
    height, reached_from = [0] * nodes, [-1] * nodes
    queue, waits, changes = deque(range(nodes)), [True] * nodes, 0
    while queue:
        tail = queue.popleft()
        waits[tail] = False
        base = height[tail]
        for head, cost in leaving[tail]:
            if base + cost < height[head]:
                height[head], reached_from[head] = base + cost, tail
                changes += 1
                if not waits[head]:
                    waits[head] = True
                    queue.append(head)
        if changes > nodes:  # now and then: do the steps run in a circle?
            changes = 0
            if runs_in_circle(reached_from):
                return None
    return height  # a queue that runs empty proves it: around a negative cycle it never would


def runs_in_circle(reached_from: list[int]) -> bool:
    """A circle of predecessors is a cycle of negative cost."""
    visit = [0] * len(reached_from)
    for number, node in enumerate(range(len(reached_from)), start=1):
        while node >= 0 and not visit[node]:
            visit[node] = number
            node = reached_from[node]
        if node >= 0 and visit[node] == number:
            return True
    return False


def has_cycle(nodes: int, arcs: list[Arc]) -> bool:
    """Whether these arcs hold a cycle other than one arc there and back.

    Such a cycle lies inside a strongly connected part. A part has none exactly if it is a tree of
    arcs that can be used both ways: every edge twice, and one edge less than nodes.
    """
    part = parts_of(nodes, arcs)
    inside = [(part[tail], edge) for tail, head, _cost, edge in arcs if part[tail] == part[head]]
    ways = Counter(edge for _part, edge in inside)
    if any(count == 1 for count in ways.values()):
        return True
    size, edges = Counter(part), Counter(one for one, _edge in inside)
    return any(count // 2 != size[one] - 1 for one, count in edges.items())


def parts_of(nodes: int, arcs: list[Arc]) -> list[int]:
    """The strongly connected part of each node (Tarjan, without recursion)."""
    leaving: list[list[int]] = [[] for _ in range(nodes)]
    for tail, head, _cost, _edge in arcs:
        leaving[tail].append(head)
    order, low, part = [-1] * nodes, [0] * nodes, [-1] * nodes
    stack: list[int] = []
    count = 0
    for root in range(nodes):
        path = [(root, 0)] if order[root] < 0 else []
        while path:
            node, at = path.pop()
            if at == 0:
                order[node] = low[node] = count
                count += 1
                stack.append(node)
            for place in range(at, len(leaving[node])):
                head = leaving[node][place]
                if order[head] < 0:
                    path += [(node, place + 1), (head, 0)]
                    break
                if part[head] < 0:
                    low[node] = min(low[node], order[head])
            else:
                if low[node] == order[node]:
                    while part[node] < 0:
                        part[stack.pop()] = node
                if path:
                    low[path[-1][0]] = min(low[path[-1][0]], low[node])
    return part


# ------------------------------------------------------------------ individual mode
def verify(inputs_bytes: bytes, manifest_bytes: bytes, draw_bytes: bytes, changes: Sequence[bytes] = ()) -> list[Check]:
    """Every check of a draw, or of panels, with its changes in their order. Raises Unreadable."""
    inputs, manifest, draw = read(inputs_bytes), read(manifest_bytes), read(draw_bytes)
    try:
        checks = [
            *check_files(inputs_bytes, manifest_bytes, inputs, manifest, draw),
            *(check_panels if manifest["protocol"] == "panel-v1" else check_draw)(inputs, inputs_bytes, manifest, draw),
        ]
        if changes:
            after = check_panel_changes if manifest["protocol"] == "panel-v1" else check_changes
            checks += after(inputs, manifest, draw_bytes, draw, changes)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise Unreadable(f"something is missing or misplaced: {error!r}") from None
    return checks


def check_files(inputs_bytes: bytes, manifest_bytes: bytes, inputs: Any, manifest: Any, draw: Any) -> list[Check]:
    """Do the files belong together, and were the promises kept?"""
    secrets, promised = draw["secrets"], manifest["commitments"]
    again = manifest["counter"] > 1 and not manifest["reason"].strip()
    return [
        Check("inputs are in canonical form", is_canonical(inputs_bytes, inputs), "", "输入文件为规范格式"),
        Check("inputs hash", sha256(inputs_bytes) == manifest["inputs_sha256"], "", "输入文件与公布的摘要一致"),
        Check("manifest hash", sha256(manifest_bytes) == draw["manifest_sha256"], "", "清单与公布的摘要一致"),
        Check("a further draw has a reason", not again, f"counter {manifest['counter']}", "再次抽取说明了理由"),
        *(
            Check(f"commitment of the {who}", opens(secrets[who], promised[who]), "", f"{name}的密值与承诺一致")
            for who, name in (("bureau", "主管部门"), ("inspector", "纪检监察"))
        ),
        Check("two different secrets", secrets["bureau"] != secrets["inspector"], "", "两方密值不同"),
    ]


def opens(secret: str, promise: str) -> bool:
    """Is this the secret, 32 bytes, whose hash was promised?"""
    try:
        data = bytes.fromhex(secret)
    except ValueError:
        return False
    return len(data) == 32 and sha256(data) == promise


def pairs_in(rows: Any) -> list[Pair]:
    return [(number, code) for number, code in rows]


def input_faults(inputs: Any) -> list[str]:
    """Contradictions inside the inputs."""
    rows = pairs_in(row[:2] for row in inputs["pairs"])
    found = ["pairs are not sorted, or listed twice"] if rows != sorted(set(rows)) else []
    found += [f"{n}/{e} is unknown" for n, e in rows if n not in inputs["applications"] or e not in inputs["experts"]]
    found += [f"{n}/{e}: match {s!r}" for n, e, s in inputs["pairs"] if type(s) is not int or not 1 <= s <= 100]
    numbers = [row["k"] for row in inputs["applications"].values()]
    numbers += [row[key] for row in inputs["experts"].values() for key in ("min", "max")] + [
        *inputs["settings"].values()
    ]
    if any(type(one) is not int or one < 0 for one in numbers):
        found.append("seats, loads and settings are whole numbers from 0")
    codes = [*inputs["applications"], *inputs["experts"], *(row["org"] for row in inputs["experts"].values())]
    return found + [f"{code!r} cannot be a code" for code in codes if "|" in code or not code.isprintable()]


def check_draw(inputs: Any, inputs_bytes: bytes, manifest: Any, draw: Any) -> list[Check]:
    """The two steps of the individual mode."""
    faults = input_faults(inputs)
    start = [Check("inputs are free of contradictions", not faults, "; ".join(faults[:3]), "输入数据无矛盾")]
    if faults:
        return start
    listed, drawn = pairs_in(manifest["shortlist"]), pairs_in(draw["pairs"])
    eligible, fixed = {(n, e) for n, e, _score in inputs["pairs"]}, pairs_in(inputs.get("fixed", ()))
    clash = sorted(
        {(number, code) for number, code, _rule in inputs["conflicts"]} & {*eligible, *listed, *drawn, *fixed}
    )
    unit = {code: row["org"] for code, row in inputs["experts"].items()}
    kept = {(number, unit[code]) for number, code in fixed}
    beside = sorted((n, e) for n, e in eligible if (n, unit[e]) in kept)
    ratio = inputs["settings"]["shortlist_ratio"]
    mode = "draw" if ratio > 1 else "assignment"
    first, second = tasks_of(
        inputs, inputs_bytes, listed, seed_of(draw["manifest_sha256"], draw["secrets"], draw["beacon_value"])
    )
    return [
        *start,
        Check("no pair in conflict is eligible", not clash, str(clash[:3]) if clash else "", "利害关系专家均已回避"),
        Check(
            "fixed experts stand alone for their unit",
            not beside,
            str(beside[:3]) if beside else "",
            "固定专家单位不重复",
        ),
        Check("named for what it is", manifest.get("mode", mode) == mode, f"{ratio} candidates a seat", "方式名称如实"),
        *check_task("shortlist", "候选名单", first, listed),
        *check_task("draw", "抽取结果", second, drawn),
        Check("digest", digest_of(drawn) == draw["digest"], draw["digest"], "结果摘要一致"),
    ]


def check_task(name: str, chinese: str, task: Task, chosen: list[Pair]) -> list[Check]:
    """Rules, then the proof."""
    faults = task.faults(chosen)
    checks = [Check(f"{name}: every rule is kept", not faults, "; ".join(faults[:3]), f"{chinese}：符合全部规则")]
    if not faults:
        cheapest, alone = task.proof(chosen)
        checks.append(
            Check(f"{name}: follows from tickets and matches", cheapest, "", f"{chinese}：与抽签号和匹配度相符")
        )
        if cheapest:
            checks.append(Check(f"{name}: nothing else does", alone, "", f"{chinese}：唯一"))
    return checks


def tasks_of(inputs: Any, inputs_bytes: bytes, shortlist: list[Pair], seed: bytes) -> tuple[Task, Task]:
    """The shortlist from the inputs, everything times the ratio; the lottery inside the shortlist."""
    chosen = inputs["settings"]
    times, cap = chosen["shortlist_ratio"], chosen["org_cap"]
    seats = {number: row["k"] for number, row in inputs["applications"].items()}
    unit = {code: row["org"] for code, row in inputs["experts"].items()}
    load = {code: (row["min"], row["max"]) for code, row in inputs["experts"].items()}
    ties = hashlib.sha256(f"shortlist-v1|{sha256(inputs_bytes)}".encode()).digest()
    price = {
        (number, code): ticket(ties, "shortlist-v1", number, code, 32) - (score << 32)
        for number, code, score in inputs["pairs"]
        if score >= chosen["score_floor"]
    }
    wider = {code: (low * times, high * times) for code, (low, high) in load.items()}
    luck = {(number, code): ticket(seed, "draw-v1", number, code, 40) for number, code in shortlist}
    return (
        Task(price, {number: k * times for number, k in seats.items()}, unit, wider, cap * times),
        Task(luck, seats, unit, load, cap),
    )


# ------------------------------------------------------------------ after the draw
def check_changes(inputs: Any, manifest: Any, draw_bytes: bytes, draw: Any, changes: Sequence[bytes]) -> list[Check]:
    """Each change in turn: only free seats were filled, and by ticket."""
    seed = seed_of(draw["manifest_sha256"], draw["secrets"], draw["beacon_value"])
    held, closed, gone = set(pairs_in(draw["pairs"])), set[Pair](), set[str]()
    extra, previous, checks = Counter[str](), "", []
    for place, data in enumerate(changes, start=1):
        change = read(data)
        ended = {(number, code) for number, code, _reason in change["void"]}
        links = (change["draw_sha256"], change["previous"], change["counter"]) == (sha256(draw_bytes), previous, place)
        is_known = ended <= held and all(reason.strip() for _n, _e, reason in change["void"])
        held, closed = held - ended, closed | ended | set(pairs_in(change["barred"]))
        gone |= set(change["unavailable"])
        extra.update(change["extra"])
        added = pairs_in(change["added"])
        task = open_task(inputs, set(pairs_in(manifest["shortlist"])), seed, held, closed, gone, extra)
        held_now = sorted({*held, *added})
        name, chinese = f"change {place}", f"第{place}次调整"
        checks += [
            Check(f"{name}: follows the one before", links, "", f"{chinese}：与前次衔接"),
            Check(f"{name}: only pairs that held ended, with a reason", is_known, "", f"{chinese}：终止的组合有据可查"),
            *check_task(name, chinese, task, added),
            Check(f"{name}: everything else stayed", pairs_in(change["pairs"]) == held_now, "", f"{chinese}：其余不变"),
            Check(f"{name}: digest", digest_of(held_now) == change["digest"], "", f"{chinese}：结果摘要一致"),
        ]
        held, previous = set(held_now), sha256(data)
    return checks


def open_task(
    inputs: Any,
    shortlist: set[Pair],
    seed: bytes,
    held: set[Pair],
    closed: set[Pair],
    gone: set[str],
    extra: Counter[str],
) -> Task:
    """The free seats: candidates of the shortlist first, then other eligible experts, by ticket."""
    unit = {code: row["org"] for code, row in inputs["experts"].items()}
    cap = inputs["settings"]["org_cap"]
    have, load = Counter(number for number, _ in held), Counter(code for _, code in held)
    seats = {number: row["k"] + extra[number] - have[number] for number, row in inputs["applications"].items()}
    step = 1 << (40 + sum(seats.values()).bit_length())
    price = {
        (number, code): ticket(seed, "draw-v1", number, code, 40) + (0 if (number, code) in shortlist else step)
        for number, code, _score in inputs["pairs"]
        if seats[number] > 0 and code not in gone and (number, code) not in held | closed
    }
    room = {group: cap - count for group, count in Counter((number, unit[code]) for number, code in held).items()}
    limits = {code: (0, max(0, row["max"] - load[code])) for code, row in inputs["experts"].items()}
    return Task(price, seats, unit, limits, cap, room)


# ------------------------------------------------------------------ panel mode
class Panels:
    """The rules of panels: who is asked in which order, and why somebody is passed over."""

    def __init__(self, inputs: Any, seed: bytes) -> None:
        self.settings, self.groups = inputs["settings"], inputs["panels"]
        self.unit = {code: row["org"] for code, row in inputs["experts"].items()}
        self.clashes: dict[tuple[str, str], set[str]] = {}
        home = {number: panel for panel, numbers in self.groups.items() for number in numbers}
        for number, code, _rule in inputs["conflicts"]:
            self.clashes.setdefault((home[number], code), set()).add(number)
        pools: dict[str, list[str]] = {panel: [] for panel in sorted(self.groups)}
        for panel, code, _match in inputs["pairs"]:
            pools[panel].append(code)
        self.order: dict[str, list[str]] = {}
        for panel, pool in pools.items():
            lots = sorted((ticket(seed, "panel-v1", panel, code, 64), code) for code in pool)
            self.order[panel] = [code for _lot, code in lots]
        self.price = {(p, c): ticket(seed, "panel-v1", p, c, 40) for p, pool in pools.items() for c in pool}

    def obstacle(self, panel: str, seated: Sequence[str], code: str) -> str:
        """The rule that keeps an expert out beside those seated; "" if none does."""
        if self.unit[code] in {self.unit[one] for one in seated}:
            return "organisation"
        sides = Counter(number for one in seated for number in self.clashes.get((panel, one), ()))
        most = self.settings["size"] - self.settings["quorum"]
        return "recusal" if any(sides[n] >= most for n in self.clashes.get((panel, code), ())) else ""

    def take(
        self,
        panel: str,
        seated: list[str],
        used: set[str],
        count: int,
        passed: dict[str, str],
        first: Sequence[str] = (),
    ) -> list[str]:
        """Up to `count` further experts by ticket, `first` before all; `passed` notes why others are not."""
        found: list[str] = []
        for code in [*first, *(one for one in self.order[panel] if one not in first)]:
            if len(found) == count:
                break
            if code in seated:
                continue
            reason = "used" if code in used else self.obstacle(panel, [*seated, *found], code)
            if reason:
                passed.setdefault(code, reason)
            else:
                found.append(code)
        return found

    def walk(self) -> dict[str, tuple[list[str], dict[str, str]]] | None:
        """Members of every panel by ticket, with those passed over; None where the pool is too small."""
        size, found = self.settings["size"], {}
        if any(len(order) < self.settings["walk_ratio"] * size for order in self.order.values()):
            return None
        used: set[str] = set()
        for panel in self.order:
            passed: dict[str, str] = {}
            members = self.take(panel, [], used, size, passed)
            if len(members) < size:
                return None
            found[panel] = (members, passed)
            used.update(members)
        return found

    def faults(self, members: dict[str, list[str]]) -> list[str]:
        """Rules that these members break."""
        found = []
        for panel, codes in members.items():
            if len(codes) != self.settings["size"]:
                found.append(f"{panel} has {len(codes)} members instead of {self.settings['size']}")
            found += [f"{code} is not eligible for {panel}" for code in codes if (panel, code) not in self.price]
            found += [
                f"{panel}: {unit} has {n} members" for unit, n in Counter(self.unit[c] for c in codes).items() if n > 1
            ]
        seats = Counter(code for codes in members.values() for code in codes)
        return found + [f"{code} sits {times} times" for code, times in seats.items() if times > 1]

    def short_of_quorum(self, members: dict[str, list[str]]) -> list[str]:
        """Applications that too few members may score."""
        found = []
        for panel, codes in members.items():
            sides = Counter(number for code in codes for number in self.clashes.get((panel, code), ()))
            found += [n for n in self.groups[panel] if len(codes) - sides[n] < self.settings["quorum"]]
        return found

    def is_improved_by_exchange(self, members: dict[str, list[str]]) -> bool:
        """Whether replacing one member, or exchanging two, keeps the rules and lowers the sum of tickets."""
        places = [(panel, at) for panel, codes in members.items() for at in range(len(codes))]
        seated = {code for codes in members.values() for code in codes}
        moves = [[(panel, at, code)] for panel, at in places for code in self.order[panel] if code not in seated]
        moves += [[(p, i, members[q][j]), (q, j, members[p][i])]
                  for (p, i), (q, j) in combinations(places, 2) if p != q]  # fmt: skip
        for move in moves:
            if any((panel, code) not in self.price for panel, _at, code in move):
                continue
            gain = sum(self.price[p, members[p][at]] - self.price[p, code] for p, at, code in move)
            if gain <= 0:
                continue
            other = {panel: list(codes) for panel, codes in members.items()}
            for panel, at, code in move:
                other[panel][at] = code
            if not self.faults(other) and not self.short_of_quorum(other):
                return True
        return False


def panel_faults(inputs: Any) -> list[str]:
    """Contradictions inside the inputs of panels."""
    rows = [(panel, code) for panel, code, _match in inputs["pairs"]]
    found = ["pairs are not sorted, or listed twice"] if rows != sorted(set(rows)) else []
    found += [f"{p}/{c} is unknown" for p, c in rows if p not in inputs["panels"] or c not in inputs["experts"]]
    homes = Counter(number for numbers in inputs["panels"].values() for number in numbers)
    found += [f"{number} stands in {times} panels" for number, times in homes.items() if times > 1]
    found += [f"{n} stands in no panel" for n, _code, _rule in inputs["conflicts"] if n not in homes]
    if not 1 <= inputs["settings"]["quorum"] <= inputs["settings"]["size"]:
        found.append("the quorum is not within the panel")
    return found


def check_panels(inputs: Any, _inputs_bytes: bytes, manifest: Any, draw: Any) -> list[Check]:
    """Panels: the walk is repeated; otherwise rules, quorum and, as far as possible, the least sum of tickets."""
    faults = panel_faults(inputs)
    checks = [Check("inputs are free of contradictions", not faults, "; ".join(faults[:3]), "输入数据无矛盾")]
    if faults:
        return checks
    panels = Panels(inputs, seed_of(draw["manifest_sha256"], draw["secrets"], draw["beacon_value"]))
    members = {panel: row["members"] for panel, row in draw["panels"].items()}
    complete = sorted(members) == sorted(panels.groups)
    broken = panels.faults(members) if complete else ["other panels than those of the inputs"]
    checks.append(Check("panels: every rule is kept", not broken, "; ".join(broken[:3]), "评审组：符合全部规则"))
    if broken:
        return checks
    short = panels.short_of_quorum(members)
    checks.append(
        Check("panels: quorum after recusal", not short, ", ".join(short[:5]), "评审组：回避后仍达到法定人数")
    )
    walked = panels.walk()
    method = "solver" if walked is None else "walk"
    checks.append(
        Check("panels: the method follows from the rule", draw["method"] == method, method, "评审组：产生方式符合规则")
    )
    if walked is not None:
        same = all(members[panel] == found for panel, (found, _passed) in walked.items())
        checks.append(Check("panels: follow from the tickets", same, "", "评审组：与抽签号顺序相符"))
    elif not short:
        checks.append(least_tickets(panels, members))
    expected = expected_seats(panels, members, walked)
    same = all(
        (row["alternates"], [tuple(one) for one in row["skipped"]]) == expected[panel]
        for panel, row in draw["panels"].items()
    )
    checks.append(Check("panels: alternates and those passed over", same, "", "评审组：替补与跳过理由相符"))
    same = digest_of(seat_rows(draw["panels"])) == draw["digest"]
    return [*checks, Check("digest", same, draw["digest"], "结果摘要一致")]


def seat_rows(panels: Any) -> list[tuple[str, str, str]]:
    """(panel, M1 or A1 …, expert): what the digest of panels is made of."""
    return [
        (panel, f"{kind}{at}", code)
        for panel, row in panels.items()
        for kind, key in (("M", "members"), ("A", "alternates"))
        for at, code in enumerate(row[key], start=1)
    ]


def expected_seats(
    panels: Panels, members: dict[str, list[str]], walked: dict[str, tuple[list[str], dict[str, str]]] | None
) -> dict[str, tuple[list[str], list[tuple[str, str]]]]:
    """Alternates, once all members are known, and everybody passed over, by panel."""
    used = {code for codes in members.values() for code in codes}
    found = {}
    for panel in panels.order:
        passed = dict(walked[panel][1]) if walked else {}
        others = used - set(members[panel])
        alternates = panels.take(panel, members[panel], others, panels.settings["alternates"], passed)
        used.update(alternates)
        found[panel] = (alternates, list(passed.items()))
    return found


def least_tickets(panels: Panels, members: dict[str, list[str]]) -> Check:
    """Without recusals the panels are a flow, and a cheapest flow that also keeps the quorum is the cheapest of all."""
    chosen = [(panel, code) for panel, codes in members.items() for code in codes]
    seats = dict.fromkeys(panels.groups, panels.settings["size"])
    task = Task(panels.price, seats, panels.unit, dict.fromkeys(panels.unit, (0, 1)), 1)
    name, chinese = "panels: least sum of tickets", "评审组：抽签号之和最小"
    if task.proof(chosen) == (True, True):
        return Check(name, True, "proved", chinese)
    better = panels.is_improved_by_exchange(members)
    note = "no exchange of one or two lowers it; that no other panels do takes a solver to show"
    return Check(name, not better, "an exchange lowers it" if better else note, chinese)


def check_panel_changes(
    inputs: Any, _manifest: Any, draw_bytes: bytes, draw: Any, changes: Sequence[bytes]
) -> list[Check]:
    """Each change in turn: the alternates came first, then the next tickets, and nobody else moved."""
    seed = seed_of(draw["manifest_sha256"], draw["secrets"], draw["beacon_value"])
    now = {panel: (list(row["members"]), list(row["alternates"])) for panel, row in sorted(draw["panels"].items())}
    conflicts, left, gone = list(inputs["conflicts"]), set[Pair](), set[str]()
    previous, checks = "", []
    for place, data in enumerate(changes, start=1):
        change = read(data)
        ended = {(panel, code) for panel, code, _reason in change["void"]}
        links = (change["draw_sha256"], change["previous"], change["counter"]) == (sha256(draw_bytes), previous, place)
        is_known = all(code in now[panel][0] and reason.strip() for panel, code, reason in change["void"])
        conflicts, left, gone = [*conflicts, *change["conflicts"]], left | ended, gone | set(change["unavailable"])
        panels = Panels({**inputs, "conflicts": conflicts}, seed)
        now = {
            panel: (
                [code for code in members if (panel, code) not in ended],
                [code for code in spare if code not in gone],
            )
            for panel, (members, spare) in now.items()
        }
        added = [(panel, code) for panel in now for code in filled(panels, now, panel, left, gone)]
        members = {panel: row[0] for panel, row in now.items()}
        faults = panels.faults(members) or [f"{number} lacks its quorum" for number in panels.short_of_quorum(members)]
        rows = {panel: {"members": row[0], "alternates": row[1]} for panel, row in now.items()}
        name, chinese = f"change {place}", f"第{place}次调整"
        checks += [
            Check(f"{name}: follows the one before", links, "", f"{chinese}：与前次衔接"),
            Check(f"{name}: only members left, with a reason", is_known, "", f"{chinese}：退出的成员有据可查"),
            Check(
                f"{name}: follows from the tickets",
                pairs_in(change["added"]) == added,
                "",
                f"{chinese}：与抽签号顺序相符",
            ),
            Check(f"{name}: every rule is kept", not faults, "; ".join(faults[:3]), f"{chinese}：符合全部规则"),
            Check(f"{name}: everything else stayed", change["panels"] == rows, "", f"{chinese}：其余不变"),
            Check(f"{name}: digest", digest_of(seat_rows(rows)) == change["digest"], "", f"{chinese}：结果摘要一致"),
        ]
        previous = sha256(data)
    return checks


def filled(
    panels: Panels, now: dict[str, tuple[list[str], list[str]]], panel: str, left: set[Pair], gone: set[str]
) -> list[str]:
    """Who takes the free seats of a panel; `now` is brought up to date."""
    members, spare = now[panel]
    missing = panels.settings["size"] - len(members)
    elsewhere = {code for other, rows in now.items() if other != panel for row in rows for code in row}
    barred = elsewhere | gone | {code for other, code in left if other == panel}
    found = panels.take(panel, members, barred, missing, {}, spare) if missing > 0 else []
    now[panel] = ([*members, *found], [code for code in spare if code not in found])
    return found


# ------------------------------------------------------------------ self-test and command line
def self_test(rounds: int = 150) -> str:
    """Compare the proof with complete enumeration for every legal choice of small random tasks."""
    chance = random.Random(20)  # noqa: S311 - the same tasks at each call
    legal = ties = 0
    for _ in range(rounds):
        numbers = [f"N{place}" for place in range(chance.randint(1, 3))]
        codes = [f"E{place}" for place in range(chance.randint(2, 5))]
        task = Task(
            {(n, e): chance.randrange(chance.choice((3, 99))) for n in numbers for e in codes if chance.random() < 0.9},
            {n: chance.randint(1, 2) for n in numbers},
            {e: f"U{chance.randrange(3)}" for e in codes},
            {e: (chance.randrange(2), chance.randint(1, 3)) for e in codes},
            chance.randint(1, 2),
        )
        parts = [combinations([pair for pair in task.price if pair[0] == n], task.seats[n]) for n in numbers]
        choices = [[pair for part in parts_ for pair in part] for parts_ in product(*parts)]
        costs = [(sum(task.price[pair] for pair in one), one) for one in choices if not task.faults(one)]
        best = min((cost for cost, _one in costs), default=0)
        winners = sum(cost == best for cost, _one in costs)
        for cost, one in costs:
            if task.proof(one) != (cost == best, cost == best and winners == 1):
                raise AssertionError(f"the proof is wrong for {task} and {one}")
            legal, ties = legal + 1, ties + (cost == best and winners > 1)
    return f"self-test passed 自检通过: {legal} choices, {ties} of them tied"


def main(arguments: Sequence[str]) -> int:
    """Print every check and the verdict."""
    if list(arguments) == ["--self-test"]:
        print(self_test())  # noqa: T201
        return 0
    if len(arguments) < 3 or arguments[0].startswith("-"):
        print(__doc__, file=sys.stderr)  # noqa: T201
        return 2
    try:
        files = [Path(name).read_bytes() for name in arguments]
        checks = verify(files[0], files[1], files[2], files[3:])
    except (OSError, Unreadable) as error:
        print(f"cannot be checked 无法核验: {error}", file=sys.stderr)  # noqa: T201
        return 2
    for check in checks:
        detail = f": {check.detail}" if check.detail else ""
        print(f"{'ok  ' if check.passed else 'FAIL'} {check.name}  {check.chinese}{detail}")  # noqa: T201
    is_valid = all(check.passed for check in checks)
    verdict = "VALID: every check passed. 核验通过" if is_valid else "NOT VALID: see FAIL above. 核验未通过"
    print(verdict)  # noqa: T201
    return 0 if is_valid else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
