"""Instances of Python classes, by the rules of `object.__reduce_ex__`."""

from support.case import Case

SINCE_2 = (2, 3, 4, 5)

_PLAIN = [
    ("plain", "given(Plain)"),
    ("attribute", "given(Plain, x=1)"),
    ("attributes", "given(Plain, x=1, y=[2], z={'three': 3})"),
    ("derived", "given(Derived, x=1)"),
    ("multiple", "given(Multiple, x=1)"),
    ("initialised", "Initialised(7)"),
    ("two-of-one-name", "[given(Inner, x=1), given(Outer.Inner, x=1)]"),
    ("nested", "given(Outer.Only, x=1)"),
    ("nested-twice", "given(Outer.Inner.Innermost, x=1)"),
    ("tricky", "given(Tricky, x=1)"),
    ("asked", "given(Asked, x=1)"),
    ("guarded", "GuardedState()"),
    ("many", "[given(Plain, number=i) for i in range(300)]"),
    ("in-each-other", "given(Plain, x=given(Plain, x=given(Derived, x=None)))"),
    ("in-tuples", "(given(Plain), (given(Plain, x=(1,)),))"),
    ("as-key", "{given(Plain): given(Plain, x=1)}"),
    ("object", "object()"),
    ("objects", "(lambda o: [o, object(), o])(object())"),
    ("state-of-none", "given(Plain, none=None)"),
    ("old-style", "OldStyle(1)"),
]

_SLOTS = [
    ("slots-unset", "given(Slots)"),
    ("slot", "given(Slots, a=1)"),
    ("slots", "given(Slots, a=1, b=[2])"),
    ("slot-named-by-str", "given(OneSlot, only=1)"),
    ("slots-inherited", "given(MoreSlots, a=1, c=3)"),
    ("slots-and-dict", "given(SlotsAndDict, a=1, x=2)"),
    ("slots-and-dict-unset", "given(SlotsAndDict, x=2)"),
    ("slots-with-dict", "given(DictSlot, a=1, x=2)"),
    ("slots-of-two-bases", "given(MixedSlots, a=1, x=2)"),
    ("slots-cyclic", "cyclic(given(SlotsAndDict, a=1))"),
    ("slots-of-list", "appended(given(SlotList, a=1), 2)"),
]

_ARGUMENTS = [
    ("newargs", "NewArgs(1, 'two')"),
    ("newargs-none", "NewArgs()"),
    ("newargs-shared", "(lambda a: [a, NewArgs(a)])([1])"),
    ("newargs-cyclic", "(lambda a: (a.append(NewArgs(a)), a)[1])([])"),
    ("newargs-ex-positional", "NewKeywords(1, 2)"),
    ("newargs-ex-none", "NewKeywords()"),
    ("newargs-ex-first", "NewBoth(1)"),
    ("newargs-ex", "NewKeywords(1, key='word')"),
    ("newargs-ex-keyword", "NewKeywords(key=[1])"),
    ("newargs-ex-keyword-first", "NewBoth(1, key=2)"),
    ("newargs-ex-many", "[NewKeywords(1, key='word'), NewKeywords(2, key='word'), NewBoth(key=1), NewKeywords(1, 2)]"),
    ("newargs-ex-shared", "(lambda a: [a, NewKeywords(a, key=a)])([1])"),
    ("newargs-ex-cyclic", "(lambda a: (a.append(NewKeywords(key=a)), a)[1])([])"),
]

_STATES = ["{'x': 1}", "{}", "None", "False", "0", "''", "()", "[]", "'state'", "(1, 2)", "({'x': 1}, {})", "[[7]]"]

_STATE = (
    [(f"state-{state}", f"given(State, state={state})") for state in _STATES]
    + [
        (f"getstate-{state}", f"given(GetState, state={state})")
        for state in ["{'x': 1}", "{}", "None", "{'a b': 1}", "({'x': 1}, {'y': 2})", "(None, {'y': 2})"]
    ]
    + [
        ("setstate", "given(SetState, x=1)"),
        ("setstate-of-nothing", "given(SetState)"),
        ("state-of-slots", "given(SlotsWithState, a=1)"),
        ("state-cyclic", "cyclic_state()"),
        ("state-cyclic-in-list", "(lambda o: [o, o.state])(cyclic_state())"),
    ]
)

_REDUCTIONS = [
    ("reduce-2", "reduced(lambda o: (Plain, ()))"),
    ("reduce-3", "reduced(lambda o: (Plain, (), {'x': 1}))"),
    ("reduce-3-none", "reduced(lambda o: (Plain, (), None))"),
    ("reduce-3-false", "reduced(lambda o: (SetState, (), False))"),
    ("reduce-3-empty", "reduced(lambda o: (SetState, (), {}))"),
    ("reduce-4", "reduced(lambda o: (Basket, (1,), None, iter([2, 3])))"),
    ("reduce-4-one", "reduced(lambda o: (Basket, (), None, iter([2])))"),
    ("reduce-4-none", "reduced(lambda o: (Basket, (), None, None))"),
    ("reduce-4-empty", "reduced(lambda o: (Basket, (), None, iter([])))"),
    ("reduce-4-list", "reduced(lambda o: (list, (), None, iter([1, 2])))"),
    ("reduce-5", "reduced(lambda o: (Basket, (), {'x': 1}, iter([2, 3]), iter([('a', 4), ('b', 5)])))"),
    ("reduce-5-one", "reduced(lambda o: (Basket, (), None, None, iter([('a', 4)])))"),
    ("reduce-5-1001", "reduced(lambda o: (Basket, (), None, iter(range(1001)), iter([(i, i) for i in range(1001)])))"),
    ("reduce-5-generators", "reduced(lambda o: (Basket, (), None, (i for i in (1, 2)), ((i, i) for i in (3, 4))))"),
    ("reduce-5-own-iterator", "reduced(lambda o: (Basket, (), None, Countdown(3), Countdown(2, True)))"),
    ("reduce-6", "reduced(lambda o: (Plain, (), 5, None, None, set_x))"),
    ("reduce-6-none", "reduced(lambda o: (Plain, (), {'x': 1}, None, None, None))"),
    ("reduce-6-no-state", "reduced(lambda o: (Plain, (), None, None, None, set_x))"),
    ("reduce-6-items", "reduced(lambda o: (Basket, (), 5, iter([1]), iter([(2, 3)]), set_x))"),
    ("reduce-6-twice", "twice(reduced(lambda o: (Plain, (), [5], None, None, set_x)))"),
    ("reduce-function", "reduced(lambda o: (given, (Plain,)))"),
    ("reduce-method", "reduced(lambda o: (Plain().method, ()))"),
    ("reduce-name", "the_singleton"),
    ("reduce-name-twice", "twice(the_singleton)"),
    ("reduce-by-newobj", "reduced(lambda o: (__newobj__, (Reduced,), {'x': 1}))"),
    ("reduce-in-each-other", "reduced(lambda o: (Plain, (), {'x': reduced(lambda o: (Plain, ()))}))"),
    ("reduce-twice", "twice(reduced(lambda o: (Plain, (), {'x': 1})))"),
    ("reduce-cyclic-arguments", "cyclic_holder()"),
    ("reduce-cyclic-state", "reduced(lambda o: (Plain, (), {'x': o}))"),
    ("reduce-cyclic-items", "reduced(lambda o: (Basket, (), None, iter([o]), iter([(1, o)])))"),
    ("reduce-ex", "Versioned()"),
    ("default-dict", "stored(Default(list), ('a', [1]))"),
    ("default-dict-empty", "Default()"),
    ("default-dict-twice", "twice(stored(Default(list), ('a', [1]), ('b', [2])))"),
]

_SHARING = [
    ("twice", "twice(given(Plain, x=1))"),
    ("equal", "[given(Plain, x=1), given(Plain, x=1)]"),
    ("cyclic", "cyclic(Plain())"),
    ("cyclic-through-list", "(lambda o: set_attribute(o, [o]))(Plain())"),
    ("cyclic-through-tuple", "(lambda o: set_attribute(o, (1, o)))(Plain())"),
    ("cyclic-through-tuple-outside", "(lambda o: set_attribute(o, (1, o)).x)(Plain())"),
    ("cyclic-through-dict", "(lambda o: set_attribute(o, {'o': o}))(Plain())"),
    ("ring", "ring(5)"),
    ("ring-of-50", "ring(50)"),
    ("ring-in-list", "(lambda r: [r, r.next, r])(ring(3))"),
]

CASES = [Case(*row) for row in _PLAIN + _ARGUMENTS + _STATE + _REDUCTIONS + _SHARING] + [
    Case(*row, protocols=SINCE_2) for row in _SLOTS
]
