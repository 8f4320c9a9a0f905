"""The experts of a year: who they are, what they know, and what they must not review."""
