"""What mip installs: package.json for devices, stubs.json for editors."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def modules(api):
    """The modules written in Python; mpickle itself is part of the firmware."""
    return render(api, sorted((ROOT / "python").glob("*.py")))


def stubs(api):
    """The type stubs of all modules."""
    return render(api, [ROOT / "mpickle.pyi", *sorted((ROOT / "python").glob("*.pyi"))])


def render(api, paths):
    urls = ",\n".join(f'    ["{path.name}", "{path.relative_to(ROOT).as_posix()}"]' for path in paths)
    return f'{{\n  "version": "{version(api)}",\n  "deps": [],\n  "urls": [\n{urls}\n  ]\n}}\n'


def version(api):
    return next(constant.value for constant in api.constants if constant.name == "__version__")
