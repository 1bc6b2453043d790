"""Tables of pickles put together by hand."""

from dataclasses import dataclass, field

from support.assemble import assemble


@dataclass(frozen=True)
class Pickle:
    """A pickle, the options to load it with, and what is to be said of it.

    An option's value that starts with "=" is evaluated on both sides. CPython tells what the outcome must be, unless
    `raises` names an exception, or `like` gives another pickle with the same outcome; `why` then says for what reason
    CPython's is another.
    """

    name: str
    parts: tuple
    options: dict = field(default_factory=dict, hash=False)
    raises: str | None = None
    like: tuple | None = None
    why: str | None = None
    needs: tuple = ()

    @property
    def data(self):
        return assemble(*self.parts)


def loads(name, *parts, like=None, why=None, needs=(), **options):
    """A pickle that is whole: STOP is added."""
    return Pickle(name, (*parts, "STOP"), options, like=like, why=why, needs=needs)


def broken(name, *parts, raises=None, why=None, needs=(), **options):
    """A pickle as it stands, without STOP."""
    return Pickle(name, parts, options, raises=raises, why=why, needs=needs)
