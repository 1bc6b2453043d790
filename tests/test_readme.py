"""The programs in the README and the site run as they stand, each on the side that it is for; links lead somewhere."""

import re
import subprocess
from pathlib import Path

import pytest
from support.excerpts import excerpts
from support.snippets import run_page, snippets

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]


def rows(_test):
    return [(page.stem, page, ["command"]) for page in PAGES if snippets(page)]


def test_programs(device, row, tmp_path):
    assert not run_page(row, device.binary, tmp_path)


def test_pages_have_programs():
    """What a page calls Python is found as such."""
    found = {page.name: len(snippets(page)) for page in PAGES}
    assert found["README.md"] == 6
    having = {page for page in found if found[page]}
    assert {f"{name}.md" for name in "index start cookbook api numpy types security".split()} <= having


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("examples/*.md")], ids=lambda page: page.parent.name + page.name
)
def test_links_lead_somewhere(page):
    for path in re.findall(r"\]\((?!https?:)([^)#]+)\)", page.read_text()):
        assert (page.parent / path).exists(), f"{page.name}: {path}"


def test_excerpts():
    """What docs/contribute.md shows of the project's files is what stands there."""
    found = list(excerpts(ROOT / "docs" / "contribute.md"))
    assert len(found) > 5
    for path, text in found:
        assert text in path.read_text(), f"{path.name}: {text}"


def test_sizes():
    """README.md and docs/benchmarks.md say the same of each part."""
    switch = r"^\| `(MPICKLE_\w+=0)` \|(?:.*\|)? ([\d ]+) \| ([\d ]+) \|$"
    found = re.findall(switch, README.read_text(), re.M)
    assert len(found) > 10
    assert found == re.findall(switch, (ROOT / "docs" / "benchmarks.md").read_text(), re.M)


def test_site():
    """MkDocs builds it without a warning, and each link, anchor and picture of what it has built is there."""
    done = subprocess.run([ROOT / "scripts" / "docs"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.match(r"\d+ pages, \d+ links, 0 faults\n", done.stdout)


def test_named_scripts_exist():
    for page in PAGES:
        for name in set(re.findall(r"\./(scripts/[\w/.]+\w)", page.read_text())):
            assert (ROOT / name).exists(), f"{page.name}: {name}"
