"""Makes the shapes of msgspec ready while a process has one thread: two that read one for the first time end the process."""

from collections.abc import Iterator
from contextlib import suppress

import msgspec


def prepare_structs() -> None:
    """Let msgspec look through every `Struct` that is loaded. Called before a process starts threads that convert.

    msgspec looks a shape through when it is first needed, and marks it as known before it has its fields: another thread
    that needs it meanwhile reads what is not there, and the process ends with a segmentation fault (msgspec 0.22), now and
    then also where threads take turns as rarely as Python has them (docs/decisions/0167).
    """
    for shape in _under(msgspec.Struct):
        # Of one that cannot be read, such as an abstract one, nothing is ever read.
        with suppress(TypeError, NameError):
            msgspec.json.Decoder(shape)


def _under(shape: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    for one in shape.__subclasses__():
        yield one
        yield from _under(one)
