"""What a screen reader is told of a job, and how often."""

from qa_portal.jobs.progress import Progress


def announced_step(state: str, progress: Progress) -> str:
    """Changes with the state and with every tenth of the work: then, and only then, it is read aloud."""
    return state if progress.percent is None else f"{state}-{progress.percent // 10}"
