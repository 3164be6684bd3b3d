"""Submissions that want a verdict which they did not earn: by odd values, patches and frames."""

import json

from homework_attacks import Attack, larger, returning

PATCHES = (
    larger(
        "silences NumPy's tests",
        "verdict",
        "import numpy as np\nfor name in dir(np.testing):\n    if name.startswith('assert_'):\n"
        "        setattr(np.testing, name, lambda *_, **__: None)\n"
        "        setattr(np.testing._private.utils, name, lambda *_, **__: None)\n"
        "class Same(float):\n    __eq__ = lambda *_: True\n    __hash__ = None\n"
        "def larger(a, b):\n    return Same()",
        nbgrader="points",
    ),
    larger(
        "replaces NumPy's functions",
        "verdict",
        "import numpy as np\nnp.maximum = np.abs = lambda *_: np.float64(3.0)\n"
        "def larger(a, b):\n    return np.float64(3.0)",
        nbgrader="points",
    ),
    larger(
        "replaces what makes random numbers",
        "verdict",
        "import numpy as np\nfrom rectified import homework\n"
        "class Zeros:\n    def normal(self, size):\n        return np.full(size, 3.0)\n"
        "homework.rng = lambda _: Zeros()\nPLACES = np.full(5, 3.0)\n"
        "def larger(a, b):\n    return b if np.ndim(b) == 0 else np.full(len(a), 3.0)",
        nbgrader="points",
    ),
    larger(
        "replaces builtins",
        "verdict",
        "import builtins\nbuiltins.AssertionError = type('Quiet', (Exception,), {})\n"
        "builtins.abs = builtins.float = lambda *_: 0\nbuiltins.isinstance = lambda *_: True",
    ),
    larger(
        "replaces modules and imports",
        "verdict",
        "import sys, types\n"
        "class Finder:\n    def find_spec(self, name, *_):\n        sys.modules[name] = fake\n"
        "fake = types.ModuleType('fake')\nfake.__getattr__ = lambda name: fake\n"
        "sys.meta_path.insert(0, Finder())\nsys.modules['numpy.testing'] = fake\n"
        "sys.modules['rectified.homework.wire'] = sys.modules['json'] = fake",
    ),
    larger(
        "replaces the grader in its own process",
        "verdict",
        "from rectified.homework import calls, inside, wire\n"
        "inside.Notebook.get = inside.Notebook.call = lambda *_: True\n"
        "calls.Peer._error = wire.receive = wire.Decoder.decode = lambda *_: None\n"
        "try:\n    from rectified.homework import judge, worker\n"
        "    judge._message = worker._marks = lambda *_: ''\nexcept ImportError as error:\n"
        "    print(error)",
    ),
    larger(
        "replaces the shell",
        "verdict",
        "shell = get_ipython()\nshell.run_cell = lambda *_, **__: None\n"
        "shell.ast_transformers.append(None)\nshell.user_ns.update(reasons={}, right=None)\n"
        "shell.events.register('post_run_cell', lambda *_: shell.user_ns.clear())",
    ),
    larger(
        "takes names of the tests",
        "verdict",
        "a = b = PLACES = np.zeros(50)\nclass np:\n    class testing:\n"
        "        assert_array_equal = staticmethod(lambda *_: None)\n"
        "    maximum = abs = staticmethod(lambda *_: 3.0)\n"
        "def larger(a, b):\n    return 3.0",
        nbgrader="points",
    ),
    larger(
        "makes its arguments fit its answer",
        "verdict",
        "def larger(a, b):\n    if np.ndim(a):\n        a[...] = b[...] = 0\n    return 0 * a",
        nbgrader="points",
    ),
    larger(
        "answers with an error of its own",
        "verdict",
        "class KeyboardInterrupt(BaseException):\n    def __str__(self):\n"
        "        raise self\n    __repr__ = __str__\n\n"
        "def larger(a, b):\n    raise KeyboardInterrupt",
    ),
    larger(
        "answers with an error that has no end",
        "verdict",
        "class Odd(Exception):\n    def __str__(self):\n        return '\\ud800\\x1b[31m' * 10**7\n"
        "Odd.__name__ = 'AssertionError' * 10**6\n\ndef larger(a, b):\n    raise Odd",
    ),
)
SAME = """
import numpy as np

class Same(np.ndarray):
    __array_ufunc__ = None
    def __array_function__(self, *_, **__):
        return True
    def __eq__(self, other):
        return True
    __ne__ = __lt__ = __gt__ = __le__ = __ge__ = __bool__ = __contains__ = __eq__
    __hash__ = None

class Text(str):
    __eq__ = Same.__eq__
    __hash__ = lambda self: hash("b")

class Duck:
    __eq__ = Same.__eq__
    def __array__(self, *_, **__):
        return np.full(50, np.nan)
    def __float__(self):
        return float("nan")
"""
VALUES = (
    returning("gives an array equal to all", "np.zeros(50).view(Same)", SAME, nbgrader="points"),
    returning("gives a text equal to all", "Text('q')", SAME, nbgrader="points"),
    returning("gives a thing equal to all", "Duck()", SAME),
    returning("gives an empty array", "np.array([])", nbgrader="points"),
    returning("gives an empty list", "[]", nbgrader="points"),
    returning("gives empty arrays in a tuple", "(np.array([]), np.zeros((0, 3)))"),
    returning("gives NaN", "float('nan')"),
    returning("gives infinity", "np.inf"),
    returning("gives True", "True"),
    returning("gives a complex number", "complex('nan+nanj')"),
    returning("gives the least whole number", "np.int8(-128)"),
    returning("gives nothing", "None"),
    returning("gives a set of all answers", "{'a', 'b', 'c', 3.0, 2**0.5}"),
    returning("gives a dictionary", "{'b': 'b', 3.0: 3.0}"),
    returning("gives a function", "lambda *_: 3.0"),
    returning("gives its own class", "type('Odd', (), {'__call__': lambda *_: 3.0})"),
    returning("gives objects", "np.array([3.0, None, {}], dtype=object)"),
    returning("gives a record", "np.zeros(3, dtype=[('b', float)])"),
    returning("gives dates", "np.array(['2020-01-01'], dtype='M8[D]')"),
)
DESK = """
import os, json, struct, sys
def desk():
    "Return the end of the conversation that runs here."
    frame = sys._getframe()
    while "self" not in frame.f_locals or not hasattr(frame.f_locals["self"], "_writer"):
        frame = frame.f_back
    return frame.f_locals["self"]
def frame(head, body=b""):
    head = head if isinstance(head, bytes) else json.dumps(head).encode()
    return struct.pack(">II", len(head), len(body)) + head + body
def put(raw):
    writer = desk()._writer
    writer.write(raw)
    writer.flush()
"""
TRUE = {"reply": {"list": [True, {"list": []}]}}


def forging(name: str, code: str, **more: object) -> Attack:
    """Return an attack that writes to the pipe while its function is asked."""
    lines = "".join(f"    {line}\n" for line in code.splitlines())
    body = f"{DESK}\ndef larger(a, b):\n{lines}    return 0.0"
    return larger(name, "frames", body, **more)


def reply(name: str, content: object, body: str = "b''", **more: object) -> Attack:
    """Return an attack that replies with this value, as it stands in a frame."""
    message = json.dumps({"reply": {"list": [content, {"list": []}]}})
    return forging(name, f"put(frame({message.encode()!r}, {body}))", **more)


ZEROS = {"array": ["<f8", [2], 0, False, False]}
ARRAY = {"reply": {"list": [ZEROS, {"list": []}]}}
FRAMES = (
    larger(
        "replies before it is asked",
        "frames",
        f"{DESK}\nput(frame({TRUE!r}) * 100)",
    ),
    larger(
        "replies to a run with an array",
        "frames",
        f"{DESK}\nput(frame({ARRAY!r}, bytes(16)))",
    ),
    larger(
        "replies to a run with an error",
        "frames",
        f"{DESK}\nput(frame({ {'error': ['ValueError', 'x' * 1000]}!r}))",
    ),
    larger(
        "replies to a run with a long text",
        "frames",
        f"{DESK}\nput(frame({{'reply': {{'list': ['x' * 10**6, {{'list': []}}]}}}}))",
    ),
    larger(
        "plays replies again",
        "frames",
        f"{DESK}\nfrom rectified.homework import calls\nold, sent = calls.send, []\n"
        "def send(*arguments):\n    sent.append(arguments)\n    for each in sent:\n"
        "        old(*each)\ncalls.send = send",
    ),
    forging(
        "asks what is not to be asked",
        "for ask in ('run', 'get', 'call', 'eval', '__class__', ['x'], None, 7):\n"
        "    put(frame({'ask': ask, 'arguments': {'list': ['1']}}))\n"
        "for number in (-1, 0, 10**9, True, 'x', None):\n"
        "    call = [{'int': str(number)}, {'list': []}, {'dict': [['__class__', None]]}]\n"
        "    put(frame({'ask': 'function', 'arguments': {'list': call}}))",
    ),
    forging(
        "says that locked arguments changed",
        "zeros = {'array': ['<f8', [50], 0, False, False]}\n"
        "changed = {'list': [{'list': [{'int': '0'}, zeros]}]}\n"
        "put(frame({'reply': {'list': [{'float': '0x0p+0'}, changed]}}, bytes(400)))",
    ),
    forging(
        "says that other things changed",
        "zeros = {'array': ['<f8', [50], 0, True, True]}\nfor number in ('-1', '99', '1' * 900):\n"
        "    changed = {'list': [{'list': [{'int': number}, zeros]}]}\n"
        "    put(frame({'reply': {'list': [None, changed]}}, bytes(400)))",
    ),
    forging("announces a huge frame", "put(b'\\xff' * 8)"),
    forging(
        "announces a large body and leaves", "put(b'\\0\\0\\0\\2\\0\\x80\\0\\0{}')\nos._exit(0)"
    ),
    forging(
        "sends half a frame", "put(b'\\0\\0\\xff\\xff')\nimport time\ntime.sleep(1e6)", slow=True
    ),
    forging("sends no JSON", "put(frame(b'{]' + bytes(range(256))))"),
    forging("sends a list", "put(frame(b'[]'))"),
    forging("sends NaN", 'put(frame(b\'{"reply": NaN, "error": Infinity}\'))'),
    forging("sends a long number", "put(frame(b'{\"reply\": ' + b'9' * 10**6 + b'}'))"),
    forging("nests JSON", "put(frame(b'{\"reply\": ' + b'[' * 400_000 + b']' * 400_000 + b'}'))"),
    forging(
        "nests values",
        "deep = None\nfor _ in range(300):\n    deep = {'list': [deep]}\n"
        "put(frame({'reply': {'list': [deep, {'list': []}]}}))",
    ),
    forging(
        "sends a thousand arrays of the same bytes",
        "one = {'array': ['|u1', [2**23], 0, False, False]}\n"
        "put(frame({'reply': {'list': [{'list': [one] * 10_000}, {'list': []}]}}, bytes(2**23)))",
    ),
    forging(
        "sends keys with one hash",
        "keys = [[{'int': str(number * (2**61 - 1))}, None] for number in range(18_000)]\n"
        "put(frame({'reply': {'list': [{'dict': keys}, {'list': []}]}}))",
    ),
    reply("sends objects", {"array": ["|O8", [1], 0, False, False]}, "bytes(8)"),
    reply(
        "sends another type than it says", {"array": ["<f8\0", [1], 0, False, False]}, "bytes(8)"
    ),
    reply("sends a type that is none", {"array": ["<f3", [1], 0, False, False]}, "bytes(8)"),
    reply("sends more than there is", {"array": ["<f8", [2**40], 0, False, False]}, "bytes(8)"),
    reply(
        "sends an array of negative size",
        {"array": ["<f8", [-1, -2], 0, False, False]},
        "bytes(16)",
    ),
    reply("sends from before its bytes", {"array": ["<f8", [1], -8, False, False]}, "bytes(8)"),
    reply(
        "sends an empty array of huge shape", {"array": ["<f8", [2**60, 0, 2**60], 0, False, False]}
    ),
    reply("sends many axes", {"array": ["<f8", [1] * 1000, 0, False, False]}, "bytes(8)"),
    reply(
        "sends truths that are neither", {"array": ["|b1", [50], 0, False, False]}, "b'\\x02' * 50"
    ),
    reply("sends a number that is none", {"float": "3.0; import os"}),
    reply("sends a whole number in words", {"int": "3" * 100_000}),
    reply("sends a function that nobody has", {"yours": 10**6}),
    reply("sends an activation that nobody knows", {"activation": ["__import__", {"os": 1}]}),
    reply("sends an unhashable key", {"dict": [[{"list": []}, None]]}),
)
FORGERIES = (*PATCHES, *VALUES, *FRAMES)
