"""The bureau's formal check 形式审查: sixteen items, confirmed values, acceptance."""
