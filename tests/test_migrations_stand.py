"""Landed migrations never change: neither their files, which `migrations.sha256` lists, nor by the code that they read."""

from __future__ import annotations

import ast
from hashlib import sha256
from pathlib import Path

import pytest

from tests.test_house import OWN_APPS, ROOT, by_path

MANIFEST = Path(__file__).with_name("migrations.sha256")
FILES = [path for app in OWN_APPS for path in sorted(ROOT.glob(f"{app}/migrations/*.py"))]
FIELDS_AND_CHOICES = {"core.fields", "orgs.codelists"}  # by which Django tells a column; they are named, never asked


def test_every_landed_migration_is_as_it_was() -> None:
    """A new one is added when it lands: `sha256sum */migrations/*.py > tests/migrations.sha256`."""
    landed = {name: digest for digest, name in map(str.split, MANIFEST.read_text().splitlines())}
    assert {str(path.relative_to(ROOT)): sha256(path.read_bytes()).hexdigest() for path in FILES} == landed


@pytest.mark.parametrize("path", FILES, ids=by_path)
def test_a_migration_reads_no_code_that_may_change(path: Path) -> None:
    tree = ast.walk(ast.parse(path.read_text()))
    read = []
    for node in tree:
        if isinstance(node, ast.Import):
            read += [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            read += [node.module or ""]
    own = {name for name in read if name.partition(".")[0] in OWN_APPS}
    assert {name for name in own if ".migrations" not in name} <= FIELDS_AND_CHOICES
