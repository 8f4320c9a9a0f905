"""Health checks of the containers: probe.py web | beat. Exit status 1 and one line when unwell."""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

BEAT_SECONDS = 600  # beat writes its schedule every three minutes


def web() -> str:
    """The server answers /readyz under the portal's own name; "" when all is well."""
    host = os.environ["ALLOWED_HOSTS"].split(",")[0].strip()
    request = urllib.request.Request("http://127.0.0.1:8000/readyz", headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=8) as response:  # noqa: S310 - the address stands above
            response.read()
    except urllib.error.HTTPError as error:
        return f"{error.code} {error.read(500).decode(errors='replace')}"
    except OSError as error:
        return str(error)
    return ""


def beat() -> str:
    """The schedule was written lately; "" when all is well."""
    folder = Path(os.environ.get("PORTAL_VAR_DIR", "var")) / "beat"
    newest = max((file.stat().st_mtime for file in folder.glob("schedule*")), default=0.0)
    silent = time.time() - newest
    return f"no sign of life for {silent:.0f} seconds" if silent > BEAT_SECONDS else ""


if __name__ == "__main__":
    sys.exit({"web": web, "beat": beat}[sys.argv[1]]() or 0)
