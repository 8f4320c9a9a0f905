"""Base of the portal's commands: a user's mistake is one line on stderr and exit 1, never a traceback."""

import sys
from functools import partial
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django.utils import translation

from qa_portal.core.errors import Refusal


def _refuse_arguments(parser: CommandParser, message: str) -> NoReturn:
    parser.exit(1, f"{message}; see {parser.prog} --help\n")


class PortalCommand(BaseCommand):
    """Speaks English on the command line: scripts rely on the wording."""

    def execute(self, *args: Any, **options: Any) -> Any:
        with translation.override("en"):
            try:
                return super().execute(*args, **options)
            except Refusal as error:
                raise CommandError(str(error)) from error
            except (OperationalError, ProgrammingError) as error:
                if "no such table" in str(error) or "does not exist" in str(error):
                    raise CommandError(
                        "The database is not set up yet: run `python manage.py migrate` first."
                    ) from error
                if "connect" in str(error) or "unable to open" in str(error):
                    line = " ".join(str(error).split())
                    raise CommandError(f"The database cannot be reached: {line}; check DATABASE_URL.") from error
                raise

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """A parser whose errors are one line as well, not a page of usage and exit 2."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if getattr(self, "_called_from_command_line", False):
            parser.error = partial(_refuse_arguments, parser)  # type: ignore[method-assign]
        return parser

    def run_from_argv(self, argv: list[str]) -> None:
        self._called_from_command_line = True
        parser = self.create_parser(argv[0], argv[1])
        options = vars(parser.parse_args(argv[2:]))
        args = options.pop("args", ())
        try:
            self.execute(*args, **options)
        except CommandError as error:
            sys.stderr.write(f"{error}\n")
            sys.exit(error.returncode)
        except OSError as error:
            sys.stderr.write(f"{error.filename or self.__module__}: {error.strerror or error}.\n")
            sys.exit(1)
