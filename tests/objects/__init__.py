"""Tables of objects that are pickled by reduction, one module for each kind.

As in tests/cases, each module has CASES of expressions that both interpreters evaluate; they see the names of
support/classes.py besides those of support/portable.py. What matters of a case is what CPython loads of its own pickle.
"""
