"""What other parts may listen to."""

from django.dispatch import Signal

# After the commit of a step; sent with application, step, by, reason.
step_taken = Signal()
