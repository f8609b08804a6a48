"""The graph of a job, drawn as a tree with the source at its root.

A step that several feed stands below the one of them that is farthest from the source; the others are named beside it.

As text for a terminal, as Mermaid for documents, as SVG for whatever shows pictures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import msgspec

from edge_orch.plan.plan import DEAD_LETTERS, Plan
from edge_orch.plan.steps import SOURCE, Alert, Step, Union, inputs

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _MARGIN = 168, 40, 56, 14, 12
_BOW = (_HEIGHT + _GAP_Y) * 2 // 3  # three quarters of it is how low a line hangs: between two rows of boxes
_LETTER = 8  # the widest letters of most fonts at this size are no wider on average
_COLOURS = {"source": "#dbeafe", "step": "#f1f5f9", "alert": "#fee2e2", "output": "#dcfce7"}


class Node(msgspec.Struct):
    """A source, step, output or notified sink. `branch`: of the route above from which it is fed.

    `depth`: how many steps from the source. `also`: what else feeds it, and of a route by which branch.
    """

    title: str
    detail: str
    role: str
    branch: str = ""
    children: list[Node] = []
    depth: int = 0
    also: list[tuple[Node, str]] = []


def graph_of(plan: Plan) -> Node:
    """The tree of a job."""
    kinds = {sink.name: sink.kind for sink in plan.sinks}
    root = Node(plan.source.kind, "source", "source")
    nodes = {SOURCE: root}
    unions = {step.name: step.inputs for step in plan.steps if isinstance(step, Union)}
    for step in plan.steps:
        if isinstance(step, Union):  # drawn as lines to those that read it
            continue
        (source,) = inputs(step)
        nodes[step.name] = _below(nodes, unions.get(source, (source,)), Node(step.name, _kind(step), _role(step)))
        if isinstance(step, Alert):
            for sink in step.notify:
                nodes[step.name].children.append(Node(sink, f"told by {kinds[sink]}", "output"))
            for sink in step.escalate.notify if step.escalate else ():
                nodes[step.name].children.append(Node(sink, f"told later by {kinds[sink]}", "output"))
    if any(output.input == DEAD_LETTERS for output in plan.outputs):
        nodes[DEAD_LETTERS] = _below(nodes, (SOURCE,), Node("dead letters", "what steps refuse", "step"))
    for output in plan.outputs:
        detail = f"to {output.sink} ({kinds[output.sink]})"
        _below(nodes, unions.get(output.input, (output.input,)), Node(output.name, detail, "output"))
    return root


def _below(nodes: dict[str, Node], sources: Sequence[str], node: Node) -> Node:
    parts = [source.partition(".") for source in sources]
    feeding = [(nodes[name], branch) for name, _, branch in parts]
    parent = max((feeder for feeder, _ in feeding), key=lambda feeder: feeder.depth)
    # Branches of one route are one line with their names, or those would stand over each other.
    branches = {id(feeder): ", ".join(b for other, b in feeding if other is feeder and b) for feeder, _ in feeding}
    node.branch = branches.pop(id(parent))
    others = {id(feeder): feeder for feeder, _ in feeding}
    node.also = [(others[key], branch) for key, branch in branches.items()]
    node.depth = parent.depth + 1
    parent.children.append(node)
    return node


def _kind(step: Step) -> str:
    return str(step.__struct_config__.tag)


def _role(step: Step) -> str:
    return "alert" if isinstance(step, Alert) else "step"


def as_text(root: Node) -> str:
    """A drawing of lines, one node a line."""
    return "\n".join(_lines(root, "", ""))


def _lines(node: Node, first: str, rest: str) -> Iterator[str]:
    branch = f"[{node.branch}] " if node.branch else ""
    detail = f" ({node.detail})" if node.detail != node.title else ""
    also = ", ".join(f"[{branch}] {other.title}" if branch else other.title for other, branch in node.also)
    yield f"{first}{branch}{node.title}{detail}{' ← also ' * bool(also)}{also}"
    for place, child in enumerate(node.children):
        last = place == len(node.children) - 1
        yield from _lines(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))


def as_mermaid(root: Node) -> str:
    """A flowchart, as Markdown pages show it between fences of `mermaid`."""
    names: dict[int, str] = {}
    edges = list(_edges(root, "n", names))
    edges += [
        f"{names[id(other)]} -->{_over(branch)} {names[id(node)]}" for node in _all(root) for other, branch in node.also
    ]
    return "\n".join(["flowchart LR", *(f"  {line}" for line in edges)])


def _edges(node: Node, name: str, names: dict[int, str]) -> Iterator[str]:
    names[id(node)] = name
    left, right = (
        ("([", "])") if node.role in {"source", "output"} else ("{{", "}}") if node.role == "alert" else ("[", "]")
    )
    text = f"{node.title}<br/>{node.detail}" if node.detail != node.title else node.title
    yield f'{name}{left}"{text.replace(chr(34), "#quot;")}"{right}'
    for place, child in enumerate(node.children):
        yield f"{name} -->{_over(child.branch)} {name}_{place}"
        yield from _edges(child, f"{name}_{place}", names)


def _over(branch: str) -> str:
    """The label of an edge."""
    return f'|"{branch}"|' if branch else ""


def as_svg(root: Node) -> str:
    """A picture: depth to the right, leaves one below the other, a parent in the middle of its children."""
    placed: list[str] = []
    grid = _Grid.of(root)
    places: dict[int, tuple[int, float]] = {}
    rows = _place(root, 0, 0, placed, grid, places=places)[1]
    for node in _all(root):
        for other, branch in node.also:
            (from_x, from_y), (x, y) = places[id(other)], places[id(node)]
            # One that passes by other boxes leaves their row, or it would be hidden behind them.
            bow = _BOW if x - from_x > grid.width + grid.gap else 0
            placed[:0] = [
                _curve(from_x + grid.width, from_y, x, y, bow),
                _label(branch, x - grid.gap // 2, y + _HEIGHT // 2),  # below it: above may stand the parent's
            ]
    columns = _depth(root)
    width = columns * (grid.width + grid.gap) - grid.gap + 2 * _MARGIN
    height = rows * (_HEIGHT + _GAP_Y) - _GAP_Y + 2 * _MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" font-size="12">'
    )
    return "\n".join([head, f'<rect width="{width}" height="{height}" fill="#ffffff"/>', *placed, "</svg>"])


class _Grid(msgspec.Struct, frozen=True):
    """How wide boxes are, and how far apart: what stands in them and between them fits."""

    width: int
    gap: int

    @classmethod
    def of(cls, root: Node) -> _Grid:
        nodes = list(_all(root))
        longest = max(max(len(node.title), len(node.detail)) for node in nodes)
        branch = max(len(node.branch) for node in nodes)
        return cls(max(_WIDTH, longest * _LETTER + 2 * _MARGIN), max(_GAP_X, branch * _LETTER + 2 * _MARGIN))


def _all(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        yield from _all(child)


def _depth(node: Node) -> int:
    return 1 + max(map(_depth, node.children), default=0)


def _place(
    node: Node, column: int, row: int, placed: list[str], grid: _Grid, *, places: dict[int, tuple[int, float]]
) -> tuple[float, int]:
    """Draw a node and what is below it, the first leaf in `row`; its middle, and the next free row.

    `places`: where the left end of each node's middle is.
    """
    x = _MARGIN + column * (grid.width + grid.gap)
    middles = []
    free = row
    for child in node.children:
        middle, free = _place(child, column + 1, free, placed, grid, places=places)
        middles.append(middle)
    if not middles:
        free = row + 1
        middle = _MARGIN + row * (_HEIGHT + _GAP_Y) + _HEIGHT / 2
    else:
        middle = (middles[0] + middles[-1]) / 2
    placed += [_curve(x + grid.width, middle, x + grid.width + grid.gap, end) for end in middles]
    placed += [
        _label(child.branch, x + grid.width + grid.gap // 2, end)
        for child, end in zip(node.children, middles, strict=True)
    ]
    places[id(node)] = x, middle
    placed.append(_box(node, x, middle, grid.width))
    return middle, free


def _curve(x: int, y: float, to_x: int, to_y: float, bow: int = 0) -> str:
    """A line that leaves and arrives level, or, with a `bow`, hangs through between its ends."""
    half = (x + to_x) // 2
    first, second = (half, half) if not bow else (x + _GAP_X, to_x - _GAP_X)
    ends = f"{first},{y + bow:g} {second},{to_y + bow:g}"
    return f'<path d="M{x},{y:g} C{ends} {to_x},{to_y:g}" fill="none" stroke="#64748b"/>'


def _label(branch: str, x: int, y: float) -> str:
    """Above the end of its curve, with a rim that keeps other curves off it."""
    rim = 'stroke="#ffffff" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    return f'<text x="{x}" y="{y - 4:g}" text-anchor="middle" {rim}>{escape(branch)}</text>' if branch else ""


def _box(node: Node, x: int, middle: float, width: int) -> str:
    top, centre = middle - _HEIGHT / 2, x + width // 2
    return (
        f'<rect x="{x}" y="{top:g}" width="{width}" height="{_HEIGHT}" rx="6" fill="{_COLOURS[node.role]}"'
        ' stroke="#94a3b8"/>'
        f'<text x="{centre}" y="{middle - 3:g}" text-anchor="middle" font-weight="600">{escape(node.title)}</text>'
        f'<text x="{centre}" y="{middle + 13:g}" text-anchor="middle" fill="#475569">{escape(node.detail)}</text>'
    )
