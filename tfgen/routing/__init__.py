"""Which rule of the load balancer matches a request: a reader of the blueprint.

`patterns` reasons about * and ?, `table` holds the rules of a listener in the order of evaluation,
`conflicts` finds rules that shadow or overlap each other, and `request`, `answer` and `report` are
`tfgen route`.
"""
