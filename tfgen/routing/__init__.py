"""Which rule of the load balancer matches a request, derived from the blueprint.

`patterns` compares patterns with * and ?, `table` has the rules of a listener in the order of evaluation,
`conflicts` finds rules that shadow each other or overlap, and `request`, `answer` and `report` are `tfgen
route`.
"""
