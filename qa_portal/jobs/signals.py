"""What other apps may listen to."""

from django.dispatch import Signal

# Sent with `job` once for each job that reached its end, after the commit. A listener that fails is logged
# and harms nobody.
job_finished = Signal()
