"""The type stubs have the names and parameters that the modules have. That they type programs is scripts/test's."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(path.stem for path in (ROOT / "python").glob("*.pyi"))


def _stub(path):
    """What a stub says there is: of what it imports, that which it gives on, `from a import b as b`."""
    tree = ast.parse((ROOT / path).read_text())
    used = {
        alias.name
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
        if not alias.asname
    }
    return {name: node for name, node in _bound(tree.body).items() if name not in used}


def _public(names):
    return {name for name in names if not name.startswith("_")}


def _bound(body):
    """{name: node} of what the statements of a module or a class bind."""
    found = {}
    for node in body:
        if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            found[node.name] = node
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name: node for alias in node.names}
        elif isinstance(node, ast.AnnAssign):
            found[node.target.id] = node
        elif isinstance(node, ast.Assign):
            found |= {
                name.id: node for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name)
            }
        elif isinstance(node, (ast.If, ast.Try)):
            found |= _bound(node.body)
            for handler in getattr(node, "handlers", ()):
                found |= _bound(handler.body)
            found |= _bound(node.orelse)
    return found


def _parameters(function):
    """The names of a function's parameters, and how many of them have a default."""
    arguments = function.args
    names = [argument.arg for argument in arguments.posonlyargs + arguments.args + arguments.kwonlyargs]
    return names, len(arguments.defaults) + sum(default is not None for default in arguments.kw_defaults)


def _attributes(cls, module):
    """What a class, its bases in the module and those whose `__init__` it calls bind, attributes of `self` included."""
    found = {}
    calls = [node.value for node in ast.walk(cls) if isinstance(node, ast.Attribute) and node.attr == "__init__"]
    for base in [*cls.bases, *calls]:
        if isinstance(base, ast.Name) and isinstance(module.get(base.id), ast.ClassDef):
            found |= _attributes(module[base.id], module)
    for node in ast.walk(cls):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self":
            found.setdefault(node.attr, node)
    return found | _bound(cls.body)


def _compare(stub, source, where, module):
    """What is in a stub's body and not so in the source's."""
    wrong = []
    for name, node in stub.items():
        own = source.get(name)
        if own is None:
            if not name.startswith("_"):
                wrong.append(f"{where}.{name} does not exist")
        elif isinstance(node, ast.FunctionDef) and isinstance(own, ast.FunctionDef):
            if _parameters(node) != _parameters(own):
                wrong.append(f"{where}.{name}{_parameters(node)} is {_parameters(own)}")
        elif isinstance(node, ast.ClassDef) and isinstance(own, ast.ClassDef):
            inner = _bound(node.body)
            wrong += _compare(inner, _attributes(own, module), f"{where}.{name}", module)
    return wrong


@pytest.mark.parametrize("name", MODULES)
def test_python_modules(name):
    """Whatever is in the stub is in the module, with the same parameters; and the reverse for what is public."""
    stub = _stub(f"python/{name}.pyi")
    source = _bound(ast.parse((ROOT / "python" / f"{name}.py").read_text()).body)
    assert not _compare(stub, source, name, source)
    defined = {key for key, node in source.items() if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    assert _public(defined) - {"scalar"} <= _public(stub)  # which pickles name, and not programs


def test_module(device):
    """The stub, which scripts/generate makes, has the public names of the module, and of its classes."""
    stub = _stub("mpickle.pyi")
    names = set(device.value("dir(__import__('mpickle'))")) - {"mpickle"}
    assert _public(names | {"Pickler", "Unpickler", "dispatch_table"}) == _public(stub)  # which are made when asked for
    for name, node in stub.items():
        if isinstance(node, ast.ClassDef) and not name.startswith("_") and not node.bases:
            missing = [
                method
                for method, body in _bound(node.body).items()
                if isinstance(body, ast.FunctionDef)
                and not method.startswith("__")
                and not device.value(f"hasattr(__import__('mpickle').{name}, {method!r})")
            ]
            assert missing == (["reducer_override"] if name == "Pickler" else [])  # which only a program's class has
