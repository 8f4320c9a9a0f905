"""Pages of the bureau, one module a section of the navigation."""
