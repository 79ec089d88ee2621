"""Two hundred members at once through real Kannel, with its programs restarted in the middle (traffic.py)."""

import pytest

from tests.kannel import inside
from tests.kannel.test_kannel import scenarios

pytestmark = [pytest.mark.kannel, pytest.mark.heavy]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, inside.Outcome]:
    return inside.run("traffic.py", directory=tmp_path_factory.mktemp("traffic"), timeout=580)


@pytest.mark.parametrize("name", scenarios("traffic.py"))
def test_under_traffic(name: str, outcomes: dict[str, inside.Outcome]) -> None:
    inside.must_have_passed(name, outcomes)
