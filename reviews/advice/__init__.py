"""Advisory figures beside the official score (仅供参考): pure functions, no database, no randomness of their own.

Nothing here decides anything. Each figure names its definition; all are the same on every machine.
"""
