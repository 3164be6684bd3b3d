"""Two processes call each other's functions: `Peer`, one end of the conversation.

While one end waits for a reply it answers what the other asks, so that a function may be an
argument. An argument that a function changes in place is changed at the caller's, too.
"""

import builtins
import sys
from collections.abc import Callable, Mapping
from typing import Any, BinaryIO

import numpy as np

from rectified.homework.wire import Decoder, Encoder, WireError, receive, send

LONGEST_TEXT = 2000  # characters of an error
DEEPEST_CALL = 20  # calls within calls


class Gone(Exception):
    """The other side ended, or was ended, before it replied."""


class Peer:
    """One end: `ask` calls the other side's handlers, `serve` lets it call ours."""

    def __init__(
        self, reader: BinaryIO, writer: BinaryIO, handlers: Mapping[str, Callable] | None = None
    ) -> None:
        """Talk through two pipes; `handlers` are what the other side may `ask` for."""
        self._reader, self._writer = reader, writer
        self._handlers = {**(handlers or {}), "function": self._call_function}
        self._functions: list[Callable] = []  # which the other side may call, by number
        self._depth = 0
        self.keeps_changes = True  # of arrays that went as arguments, as Python does
        self.changes: list[tuple[np.ndarray, np.ndarray]] = []  # such arrays, and what was in them

    def ask(self, what: str, *arguments: Any) -> Any:
        """Call a handler of the other side and return what comes back.

        Raises WireError for an argument that cannot go or a reply that is none, `Gone`, or an error
        of the type that was raised there, if Python has it: `told` says that it came from there.
        """
        encoder = Encoder(self._name)
        code = encoder.encode(list(arguments))
        self._send({"ask": what, "arguments": code}, encoder.body)
        while True:
            message, body = self._receive()
            if "ask" not in message:
                return self._read_reply(message, body, encoder.arrays)
            self._answer(message, body)

    def serve(self) -> None:
        """Answer whatever is asked, until the other side is gone."""
        try:
            while True:
                self._answer(*self._receive())
        except Gone:
            return

    def _answer(self, message: dict[str, Any], body: bytes) -> None:
        """Do what is asked, and reply with a value or an error."""
        encoder, decoder = Encoder(self._name), Decoder(body, self._named)
        self._depth += 1
        try:
            if self._depth > DEEPEST_CALL:
                raise WireError(f"calls are nested more than {DEEPEST_CALL} deep")
            arguments = decoder.decode(message.get("arguments"))
            before = [array.copy() for array in decoder.arrays]
            value = self._handlers[message["ask"]](*arguments)
            changed = [
                [number, array]
                for number, (array, old) in enumerate(zip(decoder.arrays, before, strict=True))
                if array.tobytes() != old.tobytes()
            ]
            reply = {"reply": encoder.encode([value, changed])}
        except Gone:
            raise
        except BaseException as error:  # SystemExit in a student's function, too, is but an answer
            encoder = Encoder()
            kind = "WireError" if isinstance(error, WireError) else type(error).__name__
            reply = {"error": [kind, _text(error)]}
        finally:
            self._depth -= 1
        self._send(reply, encoder.body)

    def _read_reply(self, message: dict[str, Any], body: bytes, sent: list[np.ndarray]) -> Any:
        """Return the value of a reply; put what changed where it came from."""
        if "error" in message:
            raise _error(message["error"])
        decoded = Decoder(body, self._named).decode(message.get("reply"))
        if type(decoded) is not list or len(decoded) != 2 or type(decoded[1]) is not list:
            raise WireError("is no reply")
        for change in decoded[1]:
            number, new = change if type(change) is list and len(change) == 2 else (None, None)
            if type(number) is not int or not 0 <= number < len(sent):
                raise WireError("is no reply")
            old = sent[number]
            same = isinstance(new, np.ndarray) and (new.shape, new.dtype) == (old.shape, old.dtype)
            if same and old.flags.writeable:  # what we locked stays as it is, whatever is said
                self.changes.append((old, old.copy()))
                if self.keeps_changes:
                    old[...] = new
        return decoded[0]

    def _name(self, function: Callable) -> dict[str, Any]:
        """Return what stands for a function of ours, or for one that the other side has."""
        if isinstance(function, RemoteFunction):
            return {"yours": function.number}
        activations = sys.modules.get("rectified.activations")  # if there is one, it is loaded
        if activations is not None and isinstance(function, activations.names.Entry):
            return {"activation": list(activations.names.recipe(function))}
        self._functions.append(function)
        return {"mine": len(self._functions) - 1}

    def _named(self, kind: str, content: Any) -> Any:
        """Return the function that this stands for."""
        if kind == "mine" and type(content) is int:
            return RemoteFunction(self, content)
        if kind == "yours" and type(content) is int and 0 <= content < len(self._functions):
            return self._functions[content]
        if kind == "activation":
            from rectified.activations import names  # here: not every answer waits for PyTorch

            return names.named(*content)
        raise WireError("is no value")

    def _call_function(self, number: int, arguments: list[Any], named: dict[str, Any]) -> Any:
        return self._functions[number](*arguments, **named)

    def _send(self, message: dict[str, Any], body: bytes | bytearray) -> None:
        try:
            send(self._writer, message, bytes(body))
        except (OSError, ValueError) as error:
            if isinstance(error, WireError):
                raise
            raise Gone(str(error)) from None

    def _receive(self) -> tuple[dict[str, Any], bytes]:
        try:
            return receive(self._reader)
        except (EOFError, OSError) as error:
            raise Gone(str(error)) from None


class RemoteFunction:
    """A function of the other side."""

    def __init__(self, peer: Peer, number: int) -> None:
        """Name it as the other side does."""
        self._peer, self.number = peer, number

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Call it there."""
        return self._peer.ask("function", self.number, list(arguments), named)


def _text(error: BaseException) -> str:
    """Return an error's message, bounded; a class of a student's may fail even at that."""
    try:
        return str(error)[:LONGEST_TEXT]
    except Exception:
        return ""


def _error(content: Any) -> Exception:
    """Return the error that the other side tells of, as one of Python's own."""
    is_pair = type(content) is list and [type(each) for each in content] == [str, str]
    kind, text = content if is_pair else ("WireError", "is no error")
    text = text[:LONGEST_TEXT]
    found = WireError if kind == "WireError" else getattr(builtins, kind, None)
    if not (isinstance(found, type) and issubclass(found, Exception)):
        text, found = f"{kind[:80]}: {text}", RuntimeError
    try:
        error = found(text)
    except TypeError:  # UnicodeDecodeError asks for more
        error = RuntimeError(f"{kind}: {text}")
    error.told = found is not WireError  # the student raised none
    return error
