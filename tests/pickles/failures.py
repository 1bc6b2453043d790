"""What cannot be pickled: the exception is CPython's, and the message says why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Failure:
    """An expression, and a part of the device's message. `raises`: an exception other than CPython's."""

    name: str
    source: str
    message: str
    protocols: tuple = (0, 1, 2, 3, 4, 5)
    needs: tuple = ()
    raises: str | None = None
    why: str | None = None


_REDUCTIONS = [
    ("reduce-int", "5", "must return a string or tuple"),
    ("reduce-none", "None", "must return a string or tuple"),
    ("reduce-list", "[Plain, ()]", "must return a string or tuple"),
    ("reduce-empty", "()", "2 through 6"),
    ("reduce-of-one", "(Plain,)", "2 through 6"),
    ("reduce-of-seven", "(Plain, (), None, None, None, None, None)", "2 through 6"),
    ("reduce-not-callable", "(5, ())", "first item of the tuple returned by __reduce__ must be callable"),
    ("reduce-arguments-list", "(Plain, [])", "second item of the tuple returned by __reduce__ must be a tuple"),
    ("reduce-arguments-none", "(Plain, None)", "second item"),
    ("reduce-items-list", "(Basket, (), None, [1])", "fourth item"),
    ("reduce-items-int", "(Basket, (), None, 1)", "fourth item"),
    ("reduce-pairs-dict", "(Basket, (), None, None, {1: 2})", "fifth item"),
    ("reduce-pairs-instance", "(Basket, (), None, None, Plain())", "fifth item"),
    ("reduce-pair-int", "(Basket, (), None, None, iter([1]))", "2-tuples"),
    ("reduce-pair-of-three", "(Basket, (), None, None, iter([(1, 2, 3)]))", "2-tuples"),
    ("reduce-pair-list", "(Basket, (), None, None, iter([[1, 2]]))", "2-tuples"),
    ("reduce-setter-int", "(Plain, (), 1, None, None, 5)", "sixth item"),
    ("reduce-name-unknown", "'no_such_name'", "no_such_name"),
    ("reduce-name-of-other", "'Plain'", "not the same object"),
    ("reduce-raises", "{}['key']", "key"),
    ("reduce-items-raise", "(Basket, (), None, (1 // i for i in (1, 0)))", "zero"),
]

_NEWOBJ = [
    ("newobj-empty", "(__newobj__, ())", "arglist is empty"),
    ("newobj-not-a-type", "(__newobj__, (5,))", "is not a type"),
    ("newobj-other-class", "(__newobj__, (Plain,))", "wrong class"),
    ("newobj-ex-empty", "(__newobj_ex__, ())", "exactly 3"),
    ("newobj-ex-of-two", "(__newobj_ex__, (Reduced, ()))", "exactly 3"),
    ("newobj-ex-not-a-type", "(__newobj_ex__, (5, (), {}))", "a class, a tuple and a dict"),
    ("newobj-ex-list", "(__newobj_ex__, (Reduced, [], {}))", "a class, a tuple and a dict"),
    ("newobj-ex-no-dict", "(__newobj_ex__, (Reduced, (), ()))", "a class, a tuple and a dict"),
]

SINCE_2 = (2, 3, 4, 5)
BEFORE_2 = (0, 1)
LOCAL = "MicroPython's classes and functions do not know that they are local"

FAILURES = (
    [Failure(name, f"Reducing(lambda: {source})", message) for name, source, message in _REDUCTIONS]
    + [Failure(name, f"Reducing(lambda: {source})", message, SINCE_2) for name, source, message in _NEWOBJ]
    + [
        Failure("slots", "given(Slots, a=1)", "__slots__", BEFORE_2),
        Failure("slots-unset", "Slots()", "__slots__", BEFORE_2),
        Failure("slots-inherited", "given(SlotsAndDict, x=1)", "__slots__", BEFORE_2),
        Failure("newargs-list", "given(AnyNewArgs, args=[])", "__getnewargs__ should return a tuple", SINCE_2),
        Failure("newargs-ex-list", "given(AnyNewArgsEx, args=[])", "__getnewargs_ex__ should return a tuple", SINCE_2),
        Failure("newargs-ex-of-one", "given(AnyNewArgsEx, args=((),))", "of length 2", SINCE_2),
        Failure("newargs-ex-lists", "given(AnyNewArgsEx, args=([], {}))", "must be a tuple and a dict", SINCE_2),
        Failure("newargs-ex-no-dict", "given(AnyNewArgsEx, args=((), ()))", "must be a tuple and a dict", SINCE_2),
        Failure("getstate-raises", "Raising()", "getstate"),
        Failure("int-4301-digits", "-10 ** 4300", "more than 4300 digits", BEFORE_2, needs=("bigint",)),
        Failure("lambda", "lambda: 5", "<lambda>"),
        Failure("lambda-in-list", "[lambda: 5]", "<lambda>"),
        Failure("local-class", "local()", "Local", raises="PicklingError", why=LOCAL),
        Failure("local-function", "local_function()", "inner", raises="PicklingError", why=LOCAL),
        Failure("generator", "(i for i in (1, 2))", "cannot pickle 'generator' object"),
        Failure("module", "__import__('gc')", "cannot pickle 'module' object"),
        Failure("memoryview", "memoryview(b'data')", "cannot pickle 'memoryview' object", needs=("memoryview",)),
    ]
)
