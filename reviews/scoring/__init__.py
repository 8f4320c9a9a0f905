"""The stage of the experts: pledge, declaration, score sheet, lock, correction, and watching it from the bureau."""
