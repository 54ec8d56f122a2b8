"""Which rule of the load balancer takes a request: a reader of the blueprint.

`patterns` reasons about * and ?, `table` holds the rules of a listener in the order in which they are
tried, `conflicts` finds rules that stand in each other's way, and `request`, `answer` and `report` are
`tfgen route`.
"""
