"""The configuration of the proxy fits what the portal accepts; test_topology runs it for real."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from reports.forms import MAX_UPLOAD
from submissions.evidence.uploads import CHUNK

FOLDER = Path(settings.BASE_DIR) / "deploy" / "nginx"
CONFIG = (FOLDER / "portal.conf.template").read_text(encoding="utf-8")
MEGABYTE = 1024 * 1024
FORM = 1024 * 1024  # bytes around the files: fields, token, borders


def locations() -> dict[str, str]:
    """What stands in each location of the portal's server, by its condition."""
    return dict(re.findall(r"(?ms)^    location ([^{]+) \{$(.*?)^    \}$", CONFIG))


def body_limit(path: str) -> int:
    """Bytes that the proxy takes in a request to this address: a regular expression comes before `/`."""
    for condition, content in locations().items():
        pattern = condition.removeprefix("~ ")
        if condition.startswith("~ ") and re.search(pattern, path):
            return megabytes_in(content)
    return megabytes_in(re.sub(r"(?ms)^    location [^{]+ \{$.*?^    \}$", "", CONFIG))


def megabytes_in(text: str) -> int:
    [limit] = re.findall(r"client_max_body_size (\d+)m;", text)
    return int(limit) * MEGABYTE


@pytest.mark.parametrize(
    ("view", "arguments", "largest"),
    [
        ("submissions:evidence_upload", {"pk": 17}, settings.EVIDENCE_MAX_TOTAL),
        ("reports:import", {}, MAX_UPLOAD),
        ("submissions:evidence_replace", {"pk": 17}, settings.EVIDENCE_MAX_FILE),
        ("submissions:upload_chunk", {"upload": "00000000-0000-4000-8000-000000000000"}, CHUNK),
        ("account_login", {}, settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
    ],
)
def test_the_proxy_lets_through_what_the_portal_accepts(view: str, arguments: dict[str, object], largest: int) -> None:
    limit = body_limit(reverse(view, kwargs=arguments))
    assert largest + FORM <= limit
    # and not much more: what the portal would refuse anyway is refused before it costs anything
    assert limit <= largest + 20 * MEGABYTE or limit == 25 * MEGABYTE


def test_every_way_to_the_portal_says_the_same_of_the_client() -> None:
    """The headers that say who asks stand in one file: no location may forget one."""
    ways = [content for content in locations().values() if "proxy_pass http://portal;" in content]
    assert len(ways) == 2
    assert all("include ${PORTAL_INCLUDES}/portal_proxy.conf;" in content for content in ways)
    assert not any("proxy_set_header" in content for content in ways)
    shared = (FOLDER / "portal_proxy.conf").read_text(encoding="utf-8")
    told = dict(re.findall(r"(?m)^proxy_set_header (\S+) (.+);$", shared))
    assert (told["X-Forwarded-For"], told["X-Forwarded-Proto"], told["Host"]) == ("$remote_addr", "https", "$host")
