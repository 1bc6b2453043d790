"""Tables of cases, one module for each kind of value.

Each module has CASES, a list of Case(name, source): the source is an expression that CPython and the device both
evaluate to the same graph. Where it matters which objects are one and which are two, use the builders of
support/portable.py or a lambda: what interpreters do with equal constants is their own business.
"""
