"""The README's examples run as they stand, one after the other, each on the side that it is for."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


@pytest.mark.needs("command")
def test_examples(device, tmp_path):
    examples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert len(examples) == 6
    for example in examples:
        interpreter = sys.executable if "import pickle" in example else device.binary
        done = subprocess.run([interpreter, "-c", example], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, example + done.stderr
        comment = re.search(r"print\(.+?\)  # (.*)", example)
        assert done.stdout == (comment[1] + "\n" if comment else "")


def test_links_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
            assert (page.parent / path).exists(), f"{page.name}: {path}"


def test_named_scripts_exist():
    for name in set(re.findall(r"\./(scripts/\w+)", README)):
        assert (ROOT / name).is_file(), name
