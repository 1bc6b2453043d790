"""Classes, functions and methods: named, or fetched from what has them."""

from support.case import Case

CASES = [
    Case("class", "[Plain, Plain]"),
    Case("class-nested", "[Outer.Only, Outer.Inner, Inner, Outer.Inner.Innermost]"),
    Case("class-alias", "Alias"),
    Case("class-and-instances", "[Plain, given(Plain), given(Derived), Derived]"),
    Case("namedtuple", "[Point, Empty]", needs=("collections.namedtuple",)),
    Case("function", "[function, function]"),
    Case("method-function", "Outer.method"),
    Case("method-function-nested", "[Outer.Inner.Innermost.method, Outer.method]"),
    Case("static", "Outer.static"),
    Case("static-of-instance", "Outer().static"),
    Case("static-nested", "Outer.Inner.static"),
    Case("class-method", "Outer.made"),
    Case("class-method-of-instance", "Outer().made"),
    Case("bound", "given(Plain, x=1).method"),
    Case("bound-inherited", "given(Multiple, x=1).method"),
    Case("bound-twice", "(lambda m: [m, m])(Plain().method)"),
    Case("bound-of-list", "[1, 2].append"),
    Case("bound-of-str", "'text'.upper"),
    Case("bound-of-dict", "{'a': 1}.get"),
    Case("bound-of-subclass", "List([1]).append"),
]
