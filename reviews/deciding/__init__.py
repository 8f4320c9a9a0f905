"""From the ranking to a frozen decision: lines, proposal, committee, freezing, proof."""
