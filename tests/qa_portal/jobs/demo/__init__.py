"""An app with kinds of jobs that exist only for tests, here and in worker processes."""
